/**
 * The simulated line card: phones and exchange lines in software, with a bench socket for whoever plays the people.
 * Samples move when the engine reads and writes; a port that is not read for a while goes on by itself.
 */

import {
  type CardHost,
  type Drive,
  FRAME_SAMPLES,
  type LineCard,
  type LineCardDriver,
  type Port,
} from '../contract/line-card.ts';
import { Bench } from './bench.ts';
import { loadVoices } from './bench-actions.ts';
import type { World } from './bench-world.ts';
import { defaults, type SimulatedSettings } from './defaults.ts';
import { ExchangeLine } from './exchange.ts';
import type { News } from './line-end.ts';
import { Phone } from './phone.ts';

const IDLE_CHECK_MS = 100;
/** A port that nobody read for so long is taken for idle; an engine that only stumbled is back earlier. */
const IDLE_AFTER_MS = 500;

class SimulatedCard implements LineCard, World {
  readonly ports: readonly Port[];
  readonly settings: SimulatedSettings;
  readonly ends = new Map<string, Phone | ExchangeLine>();
  readonly voices = new Map<string, Int16Array>();
  readonly #host: CardHost;
  readonly #listeners = new Set<(news: News) => void>();
  readonly #silence = new Int16Array(FRAME_SAMPLES);
  #present = true;
  #idleTimer: NodeJS.Timeout | undefined;
  #bench: Bench | undefined;

  constructor(settings: SimulatedSettings, host: CardHost) {
    this.settings = settings;
    this.#host = host;
    const sink = (news: News): void => this.#publish(news);
    // A card that is out of the box tells nothing but that.
    const guarded: CardHost = {
      now: () => host.now(),
      log: (level, text, detail) => host.log(level, text, detail),
      tell: (event) => {
        if (this.#present) host.tell(event);
      },
    };
    for (let i = 1; i <= settings.phones; i++) this.#add(new Phone(`phone/${i}`, guarded, sink));
    for (let i = 1; i <= settings.exchangeLines; i++)
      this.#add(new ExchangeLine(`exchange/${i}`, settings, this.voices, guarded, sink));
    this.ports = [...this.ends].map(([name, { kind }]) => ({ name, kind: kind === 'phone' ? 'fxs' : 'fxo' }));
  }

  async start(): Promise<void> {
    await loadVoices([...Object.values(this.settings.numbers), this.settings.otherNumbers], this.voices);
    if (this.settings.bench !== '') {
      this.#bench = await Bench.open(this.settings.bench, this);
      this.#host.log('info', 'bench socket open', { path: this.settings.bench });
    }
    this.#idleTimer = setInterval(() => this.#tickIdle(), IDLE_CHECK_MS);
    this.#idleTimer.unref();
    // After the caller has got the card.
    setImmediate(() => this.#announce());
  }

  read(port: string, frame: Int16Array): void {
    this.#end(port).read(frame);
    if (!this.#present) frame.fill(0);
  }

  write(port: string, frame: Int16Array): void {
    this.#end(port).write(this.#present ? frame : this.#silence);
  }

  drive(port: string, drive: Drive): void {
    this.#end(port).drive(drive);
  }

  async close(): Promise<void> {
    clearInterval(this.#idleTimer);
    for (const { end } of this.ends.values()) end.ear.close();
    const bench = this.#bench;
    this.#bench = undefined;
    await bench?.close();
  }

  now(): number {
    return this.#host.now();
  }

  onNews(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setCard(present: boolean): void {
    if (present === this.#present) return;
    this.#present = true;
    const cause = present ? 'the card is back in the box' : 'the card was pulled out of the box';
    for (const { end } of this.ends.values()) {
      end.tell({ is: 'service', available: present, cause });
      end.news('service', { available: present });
    }
    this.#present = present;
    if (present) this.#announce();
  }

  #add(end: Phone | ExchangeLine): void {
    this.ends.set(end.end.name, end);
  }

  #end(port: string): Phone | ExchangeLine {
    const end = this.ends.get(port);
    if (end !== undefined) return end;
    const legal = [...this.ends.keys()].join(', ');
    throw new Error(`the simulated card has no port ${port}; its ports are ${legal}`);
  }

  #announce(): void {
    for (const end of this.ends.values()) end.announce();
  }

  #publish(news: News): void {
    for (const listener of [...this.#listeners]) listener(news);
  }

  #tickIdle(): void {
    const now = this.#host.now();
    // Whoever listens at such a port hears silence, and is not kept waiting.
    for (const { end } of this.ends.values())
      if (now - end.agenda.readAt >= IDLE_AFTER_MS) end.agenda.catchUp(now, () => end.hear(this.#silence, false));
  }
}

export const driver: LineCardDriver = {
  name: 'simulated',
  async open(settings, host) {
    const card = new SimulatedCard({ ...defaults, ...(settings as Partial<SimulatedSettings>) }, host);
    await card.start();
    return card;
  },
};

/** A simulated card whose frames a test turns by hand, with an engine that only remembers. */

import { type CardEvent, type CardHost, FRAME_MS, FRAME_SAMPLES, type LineCard } from '../contract/line-card.ts';
import type { SimulatedSettings } from './defaults.ts';
import { driver } from './driver.ts';

export class Rig {
  readonly events: CardEvent[] = [];
  /** What the engine hears and says, by port. */
  readonly said = new Map<string, number[]>();
  readonly says = new Map<string, (frame: Int16Array) => void>();
  card!: LineCard;
  nowMs = 1000;
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #timer: NodeJS.Timeout | undefined;

  static async open(settings: Partial<SimulatedSettings> = {}): Promise<Rig> {
    const rig = new Rig();
    const host: CardHost = { now: () => rig.nowMs, tell: (event) => rig.events.push(event), log: () => {} };
    rig.card = await driver.open(settings, host);
    await new Promise((done) => setImmediate(done));
    return rig;
  }

  /** Lets `ms` pass, frame by frame. */
  run(ms: number): void {
    for (let left = ms; left > 0; left -= FRAME_MS) {
      this.nowMs += FRAME_MS;
      for (const { name } of this.card.ports) this.#exchange(name);
    }
  }

  /** Lets frames pass, faster than they would, until `stop`; a bench client in the same process sees them go. */
  start(): void {
    this.#timer = setInterval(() => this.run(FRAME_MS * 5), 1);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.card.close();
  }

  /** Events of one port without their times. */
  told(port: string): object[] {
    return this.events.filter((event) => event.port === port).map(({ port: _port, at: _at, ...rest }) => rest);
  }

  /** What the engine has read from a port since the last call. */
  taken(port: string): Int16Array {
    const samples = Int16Array.from(this.said.get(port) ?? []);
    this.said.delete(port);
    return samples;
  }

  #exchange(port: string): void {
    this.card.read(port, this.#frame);
    const said = this.said.get(port);
    if (said === undefined) this.said.set(port, [...this.#frame]);
    else for (const sample of this.#frame) said.push(sample);
    this.#frame.fill(0);
    this.says.get(port)?.(this.#frame);
    this.card.write(port, this.#frame);
  }
}

/** A person elsewhere who holds the handset of a simulated phone, and hears and speaks through it as it happens. */

import { FRAME_SAMPLES } from '../contract/line-card.ts';
import { BenchRefusal } from './bench-protocol.ts';
import type { Request } from './bench-world.ts';
import type { Phone } from './phone.ts';
import { Playout } from './playout.ts';
import { compress } from './u-law.ts';

class Handset {
  readonly phone: Phone;
  readonly #playout = new Playout();
  /** It was on the hook before, so whoever lifted it since did so for this person. */
  readonly #hangsUp: boolean;

  constructor(phone: Phone, hangsUp: boolean, send: (line: string) => void) {
    this.phone = phone;
    this.#hangsUp = hangsUp && !phone.offHook;
    const octets = Buffer.alloc(FRAME_SAMPLES);
    const before = `{"event":"heard","port":"${phone.end.name}","at":`;
    phone.end.live = {
      fill: (frame) => this.#playout.fill(frame),
      hear: (frame) => {
        compress(frame, octets);
        send(`${before}${Math.round(phone.end.now() * 10) / 10},"audio":"${octets.toString('base64')}"}\n`);
      },
    };
  }

  say(octets: Uint8Array): void {
    this.#playout.put(octets);
  }

  /** Lets go; `gone`: the person is not there any more, and nobody else would put the handset down. */
  end(gone: boolean): { droppedMs: number; gaps: number } {
    this.phone.end.live = undefined;
    if (gone && this.#hangsUp) this.phone.hangUp();
    return { droppedMs: this.#playout.droppedMs, gaps: this.#playout.gaps };
  }
}

/** The handsets that one client of the bench holds. */
export class Handsets {
  readonly #held = new Map<string, Handset>();
  readonly #send: (line: string) => void;

  constructor(send: (line: string) => void) {
    this.#send = send;
  }

  attach(phone: Phone, { hangsUp = false }: Request): object {
    const { name } = phone.end;
    if (phone.end.live !== undefined)
      throw new BenchRefusal('not-possible', `somebody holds the handset of ${name} already: detach there first`);
    this.#held.set(name, new Handset(phone, hangsUp, this.#send));
    return {};
  }

  detach(phone: Phone): object {
    const handset = this.#mine(phone);
    this.#held.delete(phone.end.name);
    return handset.end(false);
  }

  say(phone: Phone, { audio }: Request): object {
    this.#mine(phone).say(Buffer.from(audio, 'base64'));
    return {};
  }

  /** The client has gone. */
  end(): void {
    for (const handset of this.#held.values()) handset.end(true);
    this.#held.clear();
  }

  #mine({ end: { name } }: Phone): Handset {
    const handset = this.#held.get(name);
    if (handset === undefined)
      throw new BenchRefusal('not-possible', `this client does not hold the handset of ${name}: attach first`);
    return handset;
  }
}

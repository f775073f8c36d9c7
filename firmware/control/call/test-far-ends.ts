import { after, type Instant } from '../../core/machine.ts';
import type { Cause } from '../failure.ts';
import type { LegEvent, LegId } from '../leg/leg.ts';

/** Repeatable random numbers from 0 to 1 (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

type Due = { readonly at: Instant; readonly event: LegEvent };
const manners = [
  'silent',
  'late answer',
  'answer',
  'ring',
  'stall',
  'early then 503',
  'ring then busy',
  'refuse',
  'incomplete',
] as const;

/** Far ends that behave at random and go on doing so whether or not anybody still listens; with what they sent in order. */
export class FarEnds {
  readonly #random: () => number;
  #due: Due[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)]!;
  }

  /** A leg was set up: what its far end will say is decided now. */
  begin(leg: LegId, now: Instant) {
    const first = after(now, this.#random() * 2500);
    const then = after(first, this.#random() * 8000);
    const last = after(then, this.#random() * 50_000);
    const say = (at: Instant, type: 'sent' | 'challenged' | 'proceeding' | 'connect') => this.#put(at, { type, leg });
    const rings = (at: Instant, type: 'alerting' | 'progress') =>
      this.#put(at, { type, leg, media: this.#random() < 0.5 });
    if (this.#random() < 0.3) say(now, this.#random() < 0.5 ? 'sent' : 'challenged');
    switch (this.pick(manners)) {
      case 'silent':
        return this.#end(after(now, 32_000), leg, 'serverSilent');
      case 'late answer':
        return say(then, 'connect');
      case 'answer':
        say(first, 'proceeding');
        rings(then, 'alerting');
        return say(last, 'connect');
      case 'ring':
        return rings(first, 'alerting');
      case 'stall':
        return say(first, 'proceeding');
      case 'early then 503':
        rings(first, 'progress');
        return this.#end(then, leg, 'congestion', 503);
      case 'ring then busy':
        rings(first, 'alerting');
        return this.#end(then, leg, 'busy', 486);
      case 'incomplete':
        return this.#end(first, leg, 'numberIncomplete', 484);
      case 'refuse': {
        const [cause, status] = this.pick([
          ['busy', 486],
          ['congestion', 503],
          ['unknownNumber', 404],
          ['serverFailed', 302],
          ['serverFailed', 500],
        ] as const);
        return this.#end(this.#random() < 0.5 ? first : then, leg, cause, status);
      }
    }
  }

  /** A released leg confirms its end, at once or later; it may do so never. */
  released(leg: LegId, now: Instant, cause: Cause): void {
    if (this.#random() < 0.9) this.#put(after(now, this.#random() * 3000), { type: 'released', leg, cause });
  }

  #end(at: Instant, leg: LegId, cause: Cause, status?: number): void {
    const redirects = status === 302 ? { redirects: ['4444'] } : {};
    this.#put(at, { type: 'released', leg, cause, ...(status === undefined ? {} : { status }), ...redirects });
  }

  #put(at: Instant, event: LegEvent): void {
    this.#due.push({ at, event });
    this.#due.sort((a, b) => a.at - b.at);
  }

  get next(): Due | undefined {
    return this.#due[0];
  }

  take(): Due | undefined {
    return this.#due.shift();
  }
}

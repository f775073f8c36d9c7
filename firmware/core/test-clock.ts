import type { Clock } from './clock.ts';
import { after, type Instant } from './machine.ts';

/** A clock that stands until it is turned: `turn(1200)` runs everything that is due in the next 1.2 s, in order. */
export class TestClock implements Clock {
  #now = 1_000 as Instant;
  #due: { at: Instant; wake: () => void }[] = [];

  now(): Instant {
    return this.#now;
  }

  wall(): number {
    return 1_700_000_000_000 + this.#now;
  }

  at(at: Instant, wake: () => void): () => void {
    const entry = { at, wake };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  turn(ms: number): void {
    const end = after(this.#now, ms);
    for (;;) {
      const next = this.#due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter((entry) => entry !== next);
      if (next.at > this.#now) this.#now = next.at;
      next.wake();
    }
    this.#now = end;
  }
}

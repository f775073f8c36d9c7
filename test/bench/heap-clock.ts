import type { Clock } from '../../firmware/core/clock.ts';
import { DeadlineHeap } from '../../firmware/core/deadline-heap.ts';
import { after, type Instant } from '../../firmware/core/machine.ts';

type Call = { readonly wake: () => void; cancelled: boolean };

/** A clock that is turned by hand, for a model with hundreds of thousands of calls in it. */
export class HeapClock implements Clock {
  #now = 1000 as Instant;
  readonly #due = new DeadlineHeap<Call>((call) => !call.cancelled);

  now(): Instant {
    return this.#now;
  }

  wall(): number {
    return 1_700_000_000_000 + this.#now;
  }

  at(at: Instant, wake: () => void): () => void {
    const call: Call = { wake, cancelled: false };
    this.#due.push(at, call);
    return () => {
      call.cancelled = true;
    };
  }

  /** Runs all that is due in the next so many milliseconds, in order. */
  turn(ms: number): void {
    const end = after(this.#now, ms);
    for (let at = this.#due.first(); at !== undefined && at <= end; at = this.#due.first()) {
      const call = this.#due.takeDue(at)!;
      call.cancelled = true;
      if (at > this.#now) this.#now = at;
      call.wake();
    }
    this.#now = end;
  }
}

/**
 * The time of one port, in frames: what is to happen later happens when that many samples have passed. Within a
 * frame it keeps milliseconds, so that bounces and dial pulses come with true times.
 */

import { FRAME_MS } from '../contract/line-card.ts';

/** What to do; `at` is the CLOCK_MONOTONIC millisecond it was due. */
type Action = (at: number) => void;
type Entry = { readonly due: number; readonly action: Action };

export class Agenda {
  readonly #hostNow: () => number;
  readonly #entries: Entry[] = [];
  /** Milliseconds of line time up to the end of the last frame. */
  #passed = 0;
  #tickedAt: number;
  #readAt: number;
  /** Line time of the action that runs, so that chains of actions do not gather delay. */
  #acting: number | undefined;

  constructor(hostNow: () => number) {
    this.#hostNow = hostNow;
    this.#tickedAt = hostNow();
    this.#readAt = this.#tickedAt;
  }

  /** CLOCK_MONOTONIC in ms when the engine last fetched a frame. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Lets time go on for a port that the engine does not read, up to `now`; `passed` is called for each frame. */
  catchUp(now: number, passed: () => void): void {
    while (now - this.#tickedAt >= FRAME_MS) {
      this.#advance(this.#tickedAt + FRAME_MS);
      passed();
    }
  }

  /** Does `action` when `ms` of line time have passed; the returned function takes it back. */
  after(ms: number, action: Action): () => void {
    const entry = { due: this.#lineTime() + ms, action };
    let place = this.#entries.length;
    while (place > 0 && this.#entries[place - 1]!.due > entry.due) place--;
    this.#entries.splice(place, 0, entry);
    return () => {
      const index = this.#entries.indexOf(entry);
      if (index >= 0) this.#entries.splice(index, 1);
    };
  }

  /** The engine fetches a frame. */
  tick(): void {
    this.#readAt = this.#hostNow();
    this.#advance(this.#readAt);
  }

  #advance(now: number): void {
    this.#passed += FRAME_MS;
    this.#tickedAt = now;
    while (this.#entries.length > 0 && this.#entries[0]!.due <= this.#passed) {
      const entry = this.#entries.shift()!;
      this.#acting = entry.due;
      try {
        entry.action(now - (this.#passed - entry.due));
      } finally {
        this.#acting = undefined;
      }
    }
  }

  #lineTime(): number {
    if (this.#acting !== undefined) return this.#acting;
    return this.#passed + Math.min(FRAME_MS, Math.max(0, this.#hostNow() - this.#tickedAt));
  }
}

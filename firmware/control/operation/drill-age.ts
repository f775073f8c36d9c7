import type { Clock } from '../../core/clock.ts';
import type { Instant } from '../../core/machine.ts';

/** For how long no drill has passed: ms, counted up to this wall time (ms since 1970; 0: no clock could be believed). */
export type Unproved = { readonly ms: number; readonly wallMs: number };

const DAY_MS = 86_400_000;
/** A sheet is asked for every month; a few days may pass before there is time. */
const OVERDUE_MS = 35 * DAY_MS;
/** So much of the time between two planes counts at most: a clock that is set forward by a year adds a day. */
const MOST_AWAY_MS = DAY_MS;
/** Counted so long without being kept. */
const KEEP_MS = DAY_MS / 4;

/** With the time since then in which no plane counted (pure). */
export const afterAbsence = ({ ms, wallMs: then }: Unproved, wallMs: number): Unproved => {
  const known = then > 0 && wallMs > then;
  return { ms: ms + (known ? Math.min(wallMs - then, MOST_AWAY_MS) : 0), wallMs };
};

export type DrillAgeOptions = {
  readonly clock: Clock;
  /** Whether the wall time can be believed. */
  readonly sure: () => boolean;
  readonly kept: () => Unproved | undefined;
  readonly keep: (unproved: Unproved | undefined) => void;
};

/**
 * Counts the days without a drill that passed by the clock that nobody sets; wall time only bridges the moments in which
 * the box is off.
 */
export class DrillAge {
  readonly #options: DrillAgeOptions;
  #unproved: Unproved | undefined;
  #counted: Instant;
  #uncertainMs = 0;

  constructor(options: DrillAgeOptions) {
    this.#options = options;
    this.#counted = options.clock.now();
  }

  /** Goes on from what was kept; else `since`, the wall time of a sheet of a box that did not count yet. */
  open(since: number | undefined): void {
    const { kept, sure, clock } = this.#options;
    const before = kept();
    const wallMs = this.#wallMs();
    if (before !== undefined) this.#unproved = afterAbsence(before, wallMs);
    else if (since !== undefined) this.#unproved = { ms: sure() ? Math.max(0, clock.wall() - since) : 0, wallMs };
    this.#counted = clock.now();
  }

  /** A drill has passed. */
  passed(): void {
    this.#counted = this.#options.clock.now();
    this.#keep({ ms: 0, wallMs: this.#wallMs() });
  }

  /** Days without a good drill when they are too many. `counts`: there is something to prove. */
  overdueDays(counts: boolean): number | undefined {
    const { clock } = this.#options;
    const elapsedMs = clock.now() - this.#counted;
    this.#counted = clock.now();
    if (!counts) {
      if (this.#unproved !== undefined) this.#keep(undefined);
      return undefined;
    }
    const before = this.#unproved;
    const next: Unproved = { ms: before === undefined ? 0 : before.ms + elapsedMs, wallMs: this.#wallMs() };
    this.#uncertainMs += elapsedMs;
    this.#unproved = next;
    if (before === undefined || this.#uncertainMs >= KEEP_MS) this.#keep(next);
    return next.ms < OVERDUE_MS ? undefined : Math.floor(next.ms / DAY_MS);
  }

  #wallMs(): number {
    return this.#options.sure() ? this.#options.clock.wall() : 0;
  }

  #keep(unproved: Unproved | undefined): void {
    this.#unproved = unproved;
    this.#uncertainMs = 0;
    this.#options.keep(unproved);
  }
}

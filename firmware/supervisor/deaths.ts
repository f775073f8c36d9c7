import type { Instant } from '../core/machine.ts';
import type { PlaneDeath, PlaneDeaths } from '../core/plane-deaths.ts';
import type { PlaneName } from './plane.ts';

/** A plane that lived for so long begins a new row. */
const ROW_MS = 3_600_000;

/** Counts how the planes end. `own`: a word that no supervisor before had. */
export class Deaths {
  readonly #own: string;
  #count = 0;
  #last: Partial<Record<PlaneName, { readonly at: Instant; readonly death: PlaneDeath }>> = {};

  constructor(own: string) {
    this.#own = own;
  }

  /** Takes down one more death; `why` as the end of a sentence. */
  add(plane: PlaneName, why: string, now: Instant): void {
    const before = this.#last[plane];
    const times = before !== undefined && now - before.at < ROW_MS ? before.death.times + 1 : 1;
    this.#count += 1;
    this.#last = { ...this.#last, [plane]: { at: now, death: { id: `${this.#own}-${this.#count}`, why, times } } };
  }

  /** The last of each plane. */
  get all(): PlaneDeaths {
    return Object.fromEntries(Object.entries(this.#last).map(([plane, { death }]) => [plane, death]));
  }
}

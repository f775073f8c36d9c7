/** The bell of a phone: counts rings and keeps their cadence. */

const NEW_SERIES_MS = 8000;
const STEPS_KEPT = 16;

export class Bell {
  /** Lengths in ms of on, off, on, off … of the present series; the step that runs is not in it yet. */
  readonly cadence: number[] = [];
  on = false;
  /** Rings begun in the present series. */
  rings = 0;
  hertz = 0;
  #changedAt = 0;

  /** The voltage came or went at `at` (ms). True when something changed. */
  set(on: boolean, hertz: number, at: number): boolean {
    if (on === this.on) return false;
    if (on) this.#begin(hertz, at);
    else this.#keep(at);
    this.on = on;
    this.#changedAt = at;
    return true;
  }

  /** A new call: forgets the series. */
  reset(): void {
    this.cadence.length = 0;
    this.rings = 0;
  }

  #begin(hertz: number, at: number): void {
    if (this.rings > 0 && at - this.#changedAt > NEW_SERIES_MS) this.reset();
    if (this.rings > 0) this.#keep(at);
    this.rings++;
    this.hertz = hertz;
  }

  #keep(at: number): void {
    if (this.cadence.length >= STEPS_KEPT) this.cadence.splice(0, 2);
    this.cadence.push(Math.round(at - this.#changedAt));
  }
}

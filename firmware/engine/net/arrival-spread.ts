const WINDOWS = 10;
const WINDOW_MS = 1000;

/**
 * How unevenly packets arrive: the least and greatest transit of the last ten windows of a second.
 * A transit is arrival time less media time, both in ms; its zero is arbitrary. Ten seconds are short enough for two
 * clocks that differ by 100 parts in a million to pass as equal.
 */
export class ArrivalSpread {
  readonly #least = new Float64Array(WINDOWS).fill(Number.POSITIVE_INFINITY);
  readonly #greatest = new Float64Array(WINDOWS).fill(Number.NEGATIVE_INFINITY);
  #window = 0;
  #endsAt = Number.NEGATIVE_INFINITY;
  #leastTransit = Number.POSITIVE_INFINITY;
  #greatestTransit = Number.NEGATIVE_INFINITY;

  /** Transit of the fastest packet. */
  get leastMs(): number {
    return this.#leastTransit;
  }

  /** How much later than the fastest packet the slowest came. */
  get spreadMs(): number {
    return this.#greatestTransit < this.#leastTransit ? 0 : this.#greatestTransit - this.#leastTransit;
  }

  reset(): void {
    this.#least.fill(Number.POSITIVE_INFINITY);
    this.#greatest.fill(Number.NEGATIVE_INFINITY);
    this.#leastTransit = Number.POSITIVE_INFINITY;
    this.#greatestTransit = Number.NEGATIVE_INFINITY;
    this.#endsAt = Number.NEGATIVE_INFINITY;
  }

  add(transitMs: number, now: number): void {
    if (now >= this.#endsAt) this.#turn(now);
    if (transitMs < this.#least[this.#window]!) this.#least[this.#window] = transitMs;
    if (transitMs > this.#greatest[this.#window]!) this.#greatest[this.#window] = transitMs;
    if (transitMs < this.#leastTransit) this.#leastTransit = transitMs;
    if (transitMs > this.#greatestTransit) this.#greatestTransit = transitMs;
  }

  #turn(now: number): void {
    this.#window = (this.#window + 1) % WINDOWS;
    this.#endsAt = now + WINDOW_MS;
    this.#least[this.#window] = Number.POSITIVE_INFINITY;
    this.#greatest[this.#window] = Number.NEGATIVE_INFINITY;
    this.#leastTransit = Number.POSITIVE_INFINITY;
    this.#greatestTransit = Number.NEGATIVE_INFINITY;
    for (let window = 0; window < WINDOWS; window++) {
      this.#leastTransit = Math.min(this.#leastTransit, this.#least[window]!);
      this.#greatestTransit = Math.max(this.#greatestTransit, this.#greatest[window]!);
    }
  }
}

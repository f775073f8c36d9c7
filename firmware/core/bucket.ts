import type { Instant } from './machine.ts';

/** Token bucket: `rate` a second, bursts up to `size`. */
export class Bucket {
  readonly #rate: number;
  readonly #size: number;
  #tokens: number;
  #at: Instant;

  constructor(rate: number, size: number, now: Instant) {
    this.#rate = rate;
    this.#size = size;
    this.#tokens = size;
    this.#at = now;
  }

  /** Takes one token; false when the rate is exceeded. */
  take(now: Instant): boolean {
    this.#tokens = Math.min(this.#size, this.#tokens + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

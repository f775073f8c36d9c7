import { FRAME_SAMPLES } from './frame.ts';
import { clamp16 } from './sound/level.ts';

/** Adds frames with saturation. One speaker passes through as it is, without copying. */
export class Mixer {
  readonly #sum = new Int32Array(FRAME_SAMPLES);
  readonly #out = new Int16Array(FRAME_SAMPLES);
  #first: Int16Array | undefined;
  #count = 0;

  begin(): void {
    this.#count = 0;
    this.#first = undefined;
  }

  add(frame: Int16Array): void {
    this.#count++;
    if (this.#count === 1) {
      this.#first = frame;
      return;
    }
    if (this.#count === 2) this.#sum.set(this.#first!);
    for (let index = 0; index < FRAME_SAMPLES; index++) this.#sum[index]! += frame[index]!;
  }

  /** The sum so far, valid until the next `begin`; `undefined` when nobody spoke. */
  mixed(): Int16Array | undefined {
    if (this.#count < 2) return this.#first;
    for (let index = 0; index < FRAME_SAMPLES; index++) {
      const sum = this.#sum[index]!;
      this.#out[index] = clamp16(sum);
    }
    return this.#out;
  }
}

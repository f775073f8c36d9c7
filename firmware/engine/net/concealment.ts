/** Longest pitch period looked for: 15 ms, a voice of 66 Hz. */
const LONGEST_PERIOD = 120;
const SHORTEST_PERIOD = 20;
const COMPARED = 80;
const HISTORY = LONGEST_PERIOD * 2 + COMPARED;
/** Concealed sound is gone after 60 ms; longer repeats sound like a machine (ITU-T G.711 appendix I). */
const FADE_SAMPLES = 480;
const FULL_SAMPLES = 80;
const OVERLAP = 32;

/**
 * Fills gaps by repeating the last pitch period, fading to silence within 60 ms; the first samples after a gap are
 * blended with what would have been repeated next.
 */
export class Concealment {
  readonly #history = new Int16Array(HISTORY);
  #period = 0;
  #phase = 0;
  #concealed = 0;

  /** Samples of the gap that is being filled; 0 when the last samples were real. */
  get concealedSamples(): number {
    return this.#concealed;
  }

  reset(): void {
    this.#history.fill(0);
    this.#concealed = 0;
  }

  /** Takes `frame[from..to]` as real sound, and smooths it in place where it follows a gap. */
  real(frame: Int16Array, from: number, to: number): void {
    if (to <= from) return;
    if (this.#concealed > 0) this.#blend(frame, from, Math.min(to, from + OVERLAP));
    this.#concealed = 0;
    this.#remember(frame, from, to);
  }

  /** Fills `frame[from..to]`. */
  fill(frame: Int16Array, from: number, to: number): void {
    if (this.#concealed === 0) {
      this.#period = this.#findPeriod();
      this.#phase = 0;
    }
    for (let index = from; index < to; index++) frame[index] = this.#next();
  }

  #next(): number {
    const age = this.#concealed++;
    if (age >= FADE_SAMPLES) return 0;
    const gain = age < FULL_SAMPLES ? 1 : 1 - (age - FULL_SAMPLES) / (FADE_SAMPLES - FULL_SAMPLES);
    const sample = this.#history[HISTORY - this.#period + this.#phase]!;
    this.#phase = (this.#phase + 1) % this.#period;
    return sample * gain;
  }

  #blend(frame: Int16Array, from: number, to: number): void {
    const length = to - from;
    for (let index = 0; index < length; index++) {
      const share = (index + 1) / (length + 1);
      frame[from + index] = frame[from + index]! * share + this.#next() * (1 - share);
    }
  }

  #remember(frame: Int16Array, from: number, to: number): void {
    const first = Math.max(from, to - HISTORY);
    const count = to - first;
    this.#history.copyWithin(0, count);
    for (let index = 0; index < count; index++) this.#history[HISTORY - count + index] = frame[first + index]!;
  }

  /** The lag at which the last 10 ms resemble what was before them most. */
  #findPeriod(): number {
    const history = this.#history;
    const start = HISTORY - COMPARED;
    let best = LONGEST_PERIOD;
    let bestLikeness = 0;
    for (let lag = SHORTEST_PERIOD; lag <= LONGEST_PERIOD; lag++) {
      let product = 0;
      let energy = 1;
      for (let index = 0; index < COMPARED; index++) {
        const earlier = history[start + index - lag]!;
        product += history[start + index]! * earlier;
        energy += earlier * earlier;
      }
      const likeness = product > 0 ? (product * product) / energy : 0;
      if (likeness > bestLikeness * 1.001) {
        bestLikeness = likeness;
        best = lag;
      }
    }
    return best;
  }
}

/**
 * The simulator's own tones. It shares no code with the gateway on purpose: what judges tones must not be made
 * of what makes them.
 */

import { SAMPLE_RATE } from '../contract/line-card.ts';

/** A step of a tone: up to 4 frequencies in Hz (none is silence) for `ms`, 0 for ever; `level` in dBm0 each. */
export type Step = { readonly hertz: readonly number[]; readonly ms: number; readonly level: number };
/** A tone as steps; after the last one it goes on at `loopFrom`, or ends where that is left out. */
export type Script = { readonly steps: readonly Step[]; readonly loopFrom?: number | undefined };

const MAX_FREQUENCIES = 4;
/** A sine of full scale is +3.14 dBm0 (ITU-T G.711, A-law). */
const FULL_SCALE_DBM0 = 3.14;
const FULL_SCALE_RMS = 32767 / Math.SQRT2;

/** Peak of a sine of `level` dBm0, in samples of 16 bits. */
export const peakOf = (level: number): number => 32767 * 10 ** ((level - FULL_SCALE_DBM0) / 20);

/** Level in dBm0 of a signal with this mean square; -100 stands for silence. */
export const levelOf = (meanSquare: number): number =>
  meanSquare < 1e-3 ? -100 : 20 * Math.log10(Math.sqrt(meanSquare) / FULL_SCALE_RMS) + FULL_SCALE_DBM0;

/** Mean square of samples `from` up to `to`. */
export function meanSquare(samples: Int16Array, from = 0, to = samples.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += samples[i]! * samples[i]!;
  return to > from ? sum / (to - from) : 0;
}

/** Rounds and clips to 16 bits. */
export const clip = (value: number): number => (value > 32767 ? 32767 : value < -32768 ? -32768 : Math.round(value));

/**
 * Power of one frequency (Goertzel) as a share of the whole power of the samples: 1 for a pure tone of exactly
 * that frequency. `energy` is the sum of squares of the same samples.
 */
export function shareOf(hertz: number, samples: Int16Array, from: number, to: number, energy: number): number {
  if (energy <= 0) return 0;
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / SAMPLE_RATE);
  let last = 0;
  let before = 0;
  for (let i = from; i < to; i++) {
    const now = samples[i]! + turn * last - before;
    before = last;
    last = now;
  }
  const power = last * last + before * before - turn * last * before;
  return (2 * power) / ((to - from) * energy);
}

/** Plays a script into frames; allocates nothing while it plays. */
export class ToneSource {
  #script: Script | undefined;
  #step = 0;
  /** Samples left in the step; negative in one that lasts for ever. */
  #left = 0;
  #count = 0;
  // Sines by y[n] = 2 cos(w) y[n-1] - y[n-2]: one multiplication a sample.
  readonly #turn = new Float64Array(MAX_FREQUENCIES);
  readonly #last = new Float64Array(MAX_FREQUENCIES);
  readonly #before = new Float64Array(MAX_FREQUENCIES);

  get playing(): boolean {
    return this.#script !== undefined;
  }

  start(script: Script): void {
    this.#script = script;
    this.#enter(0);
  }

  stop(): void {
    this.#script = undefined;
  }

  /** Adds its sound to `frame`; true when the script ended within it. */
  addTo(frame: Int16Array): boolean {
    if (this.#script === undefined) return false;
    for (let i = 0; i < frame.length; i++) {
      if (this.#left === 0 && !this.#advance()) return true;
      if (this.#left > 0) this.#left--;
      if (this.#count > 0) frame[i] = clip(frame[i]! + this.#sample());
    }
    return this.#left === 0 && !this.#advance();
  }

  #sample(): number {
    let sum = 0;
    for (let k = 0; k < this.#count; k++) {
      const next = this.#turn[k]! * this.#last[k]! - this.#before[k]!;
      this.#before[k] = this.#last[k]!;
      this.#last[k] = next;
      sum += next;
    }
    return sum;
  }

  #advance(): boolean {
    const script = this.#script;
    if (script === undefined) return false;
    const next = this.#step + 1;
    if (next < script.steps.length) this.#enter(next);
    else if (script.loopFrom !== undefined) this.#enter(script.loopFrom);
    else this.#script = undefined;
    return this.#script !== undefined;
  }

  #enter(index: number): void {
    const step = this.#script?.steps[index];
    if (step === undefined) {
      this.#script = undefined;
      return;
    }
    this.#step = index;
    // A step below one sample would never end: loops of them would hang the card.
    this.#left = step.ms === 0 ? -1 : Math.max(1, Math.round((step.ms * SAMPLE_RATE) / 1000));
    this.#count = Math.min(MAX_FREQUENCIES, step.hertz.length);
    const peak = peakOf(step.level);
    for (let k = 0; k < this.#count; k++) {
      const angle = (2 * Math.PI * step.hertz[k]!) / SAMPLE_RATE;
      this.#turn[k] = 2 * Math.cos(angle);
      this.#last[k] = 0;
      this.#before[k] = -peak * Math.sin(angle);
    }
  }
}

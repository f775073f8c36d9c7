import type { Tone, ToneStep } from '../../engine-protocol/hardware.ts';
import { amplitudeOf, clamp16 } from './level.ts';

const SAMPLE_RATE = 8000;
const TURN = 2 * Math.PI;

/** DTMF frequencies (ITU-T Q.23): rows and columns in Hz. */
export const dtmfRows = [697, 770, 852, 941] as const;
export const dtmfColumns = [1209, 1336, 1477, 1633] as const;
export const dtmfKeys = '123A456B789C*0#D';

/** Level of sent digits: the high group 2 dB above the low one, as lines attenuate it more (ITU-T Q.23). */
const DIGIT_LEVEL = -8;

const isDigit = (key: string): boolean => key.length === 1 && dtmfKeys.includes(key);

const digitStep = (key: string, ms: number): ToneStep => {
  const index = dtmfKeys.indexOf(key);
  return { hertz: [dtmfRows[index >> 2]!, dtmfColumns[index & 3]!], ms, level: DIGIT_LEVEL };
};

/** Digits as a tone that ends; `,` is a pause of one second, what is no digit is left out. */
export const digitsTone = (digits: string, digitMs: number, pauseMs: number): Tone => {
  const steps: ToneStep[] = [];
  for (const key of digits.toUpperCase()) {
    if (key === ',') steps.push({ hertz: [], ms: 1000, level: 0 });
    else if (isDigit(key)) steps.push(digitStep(key, digitMs), { hertz: [], ms: pauseMs, level: 0 });
  }
  return { steps };
};

/** One digit that sounds until it is stopped. */
export const heldDigitTone = (key: string): Tone => ({ steps: isDigit(key) ? [digitStep(key, 0)] : [] });

export const toneDurationMs = (tone: Tone): number => tone.steps.reduce((sum, step) => sum + step.ms, 0);

/** Plays one tone at a time, phase-continuous within a step; sines by a rotating phasor, without allocation. */
export class ToneGenerator {
  #tone: Tone | undefined;
  #step = 0;
  #left = 0;
  #real = new Float64Array(4);
  #imaginary = new Float64Array(4);
  #cosine = new Float64Array(4);
  #sine = new Float64Array(4);
  #voices = 0;

  get playing(): boolean {
    return this.#tone !== undefined;
  }

  start(tone: Tone): void {
    this.#tone = tone;
    this.#enter(0);
  }

  stop(): void {
    this.#tone = undefined;
  }

  /** Fills the frame; the rest after the end of a tone is silence. */
  read(frame: Int16Array): void {
    let at = 0;
    while (at < frame.length) {
      if (!this.#tone) {
        frame.fill(0, at);
        return;
      }
      const count = Math.min(frame.length - at, this.#left);
      this.#fill(frame, at, at + count);
      at += count;
      this.#left -= count;
      if (this.#left <= 0) this.#enter(this.#step + 1);
    }
  }

  #enter(index: number): void {
    const tone = this.#tone!;
    const step = tone.steps[index] ?? (tone.loopFrom === undefined ? undefined : tone.steps[tone.loopFrom]);
    if (!step) {
      this.#tone = undefined;
      return;
    }
    this.#step = tone.steps[index] ? index : tone.loopFrom!;
    this.#left = step.ms === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.round((step.ms * SAMPLE_RATE) / 1000));
    this.#tune(step);
  }

  #tune(step: ToneStep): void {
    this.#voices = Math.min(4, step.hertz.length);
    const amplitude = amplitudeOf(step.level);
    for (let voice = 0; voice < this.#voices; voice++) {
      const turn = (TURN * step.hertz[voice]!) / SAMPLE_RATE;
      this.#cosine[voice] = Math.cos(turn);
      this.#sine[voice] = Math.sin(turn);
      this.#real[voice] = amplitude;
      this.#imaginary[voice] = 0;
    }
  }

  #fill(frame: Int16Array, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      let sum = 0;
      for (let voice = 0; voice < this.#voices; voice++) {
        const real = this.#real[voice]!;
        const imaginary = this.#imaginary[voice]!;
        sum += imaginary;
        this.#real[voice] = real * this.#cosine[voice]! - imaginary * this.#sine[voice]!;
        this.#imaginary[voice] = real * this.#sine[voice]! + imaginary * this.#cosine[voice]!;
      }
      frame[index] = clamp16(sum);
    }
  }
}

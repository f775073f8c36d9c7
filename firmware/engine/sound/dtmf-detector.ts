import { powerAt } from './level.ts';
import { dtmfColumns, dtmfKeys, dtmfRows } from './tone-generator.ts';

const SAMPLE_RATE = 8000;
/** Samples of a window: 78 Hz wide, so that neighbouring rows (73 Hz apart) fall near a zero. */
const WINDOW = 102;
const HOP = 51;
const HOP_MS = (HOP * 1000) / SAMPLE_RATE;
const WINDOW_MS = (WINDOW * 1000) / SAMPLE_RATE;
/** Hops in a row that make a digit: a tone of 40 ms has them wherever it falls (ITU-T Q.24 annex A). */
const HITS_TO_ACCEPT = 5;
/** Hops in a row from which the tone is kept out of audio that carries digits apart. */
const HITS_TO_MUTE = 2;
/** Hops without the tone that end a digit: a dip of 10 ms does not, a pause of 40 ms does. */
const MISSES_TO_END = 5;
/** High group above the low one by 4 dB, below it by 8 dB (ITU-T Q.24 annex A), and some to spare: the groups leak. */
const HIGHEST_REVERSE_TWIST = 10 ** 0.5;
const HIGHEST_TWIST = 10;
/** Within its group a tone stands 8 dB above each other one. */
const STANDS_OUT = 10 ** 0.8;
/** Share of the window's energy in the two tones; speech spreads wider. */
const PURITY = 0.74;
/** The tones together keep their power from hop to hop within 2 dB; the voice swells and fades. */
const STEADINESS = 1.6;
const QUIETEST = powerAt(-36);

const coefficients = [...dtmfRows, ...dtmfColumns].map((hertz) => 2 * Math.cos((2 * Math.PI * hertz) / SAMPLE_RATE));

export type DigitListener = {
  /** The digit has been accepted; its tone began `sinceMs` ago and goes on. */
  began(digit: string, sinceMs: number): void;
  ended(digit: string, lastedMs: number): void;
};

/**
 * DTMF receiver (ITU-T Q.24): Goertzel filters on overlapping windows of 12.75 ms.
 * A digit counts from its fifth window in a row; the same digit counts again only after a pause.
 */
export class DtmfDetector {
  readonly #listener: DigitListener;
  readonly #window = new Float64Array(WINDOW);
  readonly #power = new Float64Array(8);
  #filled = 0;
  #candidate = -1;
  #sum = 0;
  #steady = false;
  #hits = 0;
  #misses = 0;
  #accepted = -1;
  #span = 0;

  constructor(listener: DigitListener) {
    this.#listener = listener;
  }

  /** True while the samples given last hold the tone of a digit. */
  get present(): boolean {
    return this.#accepted >= 0 || this.#hits >= HITS_TO_MUTE;
  }

  /** Forgets what was heard; a digit that was on is ended. */
  reset(): void {
    this.#end();
    this.#filled = 0;
    this.#hits = 0;
    this.#candidate = -1;
  }

  write(frame: Int16Array): void {
    for (let index = 0; index < frame.length; index++) {
      this.#window[this.#filled++] = frame[index]!;
      if (this.#filled < WINDOW) continue;
      this.#judge(this.#classify());
      this.#window.copyWithin(0, HOP);
      this.#filled = WINDOW - HOP;
    }
  }

  #judge(key: number): void {
    if (this.#accepted >= 0) this.#follow(key);
    this.#hits = key < 0 ? 0 : key === this.#candidate && this.#steady ? this.#hits + 1 : 1;
    this.#candidate = key;
    if (this.#accepted >= 0 || this.#hits < HITS_TO_ACCEPT) return;
    this.#accepted = key;
    this.#span = this.#hits;
    this.#misses = 0;
    this.#listener.began(dtmfKeys[key]!, this.#lastedMs());
  }

  #follow(key: number): void {
    if (key === this.#accepted) {
      this.#span += this.#misses + 1;
      this.#misses = 0;
      return;
    }
    this.#misses++;
    const another = key >= 0 && key === this.#candidate && this.#hits + 1 >= HITS_TO_ACCEPT;
    if (another || this.#misses >= MISSES_TO_END) this.#end();
  }

  #end(): void {
    if (this.#accepted < 0) return;
    const digit = dtmfKeys[this.#accepted]!;
    this.#accepted = -1;
    this.#listener.ended(digit, this.#lastedMs());
  }

  #lastedMs(): number {
    return Math.round((this.#span - 1) * HOP_MS + WINDOW_MS);
  }

  /** Index into `dtmfKeys`, or -1. */
  #classify(): number {
    let energy = 0;
    for (let index = 0; index < WINDOW; index++) energy += this.#window[index]! * this.#window[index]!;
    if (energy < QUIETEST * WINDOW) return -1;
    for (let tone = 0; tone < 8; tone++) this.#power[tone] = this.#goertzel(coefficients[tone]!);
    const row = this.#strongest(0);
    const column = this.#strongest(4);
    if (row < 0 || column < 0) return -1;
    const low = this.#power[row]!;
    const high = this.#power[column]!;
    if (high > low * HIGHEST_REVERSE_TWIST || low > high * HIGHEST_TWIST) return -1;
    if (((low + high) * 2) / WINDOW < PURITY * energy) return -1;
    this.#steady = near(low + high, this.#sum);
    this.#sum = low + high;
    return row * 4 + (column - 4);
  }

  #strongest(from: number): number {
    let best = from;
    for (let tone = from + 1; tone < from + 4; tone++) if (this.#power[tone]! > this.#power[best]!) best = tone;
    for (let tone = from; tone < from + 4; tone++) {
      if (tone !== best && this.#power[tone]! * STANDS_OUT > this.#power[best]!) return -1;
    }
    return best;
  }

  #goertzel(coefficient: number): number {
    let last = 0;
    let before = 0;
    for (let index = 0; index < WINDOW; index++) {
      const next = this.#window[index]! + coefficient * last - before;
      before = last;
      last = next;
    }
    return last * last + before * before - coefficient * last * before;
  }
}

const near = (power: number, before: number): boolean => power < before * STEADINESS && before < power * STEADINESS;

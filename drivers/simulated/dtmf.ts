/** The simulator's own DTMF (ITU-T Q.23, Q.24): keys of phones, ears of exchanges. */

import { FRAME_SAMPLES } from '../contract/line-card.ts';
import { meanSquare, type Script, type Step, shareOf } from './tone.ts';

const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477, 1633] as const;
const KEYS = '123A456B789C*0#D';
export const DTMF_DIGITS = '0123456789*#ABCD';

/** Row and column frequency of a digit; undefined for what is on no keypad. */
export function frequenciesOf(digit: string): readonly [number, number] | undefined {
  const at = digit.length === 1 ? KEYS.indexOf(digit.toUpperCase()) : -1;
  return at < 0 ? undefined : [ROWS[at >> 2]!, COLUMNS[at & 3]!];
}

/** Digits as a tone script. The row is 2 dB below the column, as keypads make them (Q.23). */
export function digitScript(digits: string, onMs: number, offMs: number): Script {
  const steps: Step[] = [];
  for (const digit of digits) {
    const hertz = frequenciesOf(digit);
    if (hertz === undefined) throw new RangeError(`no key for ${digit}`);
    steps.push({ hertz, ms: onMs, level: -8 }, { hertz: [], ms: offMs, level: 0 });
  }
  return { steps };
}

const QUIET_MEAN_SQUARE = 40 ** 2;
/** Both tones together hold this share of the power. At 1.5 % off frequency it is 0.6, at 3.5 % below 0.3 (Q.24). */
const PURE_SHARE = 0.55;
const WEAKEST_SHARE = 0.08;
const HALF = FRAME_SAMPLES / 2;
/** 160 samples looked at every 80: two hits are a tone of 30 ms or more. */
const HITS = 2;
const MISSES = 2;

/** Hears DTMF in frames of 160 samples. */
export class DtmfDetector {
  readonly #overlap = new Int16Array(FRAME_SAMPLES);
  readonly #shares = new Float64Array(4);
  #candidate = '';
  #hits = 0;
  #misses = 0;
  #heard = '';

  /** The digit that began to be heard in this frame, or ''. */
  hear(frame: Int16Array): string {
    this.#overlap.copyWithin(0, HALF);
    for (let i = 0; i < HALF; i++) this.#overlap[HALF + i] = frame[i]!;
    const first = this.#judge(this.#look(this.#overlap));
    this.#overlap.set(frame);
    const second = this.#judge(this.#look(frame));
    return first !== '' ? first : second;
  }

  #judge(seen: string): string {
    if (seen !== '' && seen === this.#candidate) this.#hits++;
    else {
      this.#candidate = seen;
      this.#hits = seen === '' ? 0 : 1;
    }
    if (this.#heard !== '') {
      this.#misses = seen === this.#heard ? 0 : this.#misses + 1;
      if (this.#misses < MISSES) return '';
      this.#heard = '';
    }
    if (this.#hits < HITS) return '';
    this.#misses = 0;
    this.#heard = this.#candidate;
    return this.#heard;
  }

  #look(samples: Int16Array): string {
    const mean = meanSquare(samples);
    if (mean < QUIET_MEAN_SQUARE) return '';
    const energy = mean * samples.length;
    const row = this.#strongest(ROWS, samples, energy);
    if (row < 0) return '';
    const rowShare = this.#shares[row]!;
    const column = this.#strongest(COLUMNS, samples, energy);
    if (column < 0 || rowShare + this.#shares[column]! < PURE_SHARE) return '';
    return KEYS[row * 4 + column]!;
  }

  /** Index of the one frequency that stands out of its group, or -1. */
  #strongest(group: readonly number[], samples: Int16Array, energy: number): number {
    let best = 0;
    for (let i = 0; i < 4; i++) {
      this.#shares[i] = shareOf(group[i]!, samples, 0, samples.length, energy);
      if (this.#shares[i]! > this.#shares[best]!) best = i;
    }
    const share = this.#shares[best]!;
    if (share < WEAKEST_SHARE) return -1;
    for (let i = 0; i < 4; i++) if (i !== best && this.#shares[i]! > share / 2) return -1;
    return best;
  }
}

/**
 * The simulator's own caller ID: Bell 202 FSK with a Multiple Data Message (Telcordia GR-30, ETSI EN 300 659-3).
 * The exchange sends it between the first two rings; the phone's display reads it.
 */

import { SAMPLE_RATE } from '../contract/line-card.ts';
import { peakOf } from './tone.ts';

const BAUD = 1200;
const MARK_HERTZ = 1200;
const SPACE_HERTZ = 2200;
const SEIZURE_BITS = 300;
const MARK_BITS = 180;
const LEVEL_DBM0 = -13.5;
const MULTIPLE_DATA_MESSAGE = 0x80;
const LONGEST_MESSAGE = 255;

export type CallerId = {
  readonly number?: string | undefined;
  readonly name?: string | undefined;
  /** Month, day, hour, minute: eight digits. */
  readonly time?: string | undefined;
};

type Parameter = { readonly type: number; readonly text: string };

function message(parameters: readonly Parameter[]): number[] {
  const body = parameters.flatMap(({ type, text }) => [type, text.length, ...Buffer.from(text, 'latin1')]);
  const octets = [MULTIPLE_DATA_MESSAGE, body.length, ...body];
  const sum = octets.reduce((total, octet) => total + octet, 0);
  return [...octets, -sum & 0xff];
}

function bitsOf(octets: readonly number[]): number[] {
  const bits = Array.from({ length: SEIZURE_BITS }, (_, i) => i & 1);
  for (let i = 0; i < MARK_BITS; i++) bits.push(1);
  for (const octet of octets) {
    bits.push(0);
    for (let bit = 0; bit < 8; bit++) bits.push((octet >> bit) & 1);
    bits.push(1);
  }
  return [...bits, 1, 1, 1, 1];
}

/** The samples of a caller ID message; a number or name that is missing is sent as unavailable ("O"). */
export function callerIdSamples({ number, name, time = '01010000' }: CallerId): Int16Array {
  const parameters: Parameter[] = [{ type: 0x01, text: time }];
  parameters.push(number === undefined ? { type: 0x04, text: 'O' } : { type: 0x02, text: number });
  if (name !== undefined) parameters.push({ type: 0x07, text: name });
  const bits = bitsOf(message(parameters));
  const samples = new Int16Array(Math.ceil((bits.length * SAMPLE_RATE) / BAUD));
  const peak = peakOf(LEVEL_DBM0);
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const bit = bits[Math.min(bits.length - 1, Math.floor((i * BAUD) / SAMPLE_RATE))];
    phase += (2 * Math.PI * (bit === 1 ? MARK_HERTZ : SPACE_HERTZ)) / SAMPLE_RATE;
    samples[i] = Math.round(peak * Math.sin(phase));
  }
  return samples;
}

function parse(octets: readonly number[]): CallerId {
  const fields: Record<number, string> = {};
  for (let at = 2; at + 2 <= octets.length - 1; at += 2 + octets[at + 1]!)
    fields[octets[at]!] = String.fromCharCode(...octets.slice(at + 2, at + 2 + octets[at + 1]!));
  return {
    ...(fields[1] === undefined ? {} : { time: fields[1] }),
    ...(fields[2] === undefined ? {} : { number: fields[2] }),
    ...(fields[4] === undefined ? {} : { number: fields[4] === 'P' ? 'private' : 'unavailable' }),
    ...(fields[7] === undefined ? {} : { name: fields[7] }),
  };
}

const SAMPLES_PER_BIT = SAMPLE_RATE / BAUD;
/** One bit, to the whole sample. */
const WINDOW = Math.round(SAMPLES_PER_BIT);
const QUIET = 100;
/** Both frequencies repeat after 40 samples. */
const TURN = 40;
const table = (hertz: number, wave: (angle: number) => number): Float64Array =>
  Float64Array.from({ length: TURN }, (_, i) => wave((2 * Math.PI * hertz * i) / SAMPLE_RATE));
const WAVES = [
  table(MARK_HERTZ, Math.cos),
  table(MARK_HERTZ, Math.sin),
  table(SPACE_HERTZ, Math.cos),
  table(SPACE_HERTZ, Math.sin),
] as const;

/** The display of a phone: reads FSK from frames of 160 samples. */
export class CallerIdReader {
  /** Products of the last bit's samples with the four waves, and their sums. */
  readonly #products = new Float64Array(WINDOW * WAVES.length);
  readonly #sums = new Float64Array(WAVES.length);
  readonly #octets: number[] = [];
  #at = 0;
  #level = 0;
  /** Samples since the start bit began; negative while none has. */
  #sinceStart = -1;
  #bit = 0;
  #octet = 0;
  /** Marks seen in a row, in samples: the message begins after the long one. */
  #marks = 0;

  /** The caller ID whose last octet came in this frame. */
  hear(frame: Int16Array): CallerId | undefined {
    let found: CallerId | undefined;
    for (let i = 0; i < frame.length; i++) found = this.#bitSample(this.#demodulate(frame[i]!)) ?? found;
    return found;
  }

  /** 1 for mark, 0 for space, -1 for no signal. */
  #demodulate(sample: number): number {
    const slot = (this.#at % WINDOW) * WAVES.length;
    for (let wave = 0; wave < WAVES.length; wave++) {
      const product = sample * WAVES[wave]![this.#at % TURN]!;
      this.#sums[wave] = this.#sums[wave]! + product - this.#products[slot + wave]!;
      this.#products[slot + wave] = product;
    }
    // Wraps where both periods end.
    this.#at = (this.#at + 1) % (TURN * WINDOW);
    this.#level += (Math.abs(sample) - this.#level) / 64;
    if (this.#level < QUIET) return -1;
    return this.#power(0) > this.#power(2) ? 1 : 0;
  }

  #power(wave: number): number {
    return this.#sums[wave]! ** 2 + this.#sums[wave + 1]! ** 2;
  }

  #bitSample(bit: number): CallerId | undefined {
    if (bit < 0) {
      this.#reset();
      return undefined;
    }
    if (this.#sinceStart < 0) {
      if (bit === 1) this.#marks++;
      else if (this.#octets.length > 0 || this.#marks > 40 * SAMPLES_PER_BIT) this.#sinceStart = 0;
      else this.#marks = 0;
      return undefined;
    }
    this.#sinceStart++;
    const middle = (this.#bit + 1.5) * SAMPLES_PER_BIT;
    if (this.#sinceStart < middle) return undefined;
    if (this.#bit < 8) {
      this.#octet |= bit << this.#bit++;
      return undefined;
    }
    return this.#endOctet(bit);
  }

  #endOctet(stop: number): CallerId | undefined {
    const octet = this.#octet;
    this.#sinceStart = -1;
    this.#bit = 0;
    this.#octet = 0;
    if (stop === 0 || (this.#octets.length === 0 && octet !== MULTIPLE_DATA_MESSAGE)) {
      this.#reset();
      return undefined;
    }
    this.#octets.push(octet);
    const whole = (this.#octets[1] ?? LONGEST_MESSAGE) + 3;
    if (this.#octets.length < whole) return undefined;
    const octets = [...this.#octets];
    this.#reset();
    return octets.reduce((sum, one) => sum + one, 0) % 256 === 0 ? parse(octets) : undefined;
  }

  #reset(): void {
    this.#octets.length = 0;
    this.#sinceStart = -1;
    this.#bit = 0;
    this.#octet = 0;
    this.#marks = 0;
  }
}

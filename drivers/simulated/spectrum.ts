/** What a sound is: its level, its strongest frequencies, and when it was on and off. */

import { SAMPLE_RATE } from '../contract/line-card.ts';
import { levelOf, meanSquare } from './tone.ts';

export type Peak = { readonly hertz: number; readonly level: number };
export type Segment = { readonly on: boolean; readonly ms: number };
/** `level` in dBm0 over all, `levelOn` over the parts with sound; frequencies strongest first. */
export type Heard = {
  readonly seconds: number;
  readonly level: number;
  readonly levelOn: number;
  readonly hertz: readonly number[];
  readonly peaks: readonly Peak[];
  readonly segments: readonly Segment[];
};

const BLOCK_MS = 10;
const BLOCK = (SAMPLE_RATE * BLOCK_MS) / 1000;
const FLOOR_DBM0 = -50;
/** A block this far below the loudest is off. Beats of two tones stay within 10 dB in blocks of 10 ms. */
const RANGE_DB = 25;

const FFT_SIZE = 4096;
/** Spectra of a long sound are taken at so many places: the card's process also keeps the frame clock. */
const MAX_WINDOWS = 6;
const PEAK_RANGE_DB = 20;
const MAX_PEAKS = 4;

const blockLevels = (samples: Int16Array): number[] => {
  const levels: number[] = [];
  for (let at = 0; at + BLOCK <= samples.length; at += BLOCK) levels.push(levelOf(meanSquare(samples, at, at + BLOCK)));
  return levels;
};

function segmentsOf(levels: readonly number[], threshold: number): Segment[] {
  const segments: { on: boolean; ms: number }[] = [];
  for (const level of levels) {
    const on = level >= threshold;
    const last = segments.at(-1);
    if (last?.on === on) last.ms += BLOCK_MS;
    else segments.push({ on, ms: BLOCK_MS });
  }
  return segments;
}

/** In-place radix-2 FFT of FFT_SIZE points. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  for (let i = 1, j = 0; i < FFT_SIZE; i++) {
    let bit = FFT_SIZE >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j]!, real[i]!];
      [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
    }
  }
  for (let size = 2; size <= FFT_SIZE; size <<= 1) butterflies(real, imaginary, size);
}

function butterflies(real: Float64Array, imaginary: Float64Array, size: number): void {
  const half = size >> 1;
  for (let k = 0; k < half; k++) {
    const angle = (-2 * Math.PI * k) / size;
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    for (let at = k; at < FFT_SIZE; at += size) {
      const to = at + half;
      const re = real[to]! * cosine - imaginary[to]! * sine;
      const im = real[to]! * sine + imaginary[to]! * cosine;
      real[to] = real[at]! - re;
      imaginary[to] = imaginary[at]! - im;
      real[at] = real[at]! + re;
      imaginary[at] = imaginary[at]! + im;
    }
  }
}

/** Adds the power spectrum of a Hann window of `length` samples at `from` to `power`. */
function addSpectrum(samples: Int16Array, from: number, length: number, power: Float64Array): void {
  const real = new Float64Array(FFT_SIZE);
  const imaginary = new Float64Array(FFT_SIZE);
  // Scaled so that the bin of a sine holds the square of its peak.
  const scale = 4 / length;
  for (let i = 0; i < length; i++)
    real[i] = samples[from + i]! * scale * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length));
  transform(real, imaginary);
  for (let k = 0; k < power.length; k++) power[k] = power[k]! + real[k]! ** 2 + imaginary[k]! ** 2;
}

/** Places for windows, spread over the parts that are on. */
function windowPlaces(segments: readonly Segment[]): { from: number; length: number }[] {
  const places: { from: number; length: number }[] = [];
  let at = 0;
  for (const { on, ms } of segments) {
    const end = at + (ms * SAMPLE_RATE) / 1000;
    if (on)
      for (let from = at; from < end && (from === at || end - from > FFT_SIZE / 2); from += FFT_SIZE)
        places.push({ from, length: Math.min(FFT_SIZE, end - from) });
    at = end;
  }
  places.sort((a, b) => b.length - a.length);
  const longest = places[0]?.length ?? 0;
  const fit = places.filter((place) => place.length >= longest / 2);
  if (fit.length <= MAX_WINDOWS) return fit;
  return Array.from({ length: MAX_WINDOWS }, (_, i) => fit[Math.floor((i * fit.length) / MAX_WINDOWS)]!);
}

/** Local maxima of the spectrum, placed between bins by a parabola through the decibels, strongest first. */
function peaksOf(power: Float64Array, shortest: number): Peak[] {
  const decibel = Array.from(power, (value) => 10 * Math.log10(value + 1e-9));
  // Lobes of a Hann window are 4 bins wide, wider still when the sound was shorter than the transform.
  const apart = Math.max(2, Math.ceil((2 * FFT_SIZE) / Math.max(1, shortest)));
  const found: Peak[] = [];
  for (let k = 4; k < decibel.length - 1; k++) {
    const [below, here, above] = [decibel[k - 1]!, decibel[k]!, decibel[k + 1]!];
    if (here < below || here <= above) continue;
    const shift = (below - above) / (2 * (below - 2 * here + above));
    const level = levelOf(10 ** ((here - (below - above) * shift * 0.25) / 10) / 2);
    found.push({ hertz: ((k + shift) * SAMPLE_RATE) / FFT_SIZE, level });
  }
  found.sort((a, b) => b.level - a.level);
  const kept: Peak[] = [];
  for (const peak of found) {
    if (kept.length === MAX_PEAKS || peak.level < found[0]!.level - PEAK_RANGE_DB || peak.level < FLOOR_DBM0) break;
    const width = (apart * SAMPLE_RATE) / FFT_SIZE;
    if (kept.every((other) => Math.abs(other.hertz - peak.hertz) > width)) kept.push(peak);
  }
  return kept.map(({ hertz, level }) => ({ hertz: round1(hertz), level: round1(level) }));
}

const round1 = (value: number): number => Math.round(value * 10) / 10;

/**
 * Analyses a sound. One spectrum is about half a millisecond of work; `breathe` is awaited before each, so that
 * whatever else runs in this process gets its turn.
 */
export async function analyse(samples: Int16Array, breathe: () => Promise<void>): Promise<Heard> {
  const levels = blockLevels(samples);
  const threshold = Math.max(FLOOR_DBM0, Math.max(-100, ...levels) - RANGE_DB);
  const segments = segmentsOf(levels, threshold);
  const places = windowPlaces(segments);
  const power = new Float64Array(FFT_SIZE / 2);
  for (const { from, length } of places) {
    await breathe();
    addSpectrum(samples, from, length, power);
  }
  for (let k = 0; k < power.length; k++) power[k] = power[k]! / Math.max(1, places.length);
  const peaks = places.length === 0 ? [] : peaksOf(power, Math.min(...places.map(({ length }) => length)));
  return {
    seconds: samples.length / SAMPLE_RATE,
    level: round1(levelOf(meanSquare(samples))),
    levelOn: round1(levelOn(levels, threshold)),
    hertz: peaks.map(({ hertz }) => hertz),
    peaks,
    segments,
  };
}

function levelOn(levels: readonly number[], threshold: number): number {
  const on = levels.filter((level) => level >= threshold);
  return on.length === 0 ? -100 : 10 * Math.log10(on.reduce((sum, level) => sum + 10 ** (level / 10), 0) / on.length);
}

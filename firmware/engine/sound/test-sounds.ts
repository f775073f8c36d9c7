import { FRAME_SAMPLES } from '../frame.ts';
import { amplitudeOf, clamp16 } from './level.ts';

/** A sum of sines, each [hertz, dBm0], with `ms` of length. */
export const sines = (parts: readonly (readonly [hertz: number, dBm0: number])[], ms: number): Int16Array =>
  Int16Array.from({ length: Math.round(ms * 8) }, (_, index) =>
    clamp16(
      parts.reduce((sum, [hertz, dBm0]) => sum + amplitudeOf(dBm0) * Math.sin((2 * Math.PI * hertz * index) / 8000), 0),
    ),
  );

export const silence = (ms: number): Int16Array => new Int16Array(Math.round(ms * 8));

/** Reproducible numbers from 0 to 1 (linear congruential, Numerical Recipes). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x100000000;
  };
};

export const noise = (dBm0: number, ms: number, random: () => number): Int16Array => {
  const peak = amplitudeOf(dBm0) * Math.sqrt(1.5);
  return Int16Array.from({ length: Math.round(ms * 8) }, () => clamp16((random() * 2 - 1) * peak));
};

/** Adds sounds of equal length. */
export const together = (...sounds: readonly Int16Array[]): Int16Array =>
  sounds[0]!.map((_, index) => clamp16(sounds.reduce((sum, sound) => sum + (sound[index] ?? 0), 0)));

export const joined = (...sounds: readonly Int16Array[]): Int16Array => {
  const all = new Int16Array(sounds.reduce((sum, sound) => sum + sound.length, 0));
  let at = 0;
  for (const sound of sounds) {
    all.set(sound, at);
    at += sound.length;
  }
  return all;
};

/** Calls back with each whole frame; the rest is filled with silence. */
export const inFrames = (sound: Int16Array, each: (frame: Int16Array, index: number) => void): void => {
  const frame = new Int16Array(FRAME_SAMPLES);
  for (let at = 0, index = 0; at < sound.length; at += FRAME_SAMPLES, index++) {
    frame.fill(0);
    frame.set(sound.subarray(at, at + FRAME_SAMPLES));
    each(frame, index);
  }
};

/**
 * Something like speech: syllables of a gliding voice of many harmonics shaped by two moving formants, with noise
 * between, for `seconds`.
 */
export const babble = (seconds: number, seed: number): Int16Array => {
  const random = randomFrom(seed);
  const out = new Int16Array(seconds * 8000);
  let at = 0;
  while (at < out.length) {
    const length = Math.min(out.length - at, 800 + Math.floor(random() * 2400));
    syllable(out, at, length, random);
    at += length + Math.floor(random() * 800);
  }
  return out;
};

const syllable = (out: Int16Array, at: number, length: number, random: () => number): void => {
  const pitch = 80 + random() * 160;
  const glide = (random() - 0.5) * 0.3;
  const formants = [300 + random() * 600, 900 + random() * 1100, 2200 + random() * 900];
  const gains = Array.from({ length: Math.ceil(3400 / pitch) - 1 }, (_, index) =>
    formants.reduce((best, formant) => Math.max(best, 1 / (1 + (((index + 1) * pitch - formant) / 120) ** 2)), 0.02),
  );
  for (let index = 0; index < length; index++) {
    const part = index / length;
    const phase = (2 * Math.PI * pitch * index * (1 + (glide * part) / 2)) / 8000;
    const sum = harmonics(gains, phase);
    out[at + index] = clamp16((sum + (random() - 0.5) * 0.2) * 3000 * Math.sin(Math.PI * part));
  }
};

/** The sum of gains[k - 1] * sin(k * phase), by the recurrence of Chebyshev: minutes of speech in a second. */
const harmonics = (gains: readonly number[], phase: number): number => {
  const turn = 2 * Math.cos(phase);
  let before = 0;
  let sine = Math.sin(phase);
  let sum = 0;
  for (let index = 0; index < gains.length; index++) {
    sum += gains[index]! * sine;
    const next = turn * sine - before;
    before = sine;
    sine = next;
  }
  return sum;
};

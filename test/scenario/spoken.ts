import assert from 'node:assert/strict';
import { join } from 'node:path';
import { durationMs, levelDb, part, readWav, type Sound } from '../peer/audio.ts';
import { bundles } from '../peer/gateway.ts';

/** A sentence as it comes with the box, in English. */
export const sentence = (name: string): Sound => readWav(join(bundles, 'sentence', 'en', `${name}.wav`));

const WINDOW_MS = 20;
/** Loudness every 20 ms above a floor, in dB: where syllables are, whatever the gain of the line. */
const envelope = (sound: Sound): number[] =>
  Array.from(
    { length: Math.floor(durationMs(sound) / WINDOW_MS) },
    (_, at) => Math.max(-50, levelDb(part(sound, at * WINDOW_MS, (at + 1) * WINDOW_MS))) + 50,
  );

/** Correlation (-1 to 1) of two stretches of the same length. */
const likeness = (one: readonly number[], other: readonly number[]): number => {
  const mean = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0) / all.length;
  const [a, b] = [mean(one), mean(other)];
  let [both, first, second] = [0, 0, 0];
  for (const [at, each] of one.entries()) {
    both += (each - a) * (other[at]! - b);
    first += (each - a) ** 2;
    second += (other[at]! - b) ** 2;
  }
  return both / Math.sqrt(first * second || 1);
};

/** Where in `heard` a sentence begins (ms) for which the loudness is most alike, from `fromMs` on. */
const bestMatch = (heard: readonly number[], said: readonly number[], fromMs: number) => {
  let best = { atMs: -1, alike: -1 };
  for (let at = Math.floor(fromMs / WINDOW_MS); at + said.length <= heard.length; at++) {
    const alike = likeness(heard.slice(at, at + said.length), said);
    if (alike > best.alike) best = { atMs: at * WINDOW_MS, alike };
  }
  return best;
};

/** Asserts that this sentence was heard. */
export const assertSpoken = (heard: Sound, name: string): void => {
  const found = bestMatch(envelope(heard), envelope(sentence(name)), 0);
  assert.ok(found.alike > 0.9, `${name} was heard: ${JSON.stringify(found)}`);
};

/** Asserts that this sentence was heard twice, one after the other; gives the end of the second, ms. */
export const assertSpokenTwice = (heard: Sound, name: string): number => {
  const said = sentence(name);
  const [ear, voice] = [envelope(heard), envelope(said)];
  const lengthMs = durationMs(said);
  const found = bestMatch(ear, voice, 0);
  assert.ok(found.alike > 0.9, `${name} was heard: ${JSON.stringify(found)}`);
  const later = bestMatch(ear, voice, found.atMs + lengthMs);
  const earlier = bestMatch(ear.slice(0, Math.floor(found.atMs / WINDOW_MS)), voice, 0);
  const twice = Math.max(later.alike, earlier.alike);
  assert.ok(twice > 0.9, `${name} was heard a second time: ${JSON.stringify({ found, later, earlier })}`);
  return (later.alike > earlier.alike ? later.atMs : found.atMs) + lengthMs;
};

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Playout } from './playout.ts';
import { expand, toULaw } from './u-law.ts';
import { fromULaw } from './wav.ts';

/** Octets that say their place: what comes out tells what went in. */
const frame = (value: number): Uint8Array => new Uint8Array(160).fill(toULaw(value * 1000));

function setUp() {
  const playout = new Playout();
  /** First sample of each of the next frames, in thousands. */
  const next = (count: number): number[] =>
    Array.from({ length: count }, () => {
      const samples = new Int16Array(160);
      playout.fill(samples);
      return Math.round(samples[0]! / 1000);
    });
  return { playout, next };
}

test('every octet of u-law is itself again', () => {
  for (let octet = 0; octet < 256; octet++) {
    assert.ok(expand(octet) === fromULaw(octet));
    // there are two zeros
    if (octet !== 0x7f) assert.equal(toULaw(fromULaw(octet)), octet);
  }
  assert.equal(toULaw(-32768), 0x00);
  assert.equal(toULaw(32767), 0x80);
});

test('it waits for 40 ms, then plays in order, and is silent at the end', () => {
  const { playout, next } = setUp();
  playout.put(frame(1));
  assert.deepEqual(next(2), [0, 0]);
  playout.put(frame(2));
  assert.deepEqual(next(4), [1, 2, 0, 0]);
  assert.equal(playout.gaps, 1);
  playout.put(frame(3));
  assert.deepEqual(next(1), [0], 'after a gap it waits again');
});

test('200 ms are kept, the oldest go', () => {
  const { playout, next } = setUp();
  for (let i = 1; i <= 14; i++) playout.put(frame(i));
  assert.equal(playout.droppedMs, 80);
  assert.deepEqual(next(11), [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0]);
});

test('more at once than there is room for leaves the newest', () => {
  const { playout, next } = setUp();
  const octets = new Uint8Array(12 * 160);
  for (let i = 0; i < 12; i++) octets.set(frame(i + 1), i * 160);
  playout.put(octets);
  assert.deepEqual(next(3), [3, 4, 5]);
});

test('sound that is never needed is let go, so that the delay does not stay', () => {
  const { playout } = setUp();
  for (let i = 0; i < 8; i++) playout.put(frame(1));
  const samples = new Int16Array(160);
  for (let i = 0; i < 50 * 8; i++) {
    playout.fill(samples);
    playout.put(frame(1));
  }
  assert.equal(playout.gaps, 0);
  assert.equal(playout.droppedMs, 100, '40 ms are left after each frame');
});

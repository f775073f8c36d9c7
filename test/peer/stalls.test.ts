import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sine } from './audio.ts';
import type { RtpPacket } from './capture.ts';
import { gapsIn, ownGaps, type Stall, silencesIn, stoodStillMs } from './stalls.ts';

const close = (actual: readonly Stall[], wanted: readonly Stall[]): void => {
  const rounded = (all: readonly Stall[]): number[][] =>
    all.map(({ from, to }) => [from, to].map((s) => +s.toFixed(3)));
  assert.deepEqual(rounded(actual), rounded(wanted));
};

/** Packets at these milliseconds after the second 100. */
const streamAt = (...ms: readonly number[]) => {
  const packets = ms.map((each) => ({ at: 100 + each / 1000 })) as RtpPacket[];
  return { ssrc: '1', from: '', to: '', packets, missing: 0, longestGapMs: 0 };
};

test('a gap is more than 40 ms without a packet', () => {
  close(gapsIn(streamAt(0, 20, 59, 79)), []);
  close(gapsIn(streamAt(0, 20, 61, 80)), [{ from: 100.02, to: 100.061 }]);
});

test('silence in a recording lies where it was heard', () => {
  const sound = sine(440, 2);
  sound.samples.fill(0, 8000, 8000 + 60 * 8);
  close(silencesIn(sound, 50), [{ from: 51, to: 51.06 }]);
  sound.samples.fill(1000, 8000, 8000 + 25 * 8);
  close(silencesIn(sound, 50), []);
});

test('a gap is forgiven only where another one lies in the same moment', () => {
  const gaps = [
    { from: 1, to: 1.05 },
    { from: 2, to: 2.05 },
  ];
  close(ownGaps(gaps, []), gaps);
  close(ownGaps(gaps, [{ from: 1.04, to: 1.2 }]), [gaps[1]!]);
  close(ownGaps(gaps, [{ from: 1.05, to: 1.2 }]), gaps);
  close(ownGaps(gaps, [{ from: 1.3, to: 1.4 }], 0.3), [gaps[1]!]);
  close(ownGaps(gaps, [{ from: 1.4, to: 1.6 }], 0.3), gaps);
});

test('the time in which any processor stood still is counted once, and only between the two moments', () => {
  const stalls = [
    { from: 5, to: 5.05 },
    { from: 1, to: 1.1 },
    { from: 1.05, to: 1.15 },
    { from: 1.06, to: 1.08 },
    { from: 1.99, to: 2.5 },
  ];
  assert.equal(Math.round(stoodStillMs(stalls, 1.02, 2)), 140);
  assert.equal(stoodStillMs(stalls, 3, 4), 0);
});

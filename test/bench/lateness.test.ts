import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frame, gridOf, latenessOf } from './lateness.ts';

const stream = (count: number, late: (i: number) => number, slopeMs = 20): Frame[] =>
  Array.from({ length: count }, (_, i) => ({ number: i + 7, atMs: 1000 + slopeMs * (i + 7) + late(i) }));

test('a frame is as late as it is behind the earliest ones, whatever the others do', () => {
  const late = latenessOf(stream(100, (i) => (i === 50 ? 7.5 : i % 3 === 0 ? 0 : 0.4)));
  assert.ok(Math.abs(late[50]! - 7.5) < 1e-6, `${late[50]}`);
  assert.ok(Math.abs(late[1]! - 0.4) < 1e-6);
  assert.ok(Math.abs(late[3]!) < 1e-6);
});

test('a clock that is 100 ppm slow is followed, not called late', () => {
  const frames = stream(3000, (i) => (i % 5) * 0.1, 20.002);
  assert.ok(Math.abs(gridOf(frames).slopeMs - 20.002) < 1e-6);
  assert.ok(Math.max(...latenessOf(frames)) < 0.41);
});

test('a tick that was skipped and made up for shows as late frames, one early frame does not make all others late', () => {
  const shifted = latenessOf(stream(1000, (i) => (i >= 500 && i < 510 ? 20 - (i - 500) * 2 : 0)));
  assert.ok(Math.abs(shifted[500]! - 20) < 1e-6);
  assert.equal(shifted.filter((each) => each > 1).length, 10);
});

test('one frame has no grid', () => {
  assert.throws(() => gridOf([{ number: 1, atMs: 1 }]), /no grid in 1 frames/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PinState, pinTried, samePin, unlocked } from './pin.ts';

const tries: [string, string, boolean][] = [
  ['1234', '1234', true],
  ['1234', '1235', false],
  ['1234', '123', false],
  ['1234', '12340', false],
  ['1234', '', false],
  ['', '', false],
  ['1234', `1234${'\0'.repeat(4)}`, false],
  ['12345678', '12345678', true],
  ['1234', '1'.repeat(1000), false],
];

for (const [right, tried, same] of tries) {
  test(`${right || 'none'} against ${tried.slice(0, 12) || 'nothing'}`, () =>
    assert.equal(samePin(right, tried), same));
}

const state = (wrong: number, locked = false): PinState => ({ version: 1, wrong, locked });
const steps: [string, PinState, boolean, PinState, string][] = [
  ['the first wrong one', unlocked, false, state(1), 'wrong'],
  ['the second', state(1), false, state(2), 'wrong'],
  ['the third locks', state(2), false, state(3, true), 'locked'],
  ['a right one forgives', state(2), true, unlocked, 'right'],
  ['locked: the right one is no use', state(3, true), true, state(3, true), 'locked'],
  ['locked: nor a wrong one', state(3, true), false, state(3, true), 'locked'],
];

for (const [what, before, isRight, after, answer] of steps) {
  test(what, () => assert.deepEqual(pinTried(before, isRight), { state: after, answer }));
}

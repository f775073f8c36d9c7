import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import {
  GLOBAL_LIMITS,
  type LockoutLimits,
  lockoutMachine,
  SOURCE_LIMITS,
  unlocked,
  waitOf,
} from './lockout-machine.ts';

const begin = 1_000 as Instant;

/** The wait in seconds after each of `count` wrong passwords, each tried as soon as it may be. */
const waits = (limits: LockoutLimits, count: number): number[] => {
  const machine = lockoutMachine(limits);
  let [state, now] = [unlocked(begin, limits), begin];
  return Array.from({ length: count }, () => {
    state = machine.step(state, { type: 'wrong' }, now).state;
    const waitMs = waitOf(state, now);
    now = (now + waitMs) as Instant;
    return waitMs / 1000;
  });
};

test('one source: five wrong passwords cost nothing, then 30 s doubling to 15 min, and never more', () => {
  assert.deepEqual(waits(SOURCE_LIMITS, 14), [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900]);
  assert.equal(waits(SOURCE_LIMITS, 2000).at(-1), 900);
});

test('all together: nobody waits longer than a minute', () => {
  const all = waits(GLOBAL_LIMITS, 100);
  assert.ok(all.slice(0, 40).every((wait) => wait === 0));
  assert.deepEqual(all.slice(40, 46), [5, 10, 20, 40, 60, 60]);
  assert.equal(Math.max(...all), 60);
});

test('each wait is told with the count, and none where there is no wait', () => {
  const machine = lockoutMachine(SOURCE_LIMITS);
  let state = unlocked(begin, SOURCE_LIMITS);
  const told: unknown[] = [];
  for (let wrong = 0; wrong < 7; wrong++) {
    const step = machine.step(state, { type: 'wrong' }, begin);
    state = step.state;
    told.push(...step.effects);
  }
  assert.deepEqual(told, [
    { do: 'tell', failures: 6, waitMs: 30_000 },
    { do: 'tell', failures: 7, waitMs: 60_000 },
  ]);
});

test('a right password ends it, and so does an hour without a wrong one', () => {
  const machine = lockoutMachine(SOURCE_LIMITS);
  let state = unlocked(begin, SOURCE_LIMITS);
  for (let wrong = 0; wrong < 6; wrong++) state = machine.step(state, { type: 'wrong' }, begin).state;
  assert.equal(machine.over?.(state), false);
  assert.equal(machine.deadline(state), begin + 30_000 + 3_600_000);
  for (const type of ['right', 'lapse'] as const) {
    assert.equal(machine.over?.(machine.step(state, { type }, begin).state), true);
  }
});

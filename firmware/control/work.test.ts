import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../core/log.ts';
import { Runner } from '../core/runner.ts';
import { TestClock } from '../core/test-clock.ts';
import { countWork } from './work.ts';

const setUp = () => {
  const clock = new TestClock();
  const written: unknown[] = [];
  const runner = new Runner(clock, silentLog, { write: (cascade) => written.push(cascade) });
  const counted: number[] = [];
  const end = countWork(runner, (count) => counted.push(count));
  return { clock, runner, written, counted, end };
};

test('a plane counts its work each second, with nobody else there, and writes none of it', () => {
  const { clock, written, counted } = setUp();
  clock.turn(999);
  assert.deepEqual(counted, []);
  clock.turn(2_001);
  assert.deepEqual(counted, [1, 2, 3]);
  assert.deepEqual(written, []);
});

test('other machines that are stepped meanwhile are no further work', () => {
  const { clock, runner, counted } = setUp();
  clock.turn(500);
  for (let told = 0; told < 5; told++) runner.tell('work', { type: 'anything' });
  clock.turn(500);
  assert.deepEqual(counted, [1]);
});

test('a plane that ends leaves no timer behind', () => {
  const { clock, counted, end } = setUp();
  clock.turn(1_000);
  end();
  clock.turn(10_000);
  assert.deepEqual(counted, [1]);
});

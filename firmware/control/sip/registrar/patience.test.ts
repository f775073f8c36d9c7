import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/test-clock.ts';
import { Patience } from './patience.ts';

const answered = (patience: Patience, source: string, times: number): number =>
  Array.from({ length: times }, () => patience.answers(source)).filter(Boolean).length;

test('a source is answered so often and then as time passes; others are not touched by it', () => {
  const clock = new TestClock();
  const patience = new Patience(() => clock.now());
  assert.equal(answered(patience, 'a', 200), 60);
  assert.equal(answered(patience, 'b', 1), 1);
  clock.turn(5_000);
  assert.equal(answered(patience, 'a', 200), 5);
});

test('guessing is slow: six wrong passwords at once, and one in ten seconds after that', () => {
  const clock = new TestClock();
  const patience = new Patience(() => clock.now());
  const guess = (): boolean => {
    if (!patience.answers('a')) return false;
    patience.charge('a');
    return true;
  };
  assert.equal(Array.from({ length: 20 }, guess).filter(Boolean).length, 6);
  let guessed = 0;
  for (let s = 0; s < 600; s++) {
    clock.turn(1_000);
    if (guess()) guessed++;
  }
  assert.ok(guessed >= 50 && guessed <= 60, `${guessed} guesses in ten minutes`);
});

test('many sources together are answered forty times a second and not more', () => {
  const clock = new TestClock();
  const patience = new Patience(() => clock.now());
  const flood = (from: number): number =>
    Array.from({ length: 2_000 }, (_, n) => patience.answers(`s${from + n}`)).filter(Boolean).length;
  assert.equal(flood(0), 240);
  clock.turn(1_000);
  assert.equal(flood(5_000), 40);
});

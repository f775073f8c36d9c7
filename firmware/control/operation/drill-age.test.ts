import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../core/test-clock.ts';
import { afterAbsence, DrillAge, type Unproved } from './drill-age.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A box whose wall clock can be set wrongly beside the one that nobody sets. */
const setUp = (before?: Unproved, isSure = true) => {
  const clock = new TestClock();
  const is = { kept: before, sure: isSure, aheadMs: 0, writes: 0 };
  const wall = clock.wall.bind(clock);
  clock.wall = () => wall() + is.aheadMs;
  const age = new DrillAge({
    clock,
    sure: () => is.sure,
    kept: () => is.kept,
    keep: (unproved) => {
      is.kept = unproved;
      is.writes += 1;
    },
  });
  const days = (count: number): number | undefined => {
    let over: number | undefined;
    for (let hour = 0; hour < count * 24; hour++) {
      clock.turn(HOUR_MS);
      over = age.overdueDays(true);
    }
    return over;
  };
  return { age, clock, is, days };
};

test('a clock that is set forward by years while the box runs makes nothing overdue', () => {
  const { age, is, days } = setUp();
  age.open(undefined);
  age.overdueDays(true);
  is.aheadMs = 1000 * DAY_MS;
  assert.equal(days(34), undefined);
  assert.equal(days(1), 35);
});

test('time in which the box was off counts, a day of it at most', () => {
  const kept = { ms: 10 * DAY_MS, wallMs: 1_000_000 };
  assert.equal(afterAbsence(kept, 1_000_000 + HOUR_MS).ms, 10 * DAY_MS + HOUR_MS);
  assert.equal(afterAbsence(kept, 1_000_000 + 1000 * DAY_MS).ms, 11 * DAY_MS);
});

test('a clock that was set back, or that nobody could believe before or now, adds nothing', () => {
  const kept = { ms: DAY_MS, wallMs: 1_000_000 };
  assert.equal(afterAbsence(kept, 500_000).ms, DAY_MS);
  assert.equal(afterAbsence(kept, 0).ms, DAY_MS);
  assert.equal(afterAbsence({ ms: DAY_MS, wallMs: 0 }, 1_000_000).ms, DAY_MS);
});

test('a box that did not count yet goes on from its sheet, and from nothing while its clock cannot be believed', () => {
  for (const [sure, days] of [
    [true, 40],
    [false, undefined],
  ] as const) {
    const { age, clock } = setUp(undefined, sure);
    age.open(clock.wall() - 40 * DAY_MS);
    assert.equal(age.overdueDays(true), days);
  }
});

test('a drill that passed begins the days anew', () => {
  const { age, days, is } = setUp({ ms: 34 * DAY_MS, wallMs: 0 });
  age.open(undefined);
  age.passed();
  assert.equal(is.kept?.ms, 0);
  assert.equal(days(34), undefined);
});

test('the days are kept four times a day, and at once when they begin', () => {
  const { age, days, is } = setUp();
  age.open(undefined);
  age.overdueDays(true);
  assert.equal(is.writes, 1);
  days(10);
  assert.equal(is.writes, 41);
  assert.equal(is.kept?.ms, 10 * DAY_MS);
});

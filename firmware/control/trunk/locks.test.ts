import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { trunk } from '../../config/section/trunk.ts';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import { Locks } from './locks.ts';

const MINUTE_MS = 60_000;

const open = () => {
  const clock = new TestClock();
  const runner = new Runner(clock, silentLog);
  const stated: string[] = [];
  runner.onFact((fact) => {
    const { lock, until } = fact as { lock: string; until: string };
    stated.push(`${lock} ${until}`.trim());
  });
  /** How far the wall clock is before the other, and whether anybody has told it the time. */
  const wall = { aheadMs: -clock.now(), sure: true };
  const momentOf = (text: string) => Number(text.slice(-2)) * MINUTE_MS;
  const locks = new Locks(runner, { now: () => ({ ms: clock.now() + wall.aheadMs, sure: wall.sure }), momentOf });
  const configure = (settings?: object) =>
    runner.cascade(() =>
      locks.configure(settings ? [v.parse(trunk, { id: 'a', host: 'a.example', ...settings })] : []),
    );
  return { clock, runner, locks, stated, wall, configure };
};
const until = (minute: string) => `2027-12-24 18:${minute}`;

test('a lock holds until the settings say otherwise, and is stated once', () => {
  const { clock, locks, stated, configure } = open();
  configure({ lock: 'none' });
  assert.equal(locks.of('a'), undefined);
  configure({ lock: 'drain' });
  configure({ lock: 'drain', priority: 2 });
  clock.turn(100 * MINUTE_MS);
  assert.deepEqual(locks.of('a'), { is: 'drain', until: '', minutesLeft: 0 });
  configure({ lock: 'all' });
  configure();
  assert.deepEqual(stated, ['drain', 'all', 'none']);
});

test('a timed lock ends by itself at its minute', () => {
  const { clock, runner, locks, stated, configure } = open();
  configure({ lock: 'all', lockUntil: until('05') });
  assert.deepEqual(locks.of('a'), { is: 'all', until: until('05'), minutesLeft: 5 });
  clock.turn(5 * MINUTE_MS - 1);
  assert.equal(locks.of('a')?.minutesLeft, 1);
  clock.turn(1);
  assert.equal(locks.of('a'), undefined);
  assert.deepEqual(stated, [`all ${until('05')}`, 'none']);
  assert.deepEqual([...runner.ids()], [], 'nothing waits any more');
});

test('a wall clock that is set is followed within a minute', () => {
  const { clock, locks, stated, wall, configure } = open();
  configure({ lock: 'noOutgoing', lockUntil: until('50') });
  wall.aheadMs += 49 * MINUTE_MS;
  clock.turn(MINUTE_MS);
  assert.equal(locks.of('a'), undefined);
  assert.equal(stated.at(-1), 'none');
});

test('while nobody knows the time a lock holds', () => {
  const { clock, locks, wall, configure } = open();
  wall.sure = false;
  configure({ lock: 'all', lockUntil: until('01') });
  clock.turn(30 * MINUTE_MS);
  assert.deepEqual(locks.of('a'), { is: 'all', until: until('01'), minutesLeft: 0 });
  wall.sure = true;
  assert.equal(locks.of('a'), undefined);
});

test('a lock whose time was over before it was set is none', () => {
  const { clock, locks, stated, configure } = open();
  clock.turn(10 * MINUTE_MS);
  configure({ lock: 'all', lockUntil: until('05') });
  assert.equal(locks.of('a'), undefined);
  assert.deepEqual(stated, []);
});

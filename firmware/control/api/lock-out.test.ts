import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { Fact } from '../facts.ts';
import { LockOut, sourceOf } from './lock-out.ts';

const open = (before: ReadonlyMap<string, unknown> = new Map()) => {
  const clock = new TestClock();
  const kept = new Map<string, unknown>();
  const runner = new Runner(clock, silentLog, {
    write: ({ states }) => {
      for (const [id, state] of states) {
        if (state === undefined) kept.delete(id);
        else kept.set(id, state);
      }
    },
  });
  const facts: Fact[] = [];
  return { clock, runner, kept, facts, lockOut: new LockOut(runner, before, (fact) => facts.push(fact)) };
};
const wrong = (lockOut: LockOut, source: string, times: number): void => {
  for (let time = 0; time < times; time++) lockOut.wrong(source);
};

test('a source that was wrong too often waits, another does not, and the wait ends', () => {
  const { clock, lockOut, facts } = open();
  wrong(lockOut, '192.0.2.1', 6);
  assert.equal(lockOut.waitMs('192.0.2.1'), 30_000);
  assert.equal(lockOut.waitMs('192.0.2.2'), 0);
  assert.deepEqual(facts, [{ fact: 'sourceLocked', source: '192.0.2.1', failures: 6, seconds: 30 }]);
  clock.turn(30_000);
  assert.equal(lockOut.waitMs('192.0.2.1'), 0);
  lockOut.wrong('192.0.2.1');
  assert.equal(lockOut.waitMs('192.0.2.1'), 60_000);
  lockOut.right('192.0.2.1');
  assert.equal(lockOut.waitMs('192.0.2.1'), 0);
  lockOut.wrong('192.0.2.1');
  assert.equal(lockOut.waitMs('192.0.2.1'), 0, 'it begins anew');
});

test('guesses from many sources slow all but those who have signed in, and for a minute at most', () => {
  const { lockOut } = open();
  lockOut.right('192.0.2.9');
  for (let source = 0; source < 200; source++) lockOut.wrong(`198.51.100.${source}`);
  assert.equal(lockOut.waitMs('192.0.2.8'), 60_000);
  assert.equal(lockOut.waitMs('192.0.2.9'), 0);
});

test('a browser that is known waits for its own guesses only, and is told of without its mark', () => {
  const { lockOut, facts } = open();
  for (let source = 0; source < 200; source++) lockOut.wrong(`198.51.100.${source}`);
  assert.equal(lockOut.waitMs('known abc'), 0);
  wrong(lockOut, 'known abc', 6);
  assert.equal(lockOut.waitMs('known abc'), 30_000);
  assert.equal(lockOut.waitMs('known def'), 0);
  const told = facts.flatMap((fact) => (fact.fact === 'sourceLocked' ? [fact.source] : []));
  assert.ok(told.includes('a browser that is known here') && !told.some((source) => source.includes('abc')));
});

test('the table of sources is bounded, and what is counted lives on in the next plane', () => {
  const { lockOut, kept, runner } = open();
  for (let source = 0; source < 1000; source++) lockOut.wrong(`source ${source}`);
  assert.ok([...runner.ids()].length <= 258);
  wrong(lockOut, '192.0.2.1', 6);
  const next = open(kept);

  assert.ok(next.lockOut.waitMs('192.0.2.1') >= 30_000);
});

test('a source is an IPv4 address, or the /64 of an IPv6 address', () => {
  const cases: [address: string | undefined, source: string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    [undefined, 'unknown'],
  ];
  for (const [address, source] of cases) assert.equal(sourceOf(address), source);
});

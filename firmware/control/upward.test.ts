import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../core/log.ts';
import { Runner } from '../core/runner.ts';
import { TestClock } from '../core/test-clock.ts';
import type { Fact } from './facts.ts';
import type { CallRecords } from './records/call-records.ts';
import type { StatusFile } from './status/status-file.ts';
import type { Trunks } from './trunk/trunks.ts';
import { Upward } from './upward.ts';

/** What a plane knows of its alarms, and what it leaves to the plane after it. */
const plane = (before?: ReadonlyMap<string, unknown>) => {
  const clock = new TestClock();
  const kept = new Map<string, unknown>(before);
  const runner = new Runner(clock, silentLog, {
    write: ({ states }) => {
      for (const [id, state] of states) kept.set(id, JSON.parse(JSON.stringify(state ?? null)));
    },
  });
  const trunks = { fold: () => {}, snapshot: () => [], shown: () => [], registrations: () => [] };
  const upward = new Upward({
    ...{ runner, clock, log: silentLog, build: 'test', fold: () => {} },
    records: { fold: () => {} } as unknown as CallRecords,
    trunks: trunks as unknown as Trunks,
    file: { write: () => {} } as unknown as StatusFile,
    shown: () => ({ name: 'Town hall', lines: [] }),
    ...(before === undefined ? {} : { before }),
  });
  const stand = () => upward.alarms().map(({ id }) => id);
  return { upward, clock, kept, stand, state: (fact: Fact) => upward.state(fact) };
};

const down = (trunk: string): Fact => ({ fact: 'trunkDown', trunk, why: 'silence' });

test('alarms go on over a restart, as they were', () => {
  const first = plane();
  first.state(down('a'));
  first.state(down('b'));
  first.state({ fact: 'trunkUp', trunk: 'b', why: 'it answers' });
  const second = plane(first.kept);
  assert.deepEqual(second.upward.alarms(), first.upward.alarms());
  assert.deepEqual(second.stand(), ['trunkDown/a']);
});

test('what is still so is said again and keeps its time; what has ended meanwhile goes, and its end is seen', () => {
  const first = plane();
  for (const trunk of ['a', 'b', 'c']) first.state(down(trunk));
  first.state({ fact: 'mailboxLocked', mailbox: '11' });
  const second = plane(first.kept);
  let looks = 0;
  second.upward.onChange(() => looks++);
  second.upward.settle();
  const [{ since } = {}] = first.upward.alarms();
  second.clock.turn(60_000);
  second.state(down('a'));
  second.state({ fact: 'trunkUp', trunk: 'b', why: 'it answers' });
  assert.deepEqual(second.stand(), ['trunkDown/a', 'trunkDown/c', 'mailboxLocked/11']);
  looks = 0;
  second.clock.turn(31_000);
  assert.deepEqual(second.stand(), ['trunkDown/a', 'mailboxLocked/11']);
  assert.equal(looks, 1);
  assert.equal(second.upward.alarms()[0]?.since, since);
  assert.deepEqual(plane(second.kept).stand(), ['trunkDown/a', 'mailboxLocked/11']);
});

test('a line that was out of service and works now is told so', () => {
  const first = plane();
  first.upward.port('line/1', false, 'no cable');
  const second = plane(first.kept);
  second.upward.port('line/1', true, 'found ready');
  assert.deepEqual(second.stand(), []);
});

test('what is damaged is left out', () => {
  const states = { 'trunkDown/a': { cause: 7, since: 0 }, nonsense: { cause: '', since: 0 }, pageOut: null };
  assert.deepEqual(plane(new Map([['status/alarms', states]])).stand(), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../core/log.ts';
import { Runner } from '../core/runner.ts';
import { TestClock } from '../core/test-clock.ts';
import type { Fact } from './facts.ts';
import type { CallRecords } from './records/call-records.ts';
import type { LiveStatus } from './status/snapshot.ts';
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
  let last: unknown;
  const upward = new Upward({
    ...{ runner, clock, log: silentLog, build: 'test', fold: () => {} },
    records: { fold: () => {} } as unknown as CallRecords,
    trunks: trunks as unknown as Trunks,
    file: { write: (snapshot: unknown) => (last = snapshot) } as unknown as StatusFile,
    shown: () => ({ name: 'Town hall', lines: [] }),
    ...(before === undefined ? {} : { before }),
  });
  const stand = () => upward.alarms().map(({ id }) => id);
  const written = () => last as LiveStatus;
  return { upward, clock, kept, stand, written, state: (fact: Fact) => upward.state(fact) };
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

test('a line that still is out of service after a restart keeps its alarm', () => {
  const first = plane();
  first.upward.port('line/1', false, 'no cable');
  const second = plane(first.kept);
  second.upward.settle();
  second.upward.port('line/1', false, 'found without card or cable');
  second.clock.turn(91_000);
  assert.deepEqual(second.stand(), ['lineOut/line/1']);
});

test('what settings have taken out has neither status nor alarm', () => {
  const { upward, state, stand, written } = plane();
  state(down('gone'));
  state({ fact: 'registered', account: 'a', trunk: 'gone', expiresS: 600 });
  upward.port('line/9', false, 'no cable');
  state({ fact: 'mailboxCounted', mailbox: 'line/9', waiting: 1, kept: 0 });
  const seen = () => {
    const { ports, mailboxes } = written();
    return [ports, mailboxes].flatMap((part) => Object.keys(part));
  };
  assert.deepEqual(seen(), ['line/9', 'line/9']);
  state({ fact: 'configured', revision: '2', by: 'page', steps: ['removeLine line/9'] });
  assert.deepEqual(seen(), []);
  assert.deepEqual(stand(), []);
});

test('what is damaged is left out', () => {
  const states = { 'trunkDown/a': { cause: 7, since: 0 }, nonsense: { cause: '', since: 0 }, pageOut: null };
  assert.deepEqual(plane(new Map([['status/alarms', states]])).stand(), []);
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import { AdoptionLog, readAdoption } from '../../store/adoption-log.ts';
import { type Files, systemFiles } from '../../store/file-primitives.ts';
import { Journal } from '../../store/journal.ts';
import type { CallId, Fact } from '../facts.ts';
import type { CallRecord } from './call-record-machine.ts';
import { CallRecords } from './call-records.ts';

const call = 'call/1' as CallId;
const target = (id: string) => ({ kind: 'trunk', id, number: '5551234' }) as const;
const began = (id = call): Fact => ({
  fact: 'callBegan',
  call: id,
  from: { kind: 'phone', id: 'line/1', number: '11' },
  dialled: '5551234',
});
const attemptBegan = (attempt: string, trunk: string, why: string): Fact => ({
  fact: 'attemptBegan',
  call,
  attempt,
  target: target(trunk),
  why,
});

const setUp = async (t: TestContext, files: Files = systemFiles) => {
  const folder = await mkdtemp(join(tmpdir(), 'records-'));
  const journals: Journal<CallRecord>[] = [];
  t.after(async () => {
    // One whose disk never answers cannot be closed.
    await Promise.race([Promise.all(journals.map((journal) => journal.close())), settle()]);
    await rm(folder, { recursive: true });
  });
  const clock = new TestClock();
  const path = join(folder, 'cascades');
  /** A control plane: what it finds is what the one before has left. */
  const start = async (goOn: ReadonlySet<CallId> = new Set()) => {
    const left = readAdoption(path);
    const sink = new AdoptionLog(path, left);
    const runner = new Runner(clock, silentLog, sink);
    const journal = await Journal.open<CallRecord>({ folder, name: 'calls', clock, sync: 'each', files });
    journals.push(journal);
    const records = new CallRecords({ runner, clock, log: silentLog, journal });
    await records.adopt(left.states, goOn);
    sink.settle(clock.now());
    runner.onFact((fact) => records.fold(fact as Fact));
    const state = (fact: Fact) => runner.cascade(() => runner.fact(fact));
    return { state, journal, runner };
  };
  const open = () => [...readAdoption(path).states.keys()];
  return { clock, start, open };
};
/** The last `count` calls, newest first. */
const lastCalls = async (journal: Journal<CallRecord>, count: number): Promise<readonly CallRecord[]> =>
  (await journal.last(count)).map(({ record }) => record).reverse();
/** Until the journal has written what was given to it. */
const written = async (journal: Journal<CallRecord>, count: number): Promise<readonly CallRecord[]> => {
  for (;;) {
    const records = await lastCalls(journal, 10);
    if (records.length >= count) return records;
    await new Promise(setImmediate);
  }
};
/** Long enough for what must not happen to happen. */
const settle = async () => {
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
};
/** Fails by the time limit of the test run when it does not come. */
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise(setImmediate);
};

test('a call that found its second way: every attempt with its reason', async (t) => {
  const { clock, start, open } = await setUp(t);
  const { state, journal } = await start();
  state(began());
  clock.turn(10);
  state(attemptBegan('1', 'primary', 'first by priority'));
  clock.turn(1200);
  state(attemptBegan('2', 'second', 'primary is silent'));
  state({ fact: 'attemptEnded', call, attempt: '1', cause: 'serverSilent', status: 408, q850: 102 });
  clock.turn(500);
  state({ fact: 'callAlerting', call, attempt: '2' });
  clock.turn(3000);
  state({ fact: 'callAnswered', call, attempt: '2', target: target('second') });
  state({ fact: 'callMedia', call, statistics: { received: 500 } });
  clock.turn(60_000);
  assert.deepEqual(open(), [`record/call/1@${1_700_000_000_000 + 1000}`]);
  state({ fact: 'callEnded', call, cause: 'hungUp', by: 'callee' });
  const [record] = await written(journal, 1);
  assert.deepEqual(record, {
    id: 'call/1@1700000001000',
    at: 1_700_000_001_000,
    from: { kind: 'phone', id: 'line/1', number: '11' },
    dialled: '5551234',
    attempts: [
      {
        ...{ attempt: '1', target: target('primary'), why: 'first by priority' },
        ...{ afterMs: 10, cause: 'serverSilent', lastedMs: 1200, status: 408, q850: 102 },
      },
      {
        ...{ attempt: '2', target: target('second'), why: 'primary is silent' },
        ...{ afterMs: 1210, cause: 'answered', lastedMs: 3500, rangAfterMs: 500 },
      },
    ],
    alertedAfterMs: 1710,
    answeredAfterMs: 4710,
    statistics: { received: 500 },
    talkedMs: 60_000,
    lastedMs: 64_710,
    endedBy: 'callee',
    cause: 'hungUp',
    sentence: 'the call was ended by hanging up',
  });
  await until(() => open().length === 0);
});

test('a call that failed: the attempt that was left gets the cause, in words', async (t) => {
  const { clock, start } = await setUp(t);
  const { state, journal } = await start();
  state(began());
  state(attemptBegan('1', 'primary', 'first'));
  clock.turn(700);
  state({ fact: 'callEnded', call, cause: 'busy', by: 'gateway' });
  const [record] = await written(journal, 1);
  assert.equal(record?.sentence, 'the callee is busy');
  assert.deepEqual([record?.attempts[0]?.cause, record?.attempts[0]?.lastedMs], ['busy', 700]);
  assert.equal(record?.talkedMs, undefined);
});

test('a restart ends open calls once, whatever dies again', async (t) => {
  const { clock, start, open } = await setUp(t);
  const first = await start();
  first.state(began());
  first.state(attemptBegan('1', 'primary', 'first'));
  first.state({ fact: 'callAnswered', call, attempt: '1', target: target('primary') });
  clock.turn(5000);
  const second = await start();
  const [record] = await written(second.journal, 1);
  assert.deepEqual([record?.cause, record?.endedBy, record?.talkedMs], ['gatewayRestarted', 'gateway', 5000]);
  assert.equal(record?.id, 'call/1@1700000001000');
  await until(() => open().length === 0);
  const third = await start();
  await settle();
  assert.equal((await lastCalls(third.journal, 10)).length, 1);
});

test('a call that goes on over a restart has one record, from its begin to its end', async (t) => {
  const { clock, start, open } = await setUp(t);
  const first = await start();
  first.state(began());
  first.state(attemptBegan('1', 'primary', 'first'));
  first.state({ fact: 'callAnswered', call, attempt: '1', target: target('primary') });
  first.state(began('call/2'));
  clock.turn(5000);
  const second = await start(new Set([call]));
  const [other] = await written(second.journal, 1);
  assert.deepEqual([other?.id.split('@')[0], other?.cause], ['call/2', 'gatewayRestarted']);
  clock.turn(3000);
  second.state({ fact: 'callEnded', call, cause: 'hungUp', by: 'caller' });
  const records = await written(second.journal, 2);
  const record = records.find(({ id }) => id.startsWith('call/1@'));
  assert.deepEqual([record?.cause, record?.endedBy, record?.talkedMs], ['hungUp', 'caller', 8000]);
  await until(() => open().length === 0);
});

test('dead between the journal and the adoption file: not stored twice', async (t) => {
  let broken = false;
  const { start, open } = await setUp(t, {
    ...systemFiles,
    open: async (path, how) => {
      const file = await systemFiles.open(path, how);
      const sync = async () => {
        await file.sync();
        // The process is dead before it hears that the record is on disk.
        if (broken) await new Promise(() => {});
      };
      return { ...file, sync };
    },
  });
  const first = await start();
  first.state(began());
  broken = true;
  first.state({ fact: 'callEnded', call, cause: 'hungUp', by: 'caller' });
  await written(first.journal, 1);
  broken = false;
  assert.equal(open().length, 1);
  const second = await start();
  await settle();
  assert.equal((await lastCalls(second.journal, 10)).length, 1);
  assert.deepEqual(open(), []);
});

test('dead before the journal has the record: the next plane stores it as it was', async (t) => {
  let full = true;
  const { clock, start, open } = await setUp(t, {
    ...systemFiles,
    open: (path, how) => (full ? Promise.reject(new Error('ENOSPC')) : systemFiles.open(path, how)),
  });
  const first = await start();
  first.state(began());
  clock.turn(300);
  first.state({ fact: 'callEnded', call, cause: 'busy', by: 'gateway' });
  await settle();
  full = false;
  clock.turn(9000);
  const second = await start();
  const [record] = await written(second.journal, 1);
  assert.deepEqual([record?.cause, record?.lastedMs], ['busy', 300]);
  await until(() => open().length === 0);
});

test('the next call of the same name is another record', async (t) => {
  const { clock, start } = await setUp(t);
  const first = await start();
  first.state(began());
  clock.turn(100);
  const { state, journal } = await start();
  state(began());
  state({ fact: 'callEnded', call, cause: 'hungUp', by: 'caller' });
  const records = await written(journal, 2);
  assert.deepEqual(records.map(({ cause }) => cause).sort(), ['gatewayRestarted', 'hungUp']);
  assert.equal(new Set(records.map(({ id }) => id)).size, 2);
});

test('a record that cannot be stored is kept and tried again', async (t) => {
  let full = true;
  const { start, open } = await setUp(t, {
    ...systemFiles,
    open: (path, how) => (full ? Promise.reject(new Error('ENOSPC')) : systemFiles.open(path, how)),
  });
  const { state, journal } = await start();
  state(began());
  state({ fact: 'callEnded', call, cause: 'hungUp', by: 'caller' });
  await settle();
  assert.equal(open().length, 1);
  full = false;
  const other = 'call/2' as CallId;
  state(began(other));
  state({ fact: 'callEnded', call: other, cause: 'hungUp', by: 'caller' });
  assert.equal((await written(journal, 2)).length, 2);
  await until(() => open().length === 0);
});

test('a record holds the number that was shown and what the call cost, and no tech prefix', async (t) => {
  const { clock, start } = await setUp(t);
  const { state, journal } = await start();
  const rate = { perMinute: 12_000, minimumS: 0, stepS: 60 };
  const shows = { number: '+4930555100', of: { pool: 'berlin', number: '030555100' } };
  state(began());
  state({
    ...{ fact: 'attemptBegan', call, attempt: 'A', why: 'priority 1', shows },
    target: { ...target('A'), techPrefix: '#31' },
    toll: { line: 'line/1', class: 'national', rate },
  });
  clock.turn(1000);
  state({ fact: 'callAnswered', call, attempt: 'A', target: target('A') });
  clock.turn(61_000);
  state({ fact: 'callEnded', call, cause: 'hungUp', by: 'caller' });
  const [record] = await written(journal, 1);
  assert.equal(record?.talkedMs, 61_000);
  assert.equal(record?.cost, 24_000);
  assert.deepEqual(record?.attempts[0]?.shows, shows);
  assert.deepEqual(record?.attempts[0]?.target, target('A'));
});

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { Fact } from '../facts.ts';
import type { TestCallResult } from '../ivr/test-call.ts';
import type { TrunkShown } from '../trunk/trunk.ts';
import { DrillShelf } from './drill-shelf.ts';
import { Drills } from './drills.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-drills-'));
after(() => rmSync(folder, { recursive: true }));
let boxes = 0;

const trunk = (id: string, priority: number, more: Partial<TrunkShown> = {}): TrunkShown => ({
  ...{ id, priority, health: 'up', callsUp: 0, callLimit: 0, host: `${id}.example`, transport: 'udp', trouble: '' },
  ...more,
});
const answered: TestCallResult = {
  ...{ answered: true, afterMs: 2000, rangAfterMs: 1500, cause: 'hungUp' },
  attempts: [
    { target: 'primary', cause: 'serverSilent' },
    { target: 'secondary', cause: 'answered' },
  ],
};

/** A box; one in the same place is the box after a restart. */
const setUp = async (
  more: {
    readonly trunks?: TrunkShown[];
    readonly dialled?: string[];
    readonly place?: string;
    readonly testNumber?: string;
  } = {},
) => {
  const {
    trunks = [trunk('secondary', 2), trunk('primary', 1)],
    dialled = [],
    place = join(folder, String(boxes++)),
    testNumber = '',
  } = more;
  const clock = new TestClock();
  const states = new Map<string, unknown>();
  const runner = new Runner(clock, silentLog, {
    write: ({ states: changed }) => {
      for (const [id, state] of changed) states.set(id, state);
    },
  });
  const facts: Fact[] = [];
  const silenced = new Set<string>();
  const set = { testNumber };
  const drills = new Drills({
    ...{ runner, clock, log: silentLog, shelf: new DrillShelf(place, silentLog) },
    testCalls: { place: async () => answered },
    silence: (id, on) => (on ? silenced.add(id) : silenced.delete(id)),
    trunks: () => trunks,
    box: () => ({ name: 'Town hall', build: 'test' }),
    emergency: () => ['112'],
    dialled: () => dialled,
    testNumber: () => set.testNumber,
    sure: () => true,
  });
  runner.onFact((fact) => {
    facts.push(fact as Fact);
    drills.fold(fact as Fact);
  });
  const state = (fact: Fact): void => runner.cascade(() => runner.fact(fact));
  const begun = async (): Promise<void> => {
    for (let turn = 0; silenced.size === 0 && turn < 500; turn++) await sleep(5);
    assert.ok(silenced.size > 0, 'it has begun');
    // the test call has ended by then
    await sleep(5);
  };
  return { drills, clock, facts, silenced, state, states, place, begun, set };
};
const ask = { by: 'page', trunk: '', blockMs: 20_000, number: '5550100' };

test('the first softswitch is silenced for its time, and the sheet is kept', async () => {
  const { drills, clock, silenced, state, begun, facts, place } = await setUp();
  await drills.open(new Map());
  const sheet = drills.start(ask);
  await begun();
  assert.deepEqual([...silenced], ['primary']);
  clock.turn(2400);
  state({ fact: 'trunkDown', trunk: 'primary', why: 'silent' });
  clock.turn(17_600);
  assert.deepEqual([...silenced], [], 'freed when its time is over');
  clock.turn(32_000);
  state({ fact: 'trunkUp', trunk: 'primary', why: 'stable' });
  assert.equal((await sheet).passed, true);
  assert.deepEqual(
    facts.map(({ fact }) => fact).filter((fact) => fact.startsWith('drill')),
    ['drillBegan', 'drillStepped', 'drillStepped', 'drillStepped', 'drillEnded'],
  );
  const after = await setUp({ place });
  await after.drills.open(new Map());
  assert.deepEqual(
    after.drills.sheets.map(({ id }) => id),
    [(await sheet).id],
  );
});

test('an emergency call frees it before anything else happens', async () => {
  for (const fact of [
    { fact: 'callBegan', call: 'call/1', from: { kind: 'phone', id: 'line/1', number: '11' }, dialled: '112' },
    { fact: 'emergencyCall', call: 'call/1', from: { kind: 'phone', id: 'line/1', number: '11' }, dialled: '0112' },
  ] satisfies Fact[]) {
    const { drills, silenced, state, begun } = await setUp();
    await drills.open(new Map());
    const sheet = drills.start(ask);
    await begun();
    state(fact);
    assert.equal(silenced.size, 0);
    assert.match((await sheet).sentence, /emergency call/);
  }
});

test('a plane, or a whole box, that is restarted in the middle leaves a sheet that says so', async () => {
  for (const keepsMemory of [true, false]) {
    const { drills, begun, states, place } = await setUp();
    await drills.open(new Map());
    void drills.start(ask);
    await begun();
    const next = await setUp({ place });
    await next.drills.open(keepsMemory ? states : new Map());
    assert.equal(next.drills.running, false);
    assert.equal(next.drills.sheets[0]?.passed, false);
    assert.match(next.drills.sheets[0]?.sentence ?? '', /restarted in the middle/);
    const ended = next.facts.filter(({ fact }) => fact === 'drillEnded');
    assert.equal(ended.length, 1);
  }
});

test('what would prove nothing, or disturb what matters more, is refused', async () => {
  const rows: readonly [RegExp, Parameters<typeof setUp>[0], Partial<typeof ask>][] = [
    [/emergency number is never called/, {}, { number: '0112' }],
    [/no number that can be called/, {}, { number: 'abc' }],
    [/an emergency call is up/, { dialled: ['112'] }, {}],
    [/no such softswitch/, {}, { trunk: 'tertiary' }],
    [/no such softswitch/, { trunks: [] }, {}],
    [/not in use now/, { trunks: [trunk('primary', 1, { health: 'down' })] }, {}],
    [/is blocked/, { trunks: [trunk('primary', 1, { blocked: { by: 'page', minutesLeft: 0 } })] }, {}],
  ];
  for (const [why, more, asked] of rows) {
    const { drills, silenced } = await setUp(more);
    await drills.open(new Map());
    await assert.rejects(drills.start({ ...ask, ...asked }), why);
    assert.equal(silenced.size, 0);
  }
  const { drills, begun } = await setUp();
  await drills.open(new Map());
  void drills.start(ask);
  await begun();
  await assert.rejects(drills.start(ask), /under way/);
});

test('thirty-five days after the last that passed it is overdue', async () => {
  const { drills, clock, state, begun, facts } = await setUp({ testNumber: '5550100' });
  await drills.open(new Map());
  clock.turn(20 * 86_400_000);
  drills.lookForOverdue();
  const sheet = drills.start({ ...ask, number: '' });
  await begun();
  state({ fact: 'trunkDown', trunk: 'primary', why: 'silent' });
  clock.turn(20_000);
  state({ fact: 'trunkUp', trunk: 'primary', why: 'stable' });
  await sheet;
  const overdue = () => facts.filter(({ fact }) => fact === 'drillOverdue').length;
  clock.turn(34 * 86_400_000);
  drills.lookForOverdue();
  assert.equal(overdue(), 0);
  clock.turn(86_400_000);
  drills.lookForOverdue();
  assert.equal(overdue(), 1);
});

const DAY_MS = 86_400_000;
const overdueIn = (facts: readonly Fact[]) => facts.filter(({ fact }) => /Overdue/.test(fact));

test('a box that has all for a drill and never made one is overdue after thirty-five days, and is told how many', async () => {
  const { drills, clock, facts } = await setUp({ testNumber: '5550100' });
  await drills.open(new Map());
  clock.turn(35 * DAY_MS - 1);
  drills.lookForOverdue();
  assert.deepEqual(overdueIn(facts), []);
  clock.turn(1);
  drills.lookForOverdue();
  const why = 'none was made in the 35 days since two softswitches and a test number were set up';
  assert.deepEqual(overdueIn(facts), [{ fact: 'drillOverdue', why }]);
});

test('nothing is overdue where there is no test number, or one softswitch; the days count from when both are there', async () => {
  for (const more of [{}, { testNumber: '5550100', trunks: [trunk('primary', 1)] }]) {
    const { drills, clock, facts } = await setUp(more);
    await drills.open(new Map());
    clock.turn(100 * DAY_MS);
    drills.lookForOverdue();
    assert.deepEqual(overdueIn(facts), []);
  }
  const { drills, clock, facts, set } = await setUp();
  await drills.open(new Map());
  clock.turn(34 * DAY_MS);
  set.testNumber = '5550100';
  drills.lookForOverdue();
  clock.turn(34 * DAY_MS);
  drills.lookForOverdue();
  assert.deepEqual(overdueIn(facts), []);
  clock.turn(DAY_MS);
  drills.lookForOverdue();
  assert.equal(overdueIn(facts).length, 1);
  set.testNumber = '';
  drills.lookForOverdue();
  assert.deepEqual(overdueIn(facts).at(-1), { fact: 'drillNotOverdue' }, 'nothing is left to prove');
});

test('the days go on counting over a restart', async () => {
  const first = await setUp({ testNumber: '5550100' });
  await first.drills.open(new Map());
  first.clock.turn(20 * DAY_MS);
  first.drills.lookForOverdue();
  const file = join(first.place, 'sheets.json');
  const isKept = (): boolean => existsSync(file) && readFileSync(file, 'utf8').includes(String(20 * DAY_MS));
  for (let turn = 0; !isKept() && turn < 1000; turn++) await sleep(5);
  const next = await setUp({ testNumber: '5550100', place: first.place });
  await next.drills.open(new Map());
  next.clock.turn(15 * DAY_MS);
  next.drills.lookForOverdue();
  assert.equal(overdueIn(next.facts).length, 1);
});

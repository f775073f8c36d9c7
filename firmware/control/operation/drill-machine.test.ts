import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { after, type Instant } from '../../core/machine.ts';
import {
  type Drill,
  type DrillEffect,
  type DrillEvent,
  type DrillPlan,
  drillBegan,
  drillMachine,
  LONGEST_RETURN_MS,
  type Measured,
} from './drill-machine.ts';
import { sheetOf } from './drill-sheet.ts';

const plan: DrillPlan = { id: 'x', trunk: 'primary', by: 'page', blockMs: 20_000, number: '5550100', at: 5 };
const START = 1000 as Instant;
const box = { name: 'Town hall', build: 'test' };

type Happens = readonly [ms: number, event: DrillEvent | { readonly type: 'lapse' }];
const run = (happens: readonly Happens[], of = plan): { state: Drill; effects: DrillEffect[] } => {
  let state: Drill = drillBegan(of, START);
  const effects: DrillEffect[] = [];
  for (const [ms, event] of happens) {
    const stepped = drillMachine.step(state, event, after(START, ms));
    state = stepped.state;
    effects.push(...stepped.effects);
  }
  return { state, effects };
};
const measuredIn = (effects: readonly DrillEffect[]): Measured => {
  const found = effects.find((effect) => effect.do === 'finish');
  assert.ok(found?.do === 'finish');
  return found.measured;
};
const call = { answered: true, rangAfterMs: 1500, ways: ['primary', 'secondary'], why: '' };
const good: readonly Happens[] = [
  [1300, { type: 'trunk', is: 'suspect' }],
  [1600, { type: 'call', call }],
  [2400, { type: 'trunk', is: 'down' }],
  [20_000, { type: 'lapse' }],
  [22_000, { type: 'trunk', is: 'suspect' }],
  [55_000, { type: 'trunk', is: 'up' }],
];

test('noticed, called over the other way, freed at its time, back: a sheet that passes', () => {
  const { state, effects } = run(good);
  assert.equal(state.is, 'over');
  assert.deepEqual(
    effects.map(({ do: what }) => what),
    ['noticed', 'free', 'finish'],
  );
  const measured = measuredIn(effects);
  assert.deepEqual(
    [measured.doubtedMs, measured.downMs, measured.upMs, measured.broken],
    [1300, 2400, 35_000, undefined],
  );
  const sheet = sheetOf(measured, box, undefined);
  assert.equal(sheet.passed, true);
  assert.deepEqual(
    sheet.rows.map(({ what, measuredMs }) => [what, measuredMs]),
    [
      ['noticed', 2400],
      ['called', 1500],
      ['returned', 35_000],
    ],
  );
});

test('an emergency call, a stop and a restart free the softswitch at once', () => {
  for (const before of [0, 1, 3]) {
    const { state, effects } = run([...good.slice(0, before), [3000, { type: 'stop', why: 'somebody needs help' }]]);
    assert.equal(state.is, 'over');
    assert.equal(effects.filter((effect) => effect.do === 'free').length, 1);
    const sheet = sheetOf(measuredIn(effects), box, undefined);
    assert.equal(sheet.passed, false);
    assert.match(sheet.sentence, /not brought to its end: somebody needs help/);
  }
});

test('a softswitch that does not come back fails, and so does one whose silence nobody noticed', () => {
  const lost = sheetOf(
    measuredIn(run([...good.slice(0, 5), [20_000 + LONGEST_RETURN_MS, { type: 'lapse' }]]).effects),
    box,
    undefined,
  );
  assert.deepEqual(
    lost.rows.map(({ passed }) => passed),
    [true, true, false],
  );
  const unseen = sheetOf(
    measuredIn(
      run([
        [1600, { type: 'call', call }],
        [20_000, { type: 'lapse' }],
      ]).effects,
    ),
    box,
    undefined,
  );
  assert.deepEqual(
    unseen.rows.map(({ passed }) => passed),
    [false, true, true],
  );
});

test('a test call that took the silent way, was slow or not answered fails', () => {
  for (const wrong of [
    { ...call, ways: ['primary'] },
    { ...call, rangAfterMs: 9000 },
    { answered: false, ways: ['primary', 'secondary'], why: 'the callee is busy' },
  ]) {
    const { effects } = run(
      good.map(([ms, event]) => [ms, event.type === 'call' ? { type: 'call', call: wrong } : event]),
    );
    assert.equal(sheetOf(measuredIn(effects), box, undefined).passed, false, JSON.stringify(wrong));
  }
});

test('the sheet before is named, with its figures beside the new ones', () => {
  const first = sheetOf(measuredIn(run(good).effects), box, undefined);
  const second = sheetOf(measuredIn(run(good).effects), box, first);
  assert.deepEqual(second.before, { id: 'x', at: 5, passed: true });
  assert.deepEqual(
    second.rows.map(({ beforeMs }) => beforeMs),
    [2400, 1500, 35_000],
  );
});

test('whatever happens: freed exactly once before the end, one sheet, and never without a deadline', () => {
  const happening = fc.oneof(
    fc.constantFrom('up', 'suspect', 'down').map((is) => ({ type: 'trunk', is }) as DrillEvent),
    fc.constant<DrillEvent>({ type: 'call', call }),
    fc.constant({ type: 'lapse' } as const),
    fc.constant<DrillEvent>({ type: 'stop', why: 'x' }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40_000), happening), { maxLength: 30 }), (steps) => {
      let at = 0;
      const happens = steps.map(([ms, event]): Happens => {
        at += ms;
        return [at, event];
      });
      happens.push([at + 200_000, { type: 'lapse' }], [at + 400_000, { type: 'lapse' }]);
      const { state, effects } = run(happens);
      const done = effects.map(({ do: what }) => what);
      assert.equal(state.is, 'over');
      assert.equal(done.filter((what) => what === 'finish').length, 1);
      assert.equal(done.filter((what) => what === 'free').length, 1);
      assert.ok(done.indexOf('free') < done.indexOf('finish'));
    }),
  );
});

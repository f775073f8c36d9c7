import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { silentLog } from '../../core/log.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { CallId, Fact, Toll } from '../facts.ts';
import { dateIn } from '../routing/calendar.ts';
import { Ledger } from './ledger.ts';

const phone = { kind: 'phone', id: 'line/1', number: '11' } as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const rate = { perMinute: 12_000, minimumS: 0, stepS: 60 };

const setUp = async (t: TestContext, { suddenCalls = 0, sure = true, phones = ['line/1', 'line/2'] } = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  const opened: Ledger[] = [];
  t.after(async () => {
    // what is written meanwhile makes the folder anew
    await Promise.all(opened.map((ledger) => ledger.settled()));
    await rm(folder, { recursive: true });
  });
  const clock = new TestClock();
  const stated: Fact[] = [];
  const time = { sure };
  const wallTime = () => ({ ms: clock.wall(), sure: time.sure });
  const open = async () => {
    const waiting: Fact[] = [];
    const ledger: Ledger = await Ledger.open({
      ...{ folder, clock, log: silentLog, wallTime, suddenCalls: () => suddenCalls, phones: () => phones },
      onDamage: (damage) => assert.fail(damage.why),
      dayOf: (ms) => dateIn('UTC', ms),
      state: (fact) => waiting.push(fact),
    });
    opened.push(ledger);
    /** As the control plane does: what the ledger states comes back to it after the fact that made it do so. */
    const tell = (...facts: readonly Fact[]) => {
      for (const fact of facts) ledger.fold(fact);
      for (const fact of waiting.splice(0)) {
        stated.push(fact);
        ledger.fold(fact);
      }
    };
    return { ledger, tell, memory: () => ledger.memory(wallTime()) };
  };
  return { clock, open, stated, time };
};

let calls = 0;
const call = (toll?: Toll, shows?: string, dialled = '030555') => {
  calls += 1;
  const id = `call/${calls}` as CallId;
  const target = { kind: 'trunk', id: 'A', number: dialled } as const;
  const shown = shows === undefined ? {} : { shows: { number: `+49${shows}`, of: { pool: 'site', number: shows } } };
  const about = { call: id, attempt: 'A', target };
  return {
    id,
    began: { fact: 'callBegan', call: id, from: phone, dialled } as const,
    tried: { fact: 'attemptBegan', ...about, why: '', ...shown, ...(toll === undefined ? {} : { toll }) } as const,
    failed: { fact: 'attemptEnded', call: id, attempt: 'A', cause: 'congestion' } as const,
    answered: { fact: 'callAnswered', ...about } as const,
    ended: { fact: 'callEnded', call: id, cause: 'hungUp', by: 'caller' } as const,
  };
};
const national: Toll = { line: 'line/1', class: 'national', rate };

test('minutes, calls and cost of a day are put down for the phone and for the box, the running call included', async (t) => {
  const { clock, open } = await setUp(t);
  const { tell, memory } = await open();
  const one = call(national);
  tell(one.began, one.tried);
  assert.deepEqual(memory().toll.spent, {});
  tell(one.answered);
  clock.turn(90_000);
  assert.deepEqual(memory().toll.spent['line/1'], { calls: 1, minutes: 1.5, cost: 24_000 });
  tell(one.ended);
  clock.turn(HOUR / 60);
  assert.deepEqual(memory().toll.spent, {
    '': { calls: 1, minutes: 1.5, cost: 24_000 },
    'line/1': { calls: 1, minutes: 1.5, cost: 24_000 },
  });
});

test('a call that nobody answers, one to a phone of ours and an emergency call cost nothing', async (t) => {
  const { clock, open } = await setUp(t);
  const { tell, memory } = await open();
  const lost = call(national);
  tell(lost.began, lost.tried, lost.failed, lost.ended);
  const inside = call();
  tell(inside.began, inside.tried, inside.answered);
  clock.turn(MINUTE);
  tell(inside.ended);
  assert.deepEqual(memory().toll.spent, {});
});

test('a new day begins with nothing spent, but not while the time is not sure', async (t) => {
  const { clock, open, time } = await setUp(t);
  const first = await open();
  const one = call(national, '100');
  first.tell(one.began, one.tried, one.answered);
  clock.turn(MINUTE);
  first.tell(one.ended);
  time.sure = false;
  clock.turn(48 * HOUR);
  assert.equal(first.memory().toll.spent['']?.calls, 1);
  assert.equal(first.memory().numberShown['site 030555'], '100');
  time.sure = true;
  assert.deepEqual(first.memory().toll.spent, {});
  assert.deepEqual(first.memory().numberShown, {});
});

test('what was spent, shown and closed outlives a restart; what was up is counted on from its record', async (t) => {
  const { clock, open, stated } = await setUp(t, { suddenCalls: 1 });
  const before = await open();
  const abroad: Toll = { line: 'line/1', class: 'international', rate };
  const [one, two] = [call(abroad, '100'), call(national, '200', '040')];
  before.tell({ fact: 'scenarioSwitched', scenario: 'night', by: 'the page' });
  before.tell(one.began, one.tried, one.answered);
  clock.turn(MINUTE);
  before.tell(two.began, two.tried, two.answered, one.ended);
  const { toll, numberShown, scenario } = before.memory();
  await before.ledger.settled();
  const after = await open();
  assert.deepEqual(after.memory().toll, toll);
  assert.deepEqual(after.memory().toll.closed, ['line/1 international']);
  assert.deepEqual(after.memory().numberShown, numberShown);
  stated.length = 0;
  after.ledger.restate();
  after.tell();
  assert.deepEqual(
    stated.map(({ fact }) => fact),
    ['tollClosed'],
  );
  assert.deepEqual(after.memory().toll.closed, ['line/1 international']);
  assert.equal(after.memory().scenario, scenario);
  assert.deepEqual(after.memory().numbersInUse, {});
  const shows = { number: '200', of: { pool: 'site', number: '200' } };
  after.ledger.goesOn({
    ...{ call: two.id, from: phone, dialled: '040', emergency: false, attempts: { A: { shows, toll: national } } },
    answered: { attempt: 'A', talkedMs: MINUTE },
  });
  assert.deepEqual(after.memory().numbersInUse, { 200: 1 });
  clock.turn(MINUTE);
  after.tell(two.ended);
  assert.equal(after.memory().toll.spent['line/1']?.minutes, 3);
});

test('a call is counted once, whenever the control plane is killed while it is up', async (t) => {
  const { clock, open } = await setUp(t);
  const first = await open();
  const [one, two] = [call(national), call(national)];
  first.tell(one.began, one.tried, one.answered);
  await first.ledger.settled();
  const goesOn = (id: CallId) => ({
    ...{ call: id, from: phone, dialled: '030555', emergency: false, attempts: { A: { toll: national } } },
    answered: { attempt: 'A', talkedMs: MINUTE },
  });
  // one had been kept; the plane died before it could keep two
  for (let kills = 0; kills < 2; kills++) {
    const next = await open();
    assert.equal(next.memory().toll.spent['line/1']?.calls, kills === 0 ? 1 : 2, 'killed before anything goes on');
    next.ledger.goesOn(goesOn(one.id));
    next.ledger.goesOn(goesOn(two.id));
    assert.equal(next.memory().toll.spent['line/1']?.calls, 2);
    clock.turn(MINUTE);
    if (kills === 1) next.tell(one.ended, two.ended);
    else next.tell({ fact: 'scenarioSwitched', scenario: 'night', by: 'the page' });
    assert.equal(next.memory().toll.spent['line/1']?.calls, 2);
    await next.ledger.settled();
  }
});

test('what was closed for a phone is open when the settings have that phone no more, also over a restart', async (t) => {
  const phones = ['line/1', 'line/2'];
  const { open, stated } = await setUp(t, { phones });
  const { ledger, tell, memory } = await open();
  for (const line of ['', 'line/1', 'line/2']) tell({ fact: 'tollClosed', line, class: 'premium', why: 'many' });
  const configured: Fact = { fact: 'configured', revision: '2', by: 'page', steps: [] };
  tell(configured);
  assert.equal(stated.length, 0);
  phones.shift();
  tell(configured);
  const opened = { fact: 'tollOpened', class: 'premium', by: 'the settings, which have no such phone' };
  assert.deepEqual(stated.splice(0), [{ ...opened, line: 'line/1' }]);
  assert.deepEqual(memory().toll.closed, [' premium', 'line/2 premium']);
  await ledger.settled();
  phones.shift();
  const after = await open();
  after.ledger.restate();
  after.tell();
  assert.deepEqual(
    stated.map((fact) => [fact.fact, 'line' in fact && fact.line]),
    [
      ['tollOpened', 'line/2'],
      ['tollClosed', ''],
    ],
  );
  assert.deepEqual(after.memory().toll.closed, [' premium']);
});

test('a call that was ringing at a restart is charged when it is answered; an emergency call stays one', async (t) => {
  const { clock, open } = await setUp(t);
  const { ledger, tell, memory } = await open();
  const [rings, emergency] = [call(national), call()];
  const about = { from: phone, dialled: '030555' };
  ledger.goesOn({ ...about, call: rings.id, emergency: false, attempts: { A: { toll: national } } });
  const answered = { attempt: 'A', talkedMs: 0 };
  ledger.goesOn({ ...about, call: emergency.id, emergency: true, attempts: { A: {} }, answered });
  tell(rings.answered);
  clock.turn(2 * MINUTE);
  tell(rings.ended, emergency.ended);
  assert.deepEqual(memory().toll.spent['line/1'], { calls: 1, minutes: 2, cost: 24_000 });
  assert.deepEqual(memory().callBacks, [{ line: 'line/1', untilMs: clock.wall() + HOUR }]);
});

test('a callee keeps the number that it saw first today, although another had to be shown meanwhile', async (t) => {
  const { open } = await setUp(t);
  const { tell, memory } = await open();
  const [one, two, other] = [call(national, '100'), call(national, '200'), call(national, '300', '040')];
  tell(one.began, one.tried, two.began, two.tried, other.began, other.tried);
  assert.deepEqual(memory().numberShown, { 'site 030555': '100', 'site 040': '300' });
  assert.deepEqual(memory().poolTurns, { site: 3 });
  assert.deepEqual(memory().numbersInUse, { 100: 1, 200: 1, 300: 1 });
  // what is answered shows its number until the call is over, whatever is said of its attempt
  tell(one.answered, one.failed, two.failed);
  assert.deepEqual(memory().numbersInUse, { 100: 1, 300: 1 });
  tell(one.ended);
  assert.deepEqual(memory().numbersInUse, { 300: 1 });
});

test('too many calls abroad within an hour close the class: for the phone that made them, else for the box', async (t) => {
  const { clock, open, stated } = await setUp(t, { suddenCalls: 3 });
  const { ledger, tell, memory } = await open();
  const abroad = (line: string) => {
    const one = call({ line, class: 'international' });
    // both attempts of one call count once
    tell(one.began, one.tried, one.failed, one.tried, one.ended);
  };
  abroad('line/1');
  abroad('line/1');
  clock.turn(HOUR);
  abroad('line/1');
  abroad('line/1');
  assert.deepEqual(stated, []);
  abroad('line/1');
  const [closed] = stated;
  assert.deepEqual(closed, {
    ...{ fact: 'tollClosed', line: 'line/1', class: 'international' },
    why: '3 international calls within an hour from line/1',
  });
  assert.deepEqual(memory().toll.closed, ['line/1 international']);
  for (const line of ['line/2', 'line/3', 'line/2']) abroad(line);
  assert.deepEqual(memory().toll.closed, ['line/1 international', ' international']);
  ledger.openClass('line/1', 'international', 'the page');
  ledger.openClass('', 'international', 'the page');
  tell();
  assert.deepEqual(memory().toll.closed, []);
});

test('a number that is dialled on counts as what it has become, once, and is known by all its digits', async (t) => {
  const { open, stated } = await setUp(t, { suddenCalls: 2 });
  const { tell, memory } = await open();
  const grows = () => {
    const one = call(national, '100', '00');
    const longer = { ...one.tried, toll: { ...national, class: 'international' } };
    const dialledOn = (dialled: string) => ({ fact: 'callDialledOn', call: one.id, dialled }) as const;
    tell(
      one.began,
      one.tried,
      one.failed,
      dialledOn('0043'),
      longer,
      one.failed,
      dialledOn('00431'),
      longer,
      one.ended,
    );
  };
  grows();
  assert.deepEqual(stated, []);
  grows();
  assert.equal(stated.length, 1);
  assert.equal(memory().numberShown['site 00431'], '100');
});

test('national calls and those without a limit close nothing', async (t) => {
  const { open, stated } = await setUp(t, { suddenCalls: 0 });
  const { tell } = await open();
  for (let at = 0; at < 50; at++) {
    const one = call({ line: 'line/1', class: 'premium' });
    tell(one.began, one.tried, one.ended);
  }
  assert.deepEqual(stated, []);
});

test('an emergency service may call the port back for an hour after the call', async (t) => {
  const { clock, open } = await setUp(t);
  const { tell, memory } = await open();
  const sos = call(undefined, undefined, '112');
  tell(sos.began, { fact: 'emergencyCall', call: sos.id, from: phone, dialled: '112' }, sos.tried, sos.answered);
  clock.turn(10 * MINUTE);
  tell(sos.ended);
  clock.turn(59 * MINUTE);
  assert.deepEqual(
    memory().callBacks.map(({ line }) => line),
    ['line/1'],
  );
  clock.turn(MINUTE);
  assert.deepEqual(memory().callBacks, []);
});

test('an exchange line on which an emergency number was dialled is one by which a call back comes', async (t) => {
  const { open } = await setUp(t);
  const { tell, memory } = await open();
  const sos = call(undefined, undefined, '112');
  const on = (line: string) =>
    ({ ...sos.tried, attempt: line, target: { kind: 'line', id: line, number: '112' } }) as const;
  tell(sos.began, { fact: 'emergencyCall', call: sos.id, from: phone, dialled: '112' }, sos.tried);
  tell(on('line/8'), on('line/9'), sos.ended);
  assert.deepEqual(memory().callBacks[0]?.over, ['line/8', 'line/9']);
});

test('three wrong PINs in a row lock the codes of a phone, also over a restart, until a person unlocks them', async (t) => {
  const { open, stated } = await setUp(t);
  const first = await open();
  const tries = (ledger: Ledger, tell: (...facts: Fact[]) => void, ...rights: readonly boolean[]) =>
    rights.map((right) => {
      const passed = ledger.tryPin('line/1', right);
      tell();
      return passed;
    });
  assert.deepEqual(tries(first.ledger, first.tell, false, false, true, false, false), [
    false,
    false,
    true,
    false,
    false,
  ]);
  await first.ledger.settled();
  const { ledger, tell } = await open();
  assert.equal(ledger.tryPin('line/2', true), true, 'another phone');
  assert.deepEqual(tries(ledger, tell, false, true), [false, false]);
  assert.deepEqual(ledger.lockedCodes, ['line/1']);
  await ledger.settled();
  const third = await open();
  third.ledger.restate();
  third.tell();
  assert.equal(stated.filter(({ fact }) => fact === 'codesLocked').length, 2);
  third.ledger.unlockCodes('line/1', 'the page');
  third.tell();
  assert.deepEqual(tries(third.ledger, third.tell, false, false, true), [false, false, true]);
});

test('a scenario is switched once, and the one before is known', async (t) => {
  const { open, stated } = await setUp(t);
  const { ledger, tell, memory } = await open();
  ledger.switchScenario('night', 'a phone');
  ledger.switchScenario('night', 'a phone');
  tell();
  ledger.switchScenario('night', 'a phone');
  ledger.switchScenario('', 'the page');
  tell();
  assert.equal(memory().scenario, '');
  assert.equal(ledger.scenarioBefore, 'night');
  assert.deepEqual(
    stated.map((fact) => 'scenario' in fact && fact.scenario),
    ['night', 'night', ''],
  );
});

test('whatever happens, no number is in use and nothing is owed once all calls are over', async (t) => {
  const { clock, open } = await setUp(t, { sure: false });
  const { tell, memory } = await open();
  const step = fc.record({ at: fc.nat(3), do: fc.constantFrom('began', 'tried', 'failed', 'answered', 'ended') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const four = ['100', '200', '100', '300'].map((number) => call(national, number));
      for (const { at, do: what } of steps) {
        clock.turn(1000);
        tell(four[at]![what as 'began']);
        const { numbersInUse, toll } = memory();
        for (const count of Object.values(numbersInUse)) assert.ok(count > 0 && count <= 2);
        assert.ok(toll.spent[''] === undefined || toll.spent[''].minutes >= 0);
      }
      tell(...four.map(({ ended }) => ended));
      assert.deepEqual(memory().numbersInUse, {});
      const { spent } = memory().toll;
      clock.turn(MINUTE);
      assert.deepEqual(memory().toll.spent, spent);
    }),
  );
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plan } from './plan.ts';
import { freshMemory, type PlanQuestion, type Routed } from './question.ts';
import { fromPhone, office, question, way, waysOf, whyOf } from './test-box.ts';

// U11: phones, ring groups, trunk groups and greetings that are bound to the hours of a calendar.

const [a, b] = [way('a', { group: 'day' }), way('b')];
const weekdays = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:00' };
const calendars = [{ id: 'office', timeZone: 'Europe/Berlin', periods: [weekdays] }];
const plain = office().lines.map((line) => ({ ...line, mailbox: 'never' }));
/** Phone 1 rings within hours, 2 outside of them, 3 always. */
const lines = plain.map((line) => {
  if (line.id === 'line/1') return { ...line, calendar: 'office' };
  return line.id === 'line/2' ? { ...line, calendar: 'office', when: 'out' } : line;
});
const settings = {
  calendars,
  lines,
  ringGroups: [
    { id: 'all', extension: '20', lines: ['line/1', 'line/2', 'line/3'] },
    { id: 'sales', extension: '21', lines: ['line/3'], calendar: 'office' },
    { id: 'desk', extension: '22', lines: ['line/1'] },
  ],
};
const IN: Partial<PlanQuestion> = { now: { ms: Date.parse('2027-11-29T11:00:00Z'), sure: true } };
const OUT: Partial<PlanQuestion> = { now: { ms: Date.parse('2027-11-29T16:00:00Z'), sure: true } };
const UNSURE: Partial<PlanQuestion> = { now: { ms: Date.parse('2027-11-29T16:00:00Z'), sure: false } };
const from = (dialled: string) => fromPhone(dialled, 'line/9');
const inbound = (dialled: string): Routed => ({
  from: { kind: 'trunk', id: 'a', number: '030123' },
  caller: { number: '030123' },
  dialled,
  to: { kind: 'phone', id: 'line/1' },
});
const forwardings = [
  { id: 'away', line: 'line/1', on: 'noAnswer', afterS: 10, targets: [{ to: 'extension', name: '13' }] },
  { id: 'occupied', line: 'line/1', on: 'busy', targets: [{ to: 'group', name: 'all' }] },
];

describe('a phone with hours', () => {
  it('rings within them, and one that is bound to "out" outside of them', () => {
    assert.equal(waysOf(question(from('11'), [], settings, IN)), 'line/1');
    assert.equal(waysOf(question(from('12'), [], settings, IN)), 'unavailable');
    assert.equal(waysOf(question(from('11'), [], settings, OUT)), 'unavailable');
    assert.equal(waysOf(question(from('12'), [], settings, OUT)), 'line/2');
    assert.equal(
      whyOf(question(from('11'), [], settings, OUT), 'line/1'),
      'it does not ring: it counts only within the hours of office',
    );
  });

  it('rings while the time is not sure', () =>
    assert.equal(waysOf(question(from('11'), [], settings, UNSURE)), 'line/1'));

  it('goes by its rules for no answer at once, and by no other', () => {
    const asked = question(inbound('100'), [a], { ...settings, forwardings }, OUT);
    const result = plan(asked);
    assert.ok(result.is === 'planned');
    assert.equal(result.levels.length, 1);
    const [level] = result.levels;
    assert.equal(level.attempts[0].id, 'line/3');
    assert.deepEqual([level.after, level.on], [undefined, 'any'], 'nothing rings before it');
    assert.equal(level.attempts[0].why, 'forwarding away; line/1: it counts only within the hours of office');
    assert.equal(waysOf(question(inbound('100'), [a], { ...settings, forwardings }, IN)), 'line/1 | line/3 | all');
  });

  it('has its mailbox take the call at once, with the reason', () => {
    const mailbox = lines.map((line) => ({ ...line, mailbox: 'always' }));
    const result = plan(question(inbound('100'), [a], { ...settings, lines: mailbox }, OUT));
    assert.ok(result.is === 'planned');
    assert.equal(result.levels[0].attempts[0].id, 'mailbox/line/1');
    assert.match(result.levels[0].attempts[0].why, /within the hours of office$/);
  });

  it('rings for an emergency service that calls back, at any hour', () => {
    const now = OUT.now!;
    const memory = { ...freshMemory, callBacks: [{ line: 'line/1', untilMs: now.ms + 1 }] };
    assert.equal(waysOf(question(inbound('100'), [a], settings, { now, memory })), 'line/1');
  });

  it('may call whenever it wants', () =>
    assert.equal(waysOf(question(fromPhone('5550100', 'line/1'), [b], settings, OUT)), 'b'));

  it('is no target of a forwarding outside of them', () => {
    const led = [{ id: 'on', line: 'line/3', on: 'always', targets: [{ to: 'extension', name: '11' }] }];
    const asked = (when: Partial<PlanQuestion>) => question(from('13'), [], { ...settings, forwardings: led }, when);
    assert.equal(waysOf(asked(IN)), 'line/1');
    assert.equal(waysOf(asked(OUT)), 'line/3', 'a rule that leads nowhere is as if it were not there');
  });
});

describe('a ring group with hours', () => {
  const rung = (dialled: string, when: Partial<PlanQuestion>) => {
    const result = plan(question(from(dialled), [], settings, when));
    return result.is === 'planned' ? result.levels[0].attempts[0].targets.map(({ id }) => id) : [];
  };
  it('rings those of its phones that count', () => {
    assert.deepEqual(rung('20', IN), ['line/1', 'line/3']);
    assert.deepEqual(rung('20', OUT), ['line/2', 'line/3']);
  });

  it('does not ring outside of its own, nor when none of its phones counts', () => {
    assert.deepEqual(rung('21', IN), ['line/3']);
    assert.equal(waysOf(question(from('21'), [], settings, OUT)), 'unavailable');
    assert.equal(
      whyOf(question(from('21'), [], settings, OUT), 'ring group sales'),
      'it counts only within the hours of office',
    );
    assert.equal(waysOf(question(from('22'), [], settings, OUT)), 'unavailable');
    assert.equal(whyOf(question(from('22'), [], settings, OUT), 'ring group desk'), 'none of its phones counts now');
  });

  it('leaves a call to the failover of its number', () => {
    const dids = [{ id: 'main', number: '5000', rings: 'sales', failoverTrunk: 'b' }];
    const asked = { ...inbound('5000'), did: '5000' };
    assert.equal(waysOf(question(asked, [a, b], { ...settings, dids }, OUT)), 'b');
  });
});

describe('a trunk group with hours', () => {
  const groups = [{ id: 'day', calendar: 'office' }];
  const ways = (when: Partial<PlanQuestion>, dialled = '5550100') =>
    waysOf(question(from(dialled), [a, b], { ...settings, groups }, when));

  it('takes calls within them, and its trunks say why not outside of them', () => {
    assert.equal(ways(IN), 'a b');
    assert.equal(ways(OUT), 'b');
    assert.equal(
      whyOf(question(from('5550100'), [a, b], { ...settings, groups }, OUT), 'a'),
      'group day: it counts only within the hours of office',
    );
  });

  it('takes emergency calls always', () => assert.equal(ways(OUT, '112'), 'a b'));
});

describe('a mailbox with another greeting outside hours', () => {
  const greeting = (mailbox: object, when: Partial<PlanQuestion>) => {
    const always = plain.map((line) => ({ ...line, mailbox: 'always' }));
    const result = plan(question(inbound('100'), [a], { calendars, lines: always, mailbox }, when));
    assert.ok(result.is === 'planned');
    const attempt = result.levels.at(-1)?.attempts[0];
    return [attempt?.targets[0].outsideHours ?? false, attempt?.why];
  };
  const bound = { calendar: 'office', greetingOut: 'night.wav' };
  const why = 'the mailbox takes what nobody answers';

  it('is told so by the plan', () => {
    assert.deepEqual(greeting(bound, OUT), [true, `${why}; greeting for outside the hours of office`]);
    assert.deepEqual(greeting(bound, IN), [false, why]);
    assert.deepEqual(greeting(bound, UNSURE), [false, why]);
  });

  it('greets alike where either is left empty', () => {
    assert.deepEqual(greeting({ calendar: 'office' }, OUT), [false, why]);
    assert.deepEqual(greeting({ greetingOut: 'night.wav' }, OUT), [false, why]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import { dialledEmergency } from './emergency.ts';
import { plan } from './plan.ts';
import { freshMemory, type LineSnapshot, type PlanQuestion, type Routed } from './question.ts';
import { country, fromPhone, office, question, way, waysOf, whyOf } from './test-box.ts';

const on = (id: string, beganMs: number, emergency = false): LineSnapshot => ({
  id,
  is: 'busy',
  call: { call: `call/${id}`, emergency, beganMs },
});
const busy = (id: string) => way(id, { callsUp: 1 });
const attemptsOf = (asked: PlanQuestion) => {
  const result = plan(asked);
  assert.ok(result.is === 'planned');
  assert.equal(result.levels.length, 1);
  return result.levels[0].attempts;
};

describe('an emergency call asks', () => {
  type Row = readonly [what: string, ways: string, trunks: readonly TrunkSnapshot[], lines?: readonly LineSnapshot[]];
  const rows: readonly Row[] = [
    ['a line that is free and marked first', 'line/8 a line/8/blind', [way('a'), way('line/8')]],
    [
      'then softswitches that are marked',
      'line/8 b a line/8/blind',
      [way('a'), way('b', { emergency: true, priority: 9 }), way('line/8')],
    ],
    [
      'a line that is not marked only after softswitches',
      'a line/8 line/8/blind',
      [way('line/8', { emergency: false }), way('a')],
    ],
    ['a softswitch without our binding too', 'a b', [way('b', { bound: [] }), way('a')]],
    [
      'what is locked, or over its rate',
      'd a b c',
      [
        way('a', { lock: 'all' }),
        way('b', { lock: 'drain' }),
        way('c', { blocked: { by: 'page', minutesLeft: 0 } }),
        way('d', { callLimit: 2, callsUp: 1, cpsLimit: 1, newCalls: 9 }),
      ],
    ],
    ['protect routes by their priority', 'a b', [way('b', { role: 'protect', priority: 2 }), way('a')]],
    ['what is dead last of all', 'b a', [way('a', { health: 'down' }), way('b', { health: 'suspect' })]],
    [
      'the newest ordinary call to make way, the next newest after it',
      'line/9 line/8',
      [busy('line/8'), busy('line/9')],
      [on('line/8', 1), on('line/9', 2)],
    ],
    [
      'no emergency call to make way, though it is newer',
      'line/8 line/9 line/9/blind',
      [busy('line/8'), busy('line/9')],
      [on('line/8', 1), on('line/9', 2, true)],
    ],
    [
      'softswitches that live before any call makes way',
      'a line/8',
      [busy('line/8'), way('a', { health: 'suspect' })],
      [on('line/8', 1)],
    ],
    [
      'the newest ordinary call of a full softswitch to make way, when no other is free',
      'b a line/8',
      [way('a', { callLimit: 2, callsUp: 2 }), way('b'), busy('line/8')],
      [on('a', 2), on('line/8', 1)],
    ],
    [
      'a softswitch beyond its limit only when no call can make way',
      'line/8 a',
      [way('a', { callLimit: 1, callsUp: 1 }), busy('line/8')],
      [on('a', 2, true), on('line/8', 1)],
    ],
    [
      'a softswitch that took no more once again, when its newest call has made way',
      'a b a/again c',
      [way('a'), way('b'), way('c', { health: 'down' })],
      [on('a', 2), on('b', 1, true)],
    ],
    [
      'a call to make way before what is dead',
      'line/8 a',
      [busy('line/8'), way('a', { health: 'down' })],
      [on('line/8', 1)],
    ],
  ];
  for (const [what, ways, trunks, lines = []] of rows) {
    it(what, () => assert.equal(waysOf(question(fromPhone('112'), trunks, {}, { lines })), ways));
  }

  it('each way in words', () => {
    const asked = question(fromPhone('112'), [way('a'), way('line/8')]);
    assert.equal(whyOf(asked, 'line/8'), 'emergency call: a free exchange line, valid for emergency calls');
    assert.equal(whyOf(asked, 'a'), 'emergency call: a softswitch that lives');
  });
});

describe('an emergency call', () => {
  const kept = { ownNumber: '030555', ownNumberConfirmed: true, trunks: ['b'] };
  const hard = {
    routing: { outsidePrefix: '0' },
    routes: [{ id: 'bar', action: 'bar' }],
    tollGuard: { boxCallsDay: 1 },
    trunks: [{ id: 'a', host: 'h', techPrefix: '99#', transforms: [{ prepend: '7' }] }],
    lines: [{ id: 'line/1', card: 'card', port: '1', extension: '11', classes: [], ...kept }],
  };

  it('passes routes, bars, transforms, tech prefix, toll guard and the trunks of the phone, shows no own number, with the outside prefix or without', () => {
    for (const dialled of ['112', '0112']) {
      const [attempt] = attemptsOf(question(fromPhone(dialled), [way('a', { lock: 'noOutgoing' })], hard));
      assert.deepEqual(attempt.targets, [{ kind: 'trunk', id: 'a', number: '112', emergencyOf: 'line/1' }]);
      assert.equal(attempt.shows, undefined);
      assert.equal(attempt.verdicts.declined, 'next');
      assert.ok(attempt.ringMs >= 3_600_000);
    }
    assert.equal(waysOf(question(fromPhone('9112'), [way('a')])), 'a', 'another prefix makes it another number');
  });

  it('names every way in which its number may be dialled', () => {
    assert.deepEqual(dialledEmergency(office(), country), ['112']);
    assert.deepEqual(dialledEmergency(office(hard), country), ['112', '0112']);
  });

  it('ends the call that holds the line, only there', () => {
    const lines = [on('line/8', 5)];
    const attempts = attemptsOf(
      question(fromPhone('112'), [busy('line/8'), way('a', { health: 'down' })], {}, { lines }),
    );
    assert.deepEqual(
      attempts.map(({ preempts }) => preempts),
      ['call/line/8', undefined],
    );
  });

  it('ends the newest call of the whole group where that is full', () => {
    const members = [way('a', { group: 'g', callsUp: 1 }), way('b', { group: 'g', callsUp: 1 })];
    const lines = [on('a', 1), on('b', 2)];
    const groups = [{ id: 'g', callLimit: 2, reservedLines: 0 }];
    const attempts = attemptsOf(question(fromPhone('112'), members, { groups }, { lines }));
    assert.deepEqual(
      attempts.map(({ id, preempts }) => [id, preempts]),
      [
        ['a', 'call/b'],
        ['b', 'call/b'],
      ],
    );
  });

  it('asks a softswitch that refuses what it is told beside the number by the number alone', () => {
    const trunks = [
      { id: 'a', host: 'h', sosUrn: true },
      { id: 'b', host: 'h', localPort: 5070, location: 'value' },
      { id: 'c', host: 'h', localPort: 5080 },
    ];
    const attempts = attemptsOf(question(fromPhone('112'), [way('a'), way('b'), way('c')], { trunks }));
    assert.deepEqual(
      attempts.map(({ id, targets }) => [id, targets[0].emergencyOf]),
      [
        ['a', 'line/1'],
        ['b', 'line/1'],
        ['c', 'line/1'],
        ['a/again', undefined],
        ['b/again', undefined],
      ],
    );
  });

  it('dials a line without dial tone when all has failed, and at once where it is the only way', () => {
    const blind = (trunks: readonly TrunkSnapshot[]) =>
      attemptsOf(question(fromPhone('112'), trunks)).map(({ targets }) => targets[0].blind === true);
    assert.deepEqual(blind([way('line/8'), way('line/9'), way('a')]), [false, false, false, true]);
    assert.deepEqual(blind([way('line/8')]), [true]);
    assert.deepEqual(blind([way('a')]), [false]);
  });

  it('is none where somebody calls a phone of ours by that number', () => {
    const offer: Routed = {
      ...fromPhone('112'),
      from: { kind: 'trunk', id: 'a', number: '1' },
      to: { kind: 'phone', id: 'line/2' },
    };
    assert.equal(waysOf(question(offer, [way('a'), way('b')])), 'line/2');
  });
});

describe('who called an emergency number', () => {
  const phone = (n: string) => ({ id: `line/${n}`, card: 'card', port: n, extension: `1${n}` });
  const now = { ms: 1_000_000, sure: true };
  const memory = (untilMs: number) => ({ ...freshMemory, callBacks: [{ line: 'line/1', untilMs }] });
  const forwardings = [{ id: 'away', line: 'line/1', on: 'always', targets: [{ to: 'extension', name: '12' }] }];
  const back: Routed = {
    from: { kind: 'trunk', id: 'a', number: '112' },
    caller: { number: '112' },
    dialled: '',
    to: { kind: 'phone', id: 'line/1' },
  };
  const ways = [way('a', { lock: 'all' })];

  it('is rung past forwarding and locks for an hour', () => {
    assert.equal(waysOf(question(back, ways, { forwardings }, { now, memory: memory(now.ms + 1) })), 'line/1');
  });

  it('rings beside the phone whose number was shown, and beside a ring group', () => {
    const accounts = [{ id: 'desk', user: '101', password: 'x', line: 'line/2' }];
    const shared = { accounts, lines: ['1', '2', '3'].map((n) => ({ ...phone(n), account: 'desk' })) };
    const asked = (settings: object, to: Routed['to']) =>
      plan(question({ ...back, to: to! }, ways, settings, { now, memory: memory(now.ms + 1) }));
    const rung = (settings: object, to: Routed['to']) => {
      const result = asked(settings, to);
      assert.ok(result.is === 'planned');
      return result.levels[0].attempts[0].targets.map(({ id }) => id);
    };
    assert.deepEqual(rung(shared, { kind: 'phone', id: 'line/2' }), ['line/2', 'line/1'], 'past the lock too');
    const other = [{ id: 'away', line: 'line/2', on: 'always', targets: [{ to: 'extension', name: '13' }] }];
    assert.deepEqual(
      rung({ ...shared, forwardings: other }, { kind: 'phone', id: 'line/2' }),
      ['line/1'],
      'first of all where the phone of that number does not ring',
    );
    const own = { ...shared, accounts: [...accounts, { id: 'x', user: '7', password: 'x', line: 'line/3' }] };
    assert.equal(asked(own, { kind: 'phone', id: 'line/3' }).is, 'refused', 'another number is no call back');
  });

  it('is rung by the exchange line that it has dialled on', () => {
    const memoryOf = (over: readonly string[]) => ({
      ...freshMemory,
      callBacks: [{ line: 'line/2', untilMs: now.ms + 1, over }],
    });
    const offer: Routed = { ...back, from: { kind: 'line', id: 'line/8', number: '' } };
    const asked = (over: readonly string[]) => waysOf(question(offer, ways, {}, { now, memory: memoryOf(over) }));
    assert.equal(asked(['line/9']), 'line/1');
    const result = plan(question(offer, ways, {}, { now, memory: memoryOf(['line/8']) }));
    assert.ok(result.is === 'planned');
    assert.deepEqual(
      result.levels[0].attempts[0].targets.map(({ id }) => id),
      ['line/1', 'line/2'],
    );
  });

  it('and then no longer; calls of the house never are', () => {
    assert.equal(waysOf(question(back, ways, { forwardings }, { now, memory: memory(now.ms) })), 'congestion');
    const open = [way('a')];
    assert.equal(waysOf(question(back, open, { forwardings }, { now, memory: memory(now.ms) })), 'line/2');
    const house = { ...fromPhone('11', 'line/2'), caller: { number: '12' } };
    assert.equal(waysOf(question(house, open, { forwardings }, { now, memory: memory(now.ms + 1) })), 'line/2');
  });
});

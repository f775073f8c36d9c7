import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import { plan } from './plan.ts';
import type { Routed } from './question.ts';
import { fromPhone, question, way, waysOf, whyOf } from './test-box.ts';

const [a, b] = [way('a'), way('b')];
const settings = {
  ringGroups: [
    { id: 'sales', extension: '20', lines: ['line/1', 'line/2'], ringS: 25 },
    { id: 'empty', extension: '21', lines: [] },
  ],
  attendants: [{ id: 'front', extension: '30' }],
  groups: [{ id: 'g', failoverTrunk: 'b', failoverNumber: '030999' }],
  dids: [
    { id: 'main', number: '5000', rings: 'sales', group: 'g' },
    { id: 'boss', number: '5001', rings: 'line/3' },
    { id: 'vip', number: '5001', rings: 'line/2', callers: '089' },
    { id: 'menu', number: '5002', rings: 'front' },
    { id: 'ours', number: '5003' },
  ],
};
const called = (did: string, more: Partial<Routed> = {}): Routed => ({
  from: { kind: 'trunk', id: 'a', number: '030123' },
  caller: { number: '030123' },
  dialled: did,
  did,
  ...more,
});

describe('within the box', () => {
  const rows: readonly [what: string, ways: string, dialled: string][] = [
    ['an extension rings', 'line/2', '12'],
    ['a ring group rings together', 'sales', '20'],
    ['a group without phones is a number like any other', 'a b', '21'],
  ];
  for (const [what, ways, dialled] of rows) {
    it(what, () => assert.equal(waysOf(question(fromPhone(dialled, 'line/3'), [a, b], settings)), ways));
  }

  it('with no softswitch at all phones, groups and attendants are there', () => {
    const none: readonly TrunkSnapshot[] = [];
    assert.equal(waysOf(question(fromPhone('12'), none, settings)), 'line/2');
    assert.equal(waysOf(question(fromPhone('20', 'line/3'), none, settings)), 'sales');
    const result = plan(question(fromPhone('30'), none, settings));
    assert.ok(result.is === 'planned');
    assert.deepEqual(result.levels[0].attempts[0].targets, [{ kind: 'attendant', id: 'front', number: '' }]);
  });

  it('a call of a softswitch that lives rings until that takes it back, unless a rule or somebody else waits for its end (S2)', () => {
    const called = (to: string, trunk = 'a'): Routed => ({
      ...{ from: { kind: 'trunk', id: trunk, number: '030123' }, caller: {}, dialled: '5003' },
      ...{ to: { kind: 'phone', id: to }, did: '5003' },
    });
    const patient = (offer: Routed, more: object = {}, ways = [a, b]): boolean | undefined => {
      const result = plan(question(offer, ways, { ...settings, ...more }));
      return result.is === 'planned' ? (result.levels[0].attempts[0].untilCancelled ?? false) : undefined;
    };
    const rule = (more: object) => ({ forwardings: [{ id: 'rule', line: 'line/2', ...more }] });
    const targets = [{ to: 'extension', name: '11' }];
    assert.equal(patient(called('line/2')), true);
    assert.equal(patient(called('line/2'), rule({ on: 'busy', targets })), true);
    assert.equal(patient(called('line/2'), rule({ on: 'noAnswer', targets })), false);
    assert.equal(
      patient(called('line/2'), rule({ on: 'noAnswer', afterS: 20, targets: [{ to: 'extension', name: '99' }] })),
      false,
    );
    assert.equal(patient(called('line/2'), rule({ on: 'always', targets })), false);
    const away = { on: 'always', targets: [{ to: 'mailbox', name: 'line/2' }] };
    assert.equal(patient(called('line/2'), rule(away)), false);
    assert.equal(patient(called('line/2'), {}, [way('a', { health: 'down' }), b]), false);
    assert.equal(patient(called('line/2', 'c')), false);
    assert.equal(patient(fromPhone('12', 'line/3')), false);
    const failover = { dids: [{ id: 'ours', number: '5003', rings: 'line/2', group: 'g' }] };
    assert.equal(patient(called('line/2'), failover), false, 'the failover of the number waits for no answer');
    const line = (mailbox: string) => ({
      lines: [{ id: 'line/2', kind: 'fxs', card: 'card', port: '2', extension: '12', mailbox }],
    });
    assert.equal(patient(called('line/2'), { ...line('always'), ringGroups: [], dids: [] }), false);
    assert.equal(patient(called('line/2'), { ...line('outage'), ringGroups: [], dids: [] }), true);
  });

  it('a ring group is one attempt of all its phones, as long as it says', () => {
    const result = plan(question(fromPhone('20', 'line/3'), [], settings));
    assert.ok(result.is === 'planned');
    const [{ targets, ringMs }] = result.levels[0].attempts;
    assert.deepEqual(
      targets.map(({ id, number }) => [id, number]),
      [
        ['line/1', '11'],
        ['line/2', '12'],
      ],
    );
    assert.equal(ringMs, 25_000);
  });
});

describe('a number of ours', () => {
  const rows: readonly [what: string, ways: string, offer: Routed][] = [
    ['rings what it names, then the failover PBX, then the failover number', 'sales | b | b', called('5000')],
    ['rings its phone', 'line/3', called('5001')],
    [
      'a rule for the caller goes first',
      'line/2',
      called('5001', { from: { kind: 'trunk', id: 'a', number: '0891' } }),
    ],
    ['names nobody: the way in says', 'line/1', called('5003', { to: { kind: 'phone', id: 'line/1' } })],
    ['names nobody, nor does the way in', 'unavailable', called('5003')],
    ['has no rule: the way in says', 'line/1', called('5999', { to: { kind: 'phone', id: 'line/1' } })],
  ];
  for (const [what, ways, offer] of rows) {
    it(what, () => assert.equal(waysOf(question(offer, [a, b], settings)), ways));
  }

  describe('whose failover PBX is another group', () => {
    const other = { ...settings, groups: [{ id: 'g', failoverTrunk: 'h' }, { id: 'h' }] };
    const member = (id: string, more: Partial<TrunkSnapshot> = {}) => way(id, { group: 'h', ...more });
    const planned = (trunks: readonly TrunkSnapshot[], more: object = {}) =>
      question(called('5000'), [a, ...trunks], { ...other, ...more });

    it('goes to its trunks one after the other, with the number that was called', () => {
      const asked = planned([member('c', { priority: 2 }), member('d'), way('e')]);
      assert.equal(waysOf(asked), 'sales | d c');
      const result = plan(asked);
      assert.ok(result.is === 'planned');
      const { attempts, elsewhere } = result.levels[1]!;
      assert.equal(elsewhere, true);
      assert.deepEqual(
        attempts.map(({ targets, by, why }) => [targets[0].number, by, why]),
        [
          ['5000', 'main', 'failover PBX of the number main, group h'],
          ['5000', 'main', 'failover PBX of the number main, group h'],
        ],
      );
    });

    it('sorts them by the rule of that group, protect ones last and alone', () => {
      const busy = [member('c', { callsUp: 3 }), member('d', { callsUp: 1 }), member('p', { role: 'protect' })];
      const asked = planned(busy, {
        groups: [
          { id: 'g', failoverTrunk: 'h' },
          { id: 'h', sort: 'leastUsed' },
        ],
      });
      assert.equal(waysOf(asked), 'sales | d c | protect 0: p');
      const result = plan(asked);
      assert.ok(result.is === 'planned');
      const { protect, on, attempts, after } = result.levels[2]!;
      assert.deepEqual(
        [protect?.again.map(({ id }) => id), attempts[0].start, after],
        [['d', 'c'], 'alone', ['main>failoverTrunk']],
      );
      assert.ok(on.includes('congestion') && !on.includes('busy'));
      assert.equal(waysOf(planned([member('p', { role: 'protect' })])), 'sales | protect 0: p');
    });

    it('leaves out what is down, full, locked, or where the call came from, and says why', () => {
      const asked = planned([
        member('c', { health: 'down' }),
        member('d', { callLimit: 2, callsUp: 2 }),
        member('e', { lock: 'all' }),
        member('f', { blocked: { by: 'drill', minutesLeft: 1 } }),
        member('z'),
      ]);
      assert.equal(waysOf(asked), 'sales | z');
      for (const [id, why] of [
        ['c', /down/],
        ['d', /all its 2 calls/],
        ['e', /locked/],
        ['f', /blocked/],
      ] as const)
        assert.match(whyOf(asked, `failover PBX ${id}`), why);
      const back = question(called('5000', { from: { kind: 'trunk', id: 'c', number: '1' } }), [a, member('c')], other);
      assert.equal(waysOf(back), 'sales');
      assert.match(whyOf(back, 'failover PBX c'), /came from there/);
    });

    it('has four ways at most, and the limit of the group holds', () => {
      const many = ['c', 'd', 'e', 'f', 'h1'].map((id) => member(id));
      assert.equal(waysOf(planned(many)), 'sales | c d e f');
      const full = [
        { id: 'g', failoverTrunk: 'h' },
        { id: 'h', callLimit: 1 },
      ];
      assert.equal(waysOf(planned([member('c', { callsUp: 1 }), member('d')], { groups: full })), 'sales');
    });

    it('means the trunk where a trunk has that name', () => {
      assert.equal(waysOf(planned([member('c'), way('h')])), 'sales | h');
    });

    it('goes there for a number of its own failover too', () => {
      const dids = [{ id: 'main', number: '5000', rings: 'sales', group: 'g', failoverTrunk: 'k' }];
      const groups = [{ id: 'g', failoverTrunk: 'h' }, { id: 'h' }, { id: 'k' }];
      assert.equal(waysOf(planned([member('c'), way('d', { group: 'k' })], { dids, groups })), 'sales | d');
    });
  });

  it('may lead to an auto attendant', () => {
    const result = plan(question(called('5002'), [a], settings));
    assert.ok(result.is === 'planned');
    assert.equal(result.levels[0].attempts[0].id, 'attendant/front');
  });

  it('comes in by no softswitch that is locked, but by one that is locked for outgoing calls', () => {
    const by = (lock: TrunkSnapshot['lock']) => question(called('5001'), [way('a', { lock })], settings);
    assert.equal(waysOf(by('all')), 'congestion');
    assert.equal(waysOf(by('drain')), 'congestion');
    assert.match(whyOf(by('all'), 'a'), /locked both ways/);
    assert.equal(waysOf(by('noOutgoing')), 'line/3');
  });
});

describe('a call that is led on', () => {
  const phones = Array.from({ length: 12 }, (_, at) => `line/${at + 1}`);
  const chain = (last: string) => ({
    cards: [{ id: 'card', driver: 'simulated' }],
    lines: phones.map((id, at) => ({ id, card: 'card', port: String(at), extension: String(40 + at) })),
    forwardings: phones.map((line, at) => ({
      ...{ id: `f${at}`, line, on: 'noAnswer' },
      targets: [{ to: 'extension', name: at === 11 ? last : String(41 + at) }],
    })),
  });

  it('goes through eight levels at most, and no phone rings twice', () => {
    for (const start of ['40', '45']) {
      const ways = waysOf(question(fromPhone(start), [], chain('40'))).split(' | ');
      assert.equal(ways.length, 8);
      assert.deepEqual(ways, [...new Set(ways)]);
    }
  });

  it('ends where two phones lead to each other', () => {
    const forwardings = ['line/1', 'line/2'].map((line, at) => ({
      ...{ id: `f${at}`, line, on: 'always' },
      targets: [{ to: 'extension', name: at === 0 ? '12' : '11' }],
    }));
    assert.equal(waysOf(question(fromPhone('11', 'line/3'), [], { forwardings })), 'line/2');
  });
});

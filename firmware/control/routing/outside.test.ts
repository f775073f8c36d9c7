import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import { plan } from './plan.ts';
import { freshMemory, type PlanQuestion, type Routed } from './question.ts';
import { fromPhone, question, way, waysOf, whyOf } from './test-box.ts';

const dialled = fromPhone('0301234');
const [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => way(id)) as [
  TrunkSnapshot,
  TrunkSnapshot,
  TrunkSnapshot,
  TrunkSnapshot,
  TrunkSnapshot,
  TrunkSnapshot,
];
const lines = [way('line/8'), way('line/9')];
const noon = { ms: Date.UTC(2027, 0, 4, 12), sure: true };
const calendars = [
  { id: 'day', timeZone: 'UTC', periods: [{ days: ['mon'], from: '08:00', until: '18:00' }] },
  { id: 'never', timeZone: 'UTC' },
];

type Row = readonly [
  what: string,
  ways: string,
  settings: object,
  trunks?: readonly TrunkSnapshot[] | undefined,
  more?: Partial<PlanQuestion>,
];

const check = (rows: readonly Row[], offer: Routed = dialled): void => {
  for (const [what, ways, settings, trunks = [a, b, c], more = {}] of rows) {
    it(what, () => assert.equal(waysOf(question(offer, trunks, settings, more)), ways));
  }
};

describe('routes', () => {
  const route = (id: string, prefix: string, ways: string[], more: object = {}) => ({ id, prefix, ways, ...more });
  const two = [route('berlin', '030', ['b']), route('all', '', ['a'])];
  check([
    ['the longest prefix alone', 'b', { routes: two }],
    ['then shorter ones, where settings say so', 'b a', { routes: two, routing: { prefixMode: 'shorter' } }],
    [
      'of one prefix by priority',
      'c b',
      { routes: [route('x', '03', ['b'], { priority: 2 }), route('y', '03', ['c'])] },
    ],
    ['no route that fits is no route', 'noRoute', { routes: [route('x', '040', ['a'])] }],
    ['a route that is off is not there', 'a b c', { routes: [route('x', '040', ['a'], { enabled: false })] }],
    ['without ways all trunks', 'a b c', { routes: [route('x', '03', [])] }],
    [
      'no target twice, though two routes name it',
      'b a c',
      { routes: [route('x', '030', ['b']), route('y', '', [])], routing: { prefixMode: 'shorter' } },
    ],
    ['a bar refuses', 'barred', { routes: [route('x', '030', [], { action: 'bar' }), route('y', '', [])] }],
    [
      'of equals the bar goes first',
      'barred',
      { routes: [route('a', '030', ['a']), route('x', '030', [], { action: 'bar' })] },
    ],
    [
      'a bar of a longer prefix stops shorter ones',
      'barred',
      { routes: [route('x', '030', [], { action: 'bar' }), route('y', '', [])], routing: { prefixMode: 'shorter' } },
    ],
    [
      'a bar behind a route lets that route try',
      'a',
      {
        routes: [
          route('x', '030', ['a']),
          route('y', '', [], { action: 'bar' }),
          route('z', '', ['b'], { priority: 2 }),
        ],
        routing: { prefixMode: 'shorter' },
      },
    ],
    [
      'only for an extension: not for this one',
      'a',
      { routes: [route('x', '030', ['b'], { extensions: ['12'] }), two[1]!] },
    ],
    [
      'only for an extension: for this one',
      'b',
      { routes: [route('x', '030', ['b'], { extensions: ['11'] }), two[1]!] },
    ],
    [
      'a group by its name',
      'b c',
      { routes: [route('x', '', ['g'])], groups: [{ id: 'g' }] },
      [a, way('b', { group: 'g' }), way('c', { group: 'g' })],
    ],
    ['a line by its name, behind trunks', 'a line/9', { routes: [route('x', '', ['line/9', 'a'])] }, [...lines, a, b]],
    ['lines that no route names are no way', 'a', { routes: [route('x', '', ['a'])] }, [...lines, a, b]],
    ['a route to all has the lines as fallback', 'a line/8 line/9', { routes: [route('x', '', [])] }, [...lines, a]],
  ]);
  const bound = (over: object): object => ({
    calendars,
    scenarios: [{ id: 'night', title: 'Night' }],
    routes: [route('x', '030', ['b'], over), two[1]!],
  });
  check([
    ['within the hours', 'b', bound({ calendar: 'day' }), undefined, { now: noon }],
    ['outside of them', 'a', bound({ calendar: 'never' }), undefined, { now: noon }],
    ['bound to "out"', 'b', bound({ calendar: 'never', when: 'out' }), undefined, { now: noon }],
    ['unsure time is "in"', 'b', bound({ calendar: 'never' })],
    ['not in this scenario', 'a', bound({ scenario: 'night' })],
    [
      'in this scenario',
      'b',
      bound({ scenario: 'night' }),
      undefined,
      { memory: { ...freshMemory, scenario: 'night' } },
    ],
    ['valid from tomorrow', 'a', bound({ validFrom: '2027-01-05' }), undefined, { now: noon }],
    ['valid from today', 'b', bound({ validFrom: '2027-01-04' }), undefined, { now: noon }],
    ['valid until today', 'b', bound({ validUntil: '2027-01-04' }), undefined, { now: noon }],
    ['valid until yesterday', 'a', bound({ validUntil: '2027-01-03' }), undefined, { now: noon }],
    ['unsure time ends no route', 'b', bound({ validFrom: '2027-01-03' })],
  ]);

  it('says of each route that fits why it was taken or left', () => {
    const asked = question(dialled, [a, b], bound({ validUntil: '2027-01-03', calendar: 'day' }), { now: noon });
    assert.equal(whyOf(asked, 'route x'), 'it was valid until 2027-01-03');
    assert.equal(whyOf(asked, 'route all'), 'it takes every number, priority 1');
    assert.match(whyOf(asked, 'a'), /priority 1, up, route all/);
  });
});

describe('what is shut or full', () => {
  const why = (over: Partial<TrunkSnapshot>, settings: object = {}): string =>
    whyOf(question(dialled, [way('a', over), b], settings), 'a');
  const rows: readonly [why: RegExp, over: Partial<TrunkSnapshot>][] = [
    [/locked for outgoing/, { lock: 'noOutgoing' }],
    [/it is locked/, { lock: 'all' }],
    [/drain/, { lock: 'drain' }],
    [/all its 2 calls are up/, { callLimit: 2, callsUp: 2 }],
    [/takes 3 new calls a second/, { cpsLimit: 3, newCalls: 3 }],
    [/blocked by page/, { blocked: { by: 'page', minutesLeft: 0 } }],
    [/is held/, { health: 'held' }],
    [/is down/, { health: 'down' }],
  ];
  for (const [words, over] of rows) {
    it(`is left out: ${words.source}`, () => {
      assert.equal(waysOf(question(dialled, [way('a', over), b])), 'b');
      assert.match(why(over), words);
    });
  }
  check([
    ['what is locked is no last resort', 'congestion', {}, [way('a', { lock: 'drain', health: 'down' })]],
    ['a call fewer than the limit', 'a', {}, [way('a', { callLimit: 2, callsUp: 1, cpsLimit: 2, newCalls: 1 })]],
    ['four ways at most', 'a b c d', {}, [a, b, c, d, e, f]],
  ]);
});

describe('groups', () => {
  const groups = [{ id: 'g', callLimit: 4, reservedLines: 1, reservedFor: ['12'] }];
  const members = (one: number, two: number, more: Partial<TrunkSnapshot> = {}) => [
    way('a', { group: 'g', callsUp: one, ...more }),
    way('b', { group: 'g', callsUp: two }),
    c,
  ];
  check([
    ['below the cap', 'a b c', { groups }, members(1, 1)],
    ['the last line is reserved', 'c', { groups }, members(2, 1)],
    ['the cap is of all members together', 'c', { groups }, members(4, 0)],
  ]);
  check(
    [['the reserved line is for the extension that is named', 'a b c', { groups }, members(2, 1)]],
    fromPhone('0301234', 'line/2'),
  );
  check([['but not beyond the cap', 'c', { groups }, members(2, 2)]], fromPhone('0301234', 'line/2'));
  check([['a protect route may use it', 'c | protect 0: a', { groups }, members(2, 1, { role: 'protect' })]]);

  const sorted = (sort: string) => ({ groups: [{ id: 'g', sort }] });
  const in2 = (id: string, over: Partial<TrunkSnapshot>) => way(id, { group: 'g', ...over });
  check([
    ['by use', 'b a', sorted('leastUsed'), [in2('a', { callsUp: 2 }), in2('b', { callsUp: 1 })]],
    ['by share of answered calls', 'b a', sorted('bestAsr'), [in2('a', { asr: 0.4 }), in2('b', { asr: 0.6 })]],
    [
      'what is not known comes first, to become known',
      'b a',
      sorted('bestAsr'),
      [in2('a', { asr: 0.9 }), in2('b', {})],
    ],
    ['priority goes before use', 'a b', sorted('leastUsed'), [in2('a', { callsUp: 2 }), in2('b', { priority: 2 })]],
    [
      'members change places among themselves only',
      'c b a',
      sorted('leastUsed'),
      [in2('a', { callsUp: 2 }), way('b'), in2('c', { callsUp: 1 })],
    ],
    [
      'what returns comes last all the same',
      'a b',
      sorted('leastUsed'),
      [in2('a', { callsUp: 2 }), in2('b', { health: 'returning' })],
    ],
  ]);

  it('says how much each is used', () => {
    const asked = question(dialled, [in2('a', { callsUp: 1 }), in2('b', { callsUp: 0 })], sorted('leastUsed'));
    assert.match(whyOf(asked, 'a'), /, one call up/);
    assert.match(whyOf(asked, 'b'), /, 0 calls up/);
  });

  it('by rate of the number as it is sent: the cheapest first, what has none last', () => {
    const rates = (id: string, prefix: string, perMinute: number) => ({ id, rates: [{ prefix, perMinute }] });
    const trunk = (id: string, localPort: number, more: object = {}) => ({
      id,
      host: 'h',
      localPort,
      group: 'g',
      ...more,
    });
    const settings = {
      ...sorted('lowestRate'),
      rateTables: [rates('dear', '0', 300), rates('cheap', '+49', 100)],
      trunks: [
        trunk('a', 5061),
        trunk('b', 5062, { rates: 'dear' }),
        trunk('c', 5063, { rates: 'cheap', transforms: [{ begins: '0', strip: 1, prepend: '+49' }] }),
      ],
    };
    const asked = question(dialled, [in2('a', {}), in2('b', {}), in2('c', {})], settings);
    assert.equal(waysOf(asked), 'c b a');
    assert.match(whyOf(asked, 'c'), /0.0001 a minute/);
    assert.match(whyOf(asked, 'a'), /no rate/);
  });
});

describe('protect routes', () => {
  const spare = way('p', { role: 'protect', priority: 0 });
  const settings = { routing: { protectDelayS: 20 } };
  const trunks = [spare, a, b, ...lines];
  check([
    ['only after all others', 'a b line/8 line/9 | protect 20000: p', settings, trunks],
    [
      'four of them, apart from the four others',
      'a b c d | protect 0: p1 p2 p3 p4',
      {},
      [...[a, b, c, d, e], ...['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => way(id, { role: 'protect' }))],
    ],
    ['where nothing else is left, with the delay', 'protect 20000: p', settings, [spare, way('a', { lock: 'all' })]],
    ['before what is down', 'protect 0: p', {}, [spare, way('a', { health: 'down' })]],
  ]);
  const levelsOf = (asked: PlanQuestion) => {
    const result = plan(asked);
    assert.ok(result.is === 'planned');
    return result.levels;
  };
  const ids = (attempts: readonly { readonly id: string }[] = []) => attempts.map(({ id }) => id);

  it('are not asked after the word of the callee, and alone', () => {
    const [, protect] = levelsOf(question(dialled, trunks, settings));
    assert.ok(protect && protect.on !== 'any');
    for (const stop of ['busy', 'declined', 'noAnswer', 'unknownNumber', 'forbidden', 'unavailable'] as const)
      assert.ok(!protect.on.includes(stop), stop);
    for (const next of ['congestion', 'serverSilent', 'serverUnreachable', 'progressStalled', 'lineDead'] as const)
      assert.ok(protect.on.includes(next), next);
    assert.equal(protect.attempts[0].start, 'alone');
  });

  it('meanwhile the others are tried again; what was down too, where there was nothing else', () => {
    assert.deepEqual(ids(levelsOf(question(dialled, [spare, a], settings))[1]?.protect?.again), ['a']);
    const dead = [spare, way('a', { health: 'down' })];
    assert.deepEqual(ids(levelsOf(question(dialled, dead, settings))[0].protect?.again), ['a']);
  });

  it('are asked after a 403 where none of our bindings is good', () => {
    const [, protect] = levelsOf(question(dialled, [spare, way('a', { bound: [] })]));
    assert.ok(protect?.on.includes('forbidden'));
  });
});

describe('the outside prefix and the toll guard', () => {
  const settings = { routing: { outsidePrefix: '0' } };
  check([['is not sent', 'a', settings, [a]]], fromPhone('0301234'));
  check([['a number without it is none', 'unknownNumber', settings, [a]]], fromPhone('301234'));
  check([['alone it is no number', 'numberIncomplete', settings, [a]]], fromPhone('0'));
  check([['extensions have none', 'line/2', settings, [a]]], fromPhone('12'));
  check([['a class that is closed', 'barred', {}, [a]]], fromPhone('0900123'));

  it('takes it off before routes, guard and sending', () => {
    const result = plan(question(fromPhone('0301234'), [a], { ...settings, routes: [{ id: 'x', prefix: '30' }] }));
    assert.ok(result.is === 'planned');
    assert.equal(result.levels[0].attempts[0].targets[0].number, '301234');
  });
});

describe('a phone that may take some ways only', () => {
  const only = (...ways: string[]): object => ({
    groups: [{ id: 'g' }],
    lines: [
      { id: 'line/1', card: 'card', port: '1', extension: '11', trunks: ways },
      { id: 'line/8', kind: 'fxo', card: 'card', port: '8', rings: 'line/1' },
    ],
  });
  const fxo = way('line/8');
  const inGroup = way('c', { group: 'g' });
  check([
    ['takes every way where it names none', 'a b c line/8', only(), [a, b, c, fxo]],
    ['takes the trunk it names, and no exchange line behind it', 'b', only('b'), [a, b, c, fxo]],
    ['takes a group by its name', 'c', only('g'), [a, b, inGroup, fxo]],
    ['takes an exchange line by its name', 'b line/8', only('b', 'line/8'), [a, b, fxo]],
    [
      'tries what it may take though that is down, and the others are up',
      'b',
      only('b'),
      [a, way('b', { health: 'down' })],
    ],
    ['is told that it may not, where nothing is left', 'barred', only('b'), [a, c]],
    ['is told of congestion where what it may take is full', 'congestion', only('b'), [a, way('b', { lock: 'all' })]],
    [
      'is barred where the route leads to others only',
      'barred',
      { ...only('b'), routes: [{ id: 'r', prefix: '', ways: ['a'] }] },
    ],
    ['a protect route is no way round', 'b', only('b'), [way('a', { role: 'protect' }), b]],
  ]);

  it('each way that it may not take says so', () => {
    const asked = question(dialled, [a, b], only('b'));
    assert.equal(whyOf(asked, 'a'), 'line/1 may not call over it, only over b');
  });

  it('the PIN of the toll guard opens no other trunk', () => {
    assert.equal(waysOf(question({ ...dialled, overridden: true }, [a, b], only('b'))), 'b');
  });

  it('what it forwards to outside takes no other way either, and other phones do as they like', () => {
    const settings = {
      lines: [
        { id: 'line/1', card: 'card', port: '1', extension: '11' },
        { id: 'line/2', card: 'card', port: '2', extension: '12', trunks: ['b'] },
      ],
      forwardings: [{ id: 'f', line: 'line/2', on: 'always', targets: [{ to: 'number', name: '0301234' }] }],
    };
    const forwarded = question(fromPhone('12'), [a, b], settings);
    assert.match(waysOf(forwarded), /(^|\| )b$/);
    assert.equal(waysOf(question(dialled, [a, b], settings)), 'a b');
  });

  it('an emergency call takes them all', () => {
    assert.equal(waysOf(question(fromPhone('112'), [a, b], only('b'))), 'a b');
  });
});

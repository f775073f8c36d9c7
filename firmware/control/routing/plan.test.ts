import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { configuration } from '../../config/schema.ts';
import { type CallFailure, failureTable } from '../failure.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import { plan } from './plan.ts';
import { type PlanQuestion, quietQuestion, type Routed } from './question.ts';
import { country, way } from './test-box.ts';

const box = (more: object = {}) =>
  v.parse(configuration, {
    version: 1,
    trunks: [
      { id: 'a', host: 'a.example' },
      { id: 'b', host: 'b.example' },
      { id: 'peer', host: 'p.example', kind: 'peer' },
    ],
    cards: [{ id: 'card', driver: 'simulated' }],
    lines: [
      { id: 'line/1', kind: 'fxs', card: 'card', port: '1', extension: '11' },
      { id: 'line/2', kind: 'fxs', card: 'card', port: '2', extension: '12' },
      { id: 'line/3', kind: 'fxs', card: 'card', port: '3', extension: '13', enabled: false },
    ],
    ...more,
  });
const blocked = { by: 'page', minutesLeft: 0 };
const fromPhone = (dialled: string): Routed => ({
  from: { kind: 'phone', id: 'line/1', number: '11' },
  caller: { account: 'desk' },
  dialled,
});
/**
 * Attempts in short: `id` with `+` where it may start beside an open one; or the cause of a refusal, in words or not.
 * What the box itself says is left out where there are ways to the callee.
 */
const asked = (
  offer: Routed,
  trunks: readonly TrunkSnapshot[],
  more: Partial<PlanQuestion> = {},
): string[] | string => {
  const result = plan(quietQuestion({ offer, trunks, configuration: box(), country, ...more }));
  assert.ok(result.reasons.length > 0, 'a plan says why');
  if (result.is === 'refused') return result.cause;
  const ways = result.levels.filter((level) => !level.ownVoice);
  if (ways.length === 0) return result.levels[0].attempts[0].targets[0].id;
  return ways.flatMap((level) =>
    level.attempts.map(({ id, start, bound }) => `${id}${start === 'hedged' ? '+' : ''}${bound ? '' : ' unbound'}`),
  );
};

describe('a plan', () => {
  const lines = [way('line/8'), way('line/9')];
  const rows: readonly [what: string, offer: Routed, trunks: readonly TrunkSnapshot[], attempts: string[] | string][] =
    [
      ['an extension rings on the box', fromPhone('12'), [way('a'), way('b')], ['line/2+']],
      ['an extension that is not in use goes out', fromPhone('13'), [way('a')], ['a+']],
      ['trunks go by priority', fromPhone('3456'), [way('b', { priority: 2 }), way('a')], ['a+', 'b+']],
      [
        'of equals the bound one is first',
        fromPhone('3456'),
        [way('a', { bound: [] }), way('b')],
        ['b+', 'a+ unbound'],
      ],
      [
        'of equals the living one is first',
        fromPhone('3456'),
        [way('a', { health: 'suspect' }), way('b')],
        ['b+', 'a+'],
      ],
      [
        'a trunk that has just come back waits its turn behind a steady one of lower priority',
        fromPhone('3456'),
        [way('a', { health: 'returning' }), way('b', { priority: 2 })],
        ['b+', 'a+'],
      ],
      ['exchange lines come last and alone', fromPhone('3456'), [...lines, way('a')], ['a+', 'line/8', 'line/9']],
      ['a trunk that is down is left out', fromPhone('3456'), [way('a', { health: 'down' }), way('b')], ['b+']],
      ['held is left out too', fromPhone('3456'), [way('a', { health: 'held' }), way('b')], ['b+']],
      [
        'a line is better than a trunk that is down',
        fromPhone('3456'),
        [way('a', { health: 'down' }), ...lines],
        ['line/8', 'line/9'],
      ],
      ['what is down is tried when nothing else is left', fromPhone('3456'), [way('a', { health: 'down' })], ['a+']],
      ['a full trunk is left out', fromPhone('3456'), [way('a', { callLimit: 2, callsUp: 2 }), way('b')], ['b+']],
      ['a line in use is left out', fromPhone('3456'), [way('line/8', { callsUp: 1 }), way('line/9')], ['line/9']],
      [
        'a blocked trunk is left out, also as the last resort',
        fromPhone('3456'),
        [way('a', { blocked }), way('b', { blocked, health: 'down' }), way('peer', { health: 'down' })],
        ['peer+'],
      ],
      ['all blocked is congestion', fromPhone('3456'), [way('a', { blocked }), way('b', { blocked })], 'congestion'],
      ['an emergency passes a block, last', fromPhone('112'), [way('a', { blocked }), way('b')], ['b+', 'a+']],
      ['an emergency has no other way', fromPhone('112'), [way('a', { blocked })], ['a+']],
      ['all full is congestion', fromPhone('3456'), [way('a', { callLimit: 1, callsUp: 1 })], 'congestion'],
      ['no way at all is no route', fromPhone('3456'), [], 'noRoute'],
      ['nothing dialled is incomplete', fromPhone(''), [way('a')], 'numberIncomplete'],
      [
        'a peer of another priority waits for the first',
        fromPhone('3456'),
        [way('a'), way('peer', { priority: 2 })],
        ['a+', 'peer'],
      ],
      [
        'an emergency goes to lines first, then to any trunk',
        fromPhone('112'),
        [way('a', { health: 'down' }), way('b'), way('line/8')],
        ['line/8', 'b+', 'a+', 'line/8/blind'],
      ],
      [
        'an emergency takes a busy line last',
        fromPhone('112'),
        [way('b'), way('line/8', { callsUp: 1 })],
        ['b+', 'line/8', 'line/8/blind'],
      ],
    ];
  for (const [what, offer, trunks, attempts] of rows) {
    it(what, () => assert.deepEqual(asked(offer, trunks), attempts));
  }

  it('says by whom a way is blocked, and for how long', () => {
    const trunks = [way('a', { blocked }), way('b', { blocked: { by: 'fleet', minutesLeft: 5 } }), way('peer')];
    const { reasons } = plan(quietQuestion({ offer: fromPhone('3456'), trunks, configuration: box(), country }));
    assert.deepEqual(reasons.slice(0, 2), [
      { what: 'a', why: 'it is blocked by page', shut: true },
      { what: 'b', why: 'it is blocked by fleet for 5 min', shut: true },
    ]);
  });

  it('rings the phone that the way in names, and refuses where there is none', () => {
    const inward = (id: string): Routed => ({
      from: { kind: 'trunk', id: 'a', number: '3456' },
      caller: {},
      dialled: '5001',
      to: { kind: 'phone', id },
    });
    assert.deepEqual(asked(inward('line/2'), [way('a')]), ['line/2+']);
    assert.equal(asked(inward('line/3'), [way('a')]), 'unavailable');
  });

  it('does not send a call back to where it came from, nor to a line where settings forbid', () => {
    const back: Routed = { from: { kind: 'trunk', id: 'a', number: '1' }, caller: {}, dialled: '3456' };
    assert.deepEqual(asked(back, [way('a'), way('b')]), ['b+ unbound']);
    const closed = { configuration: box({ routing: { exchangeFallback: false } }) };
    assert.deepEqual(asked(fromPhone('3456'), [way('a'), ...lines], closed), ['a+']);
  });

  it('lets no answer end an emergency call while another way is left', () => {
    const result = plan(quietQuestion({ offer: fromPhone('112'), trunks: [way('a')], configuration: box(), country }));
    assert.ok(result.is === 'planned');
    assert.equal(result.levels[0].attempts[0].verdicts.busy, 'next');
  });

  it('says of an exchange line why it comes to that', () => {
    const whyOf = (trunks: readonly TrunkSnapshot[]): string | undefined => {
      const result = plan(quietQuestion({ offer: fromPhone('3456'), trunks, configuration: box(), country }));
      return result.is === 'planned' ? result.levels[0].attempts.at(-1)?.why : undefined;
    };
    assert.equal(whyOf([way('a'), ...lines]), 'no softswitch took the call');
    assert.equal(whyOf(lines), 'no softswitch is set up');
  });

  it('gives the same answer to the same question', () => {
    const question = { offer: fromPhone('3456'), trunks: [way('b'), way('a')], configuration: box(), country };
    assert.deepEqual(plan(quietQuestion(question)), plan(quietQuestion(question)));
  });
});

describe('a plan, where the phone does not take the call', () => {
  const mailboxes = (mode: string) =>
    box({
      mailbox: { ringS: 7 },
      lines: [
        { id: 'line/1', kind: 'fxs', card: 'card', port: '1', extension: '11' },
        { id: 'line/2', kind: 'fxs', card: 'card', port: '2', extension: '12', mailbox: mode },
      ],
    });
  type From = 'phone' | 'trunk' | 'line' | 'gateway';
  const to12 = (from: From): Routed => ({
    from: { kind: from, id: from === 'trunk' ? 'a' : 'line/1', number: '' },
    caller: {},
    dialled: from === 'phone' || from === 'gateway' ? '12' : '',
    ...(from === 'phone' || from === 'gateway' ? {} : { to: { kind: 'phone', id: 'line/2' } }),
  });
  const alive = [way('a'), way('b', { health: 'down' })];
  const gone = [way('a', { health: 'down' }), way('b', { health: 'held' }), way('line/9')];
  const rows: readonly [mode: string, from: From, trunks: readonly TrunkSnapshot[], takes: boolean, why: RegExp][] = [
    ['always', 'trunk', alive, true, /what nobody answers/],
    ['always', 'line', alive, true, /what nobody answers/],
    ['always', 'phone', alive, true, /what nobody answers/],
    ['always', 'gateway', gone, false, /leaves no message/],
    ['never', 'line', gone, false, /switched off/],
    ['never', 'trunk', alive, false, /switched off/],
    ['outage', 'line', alive, false, /a is up/],
    ['outage', 'line', [way('a', { health: 'unproven' })], false, /a is unproven/],
    ['outage', 'phone', alive, false, /a is up/],
    ['outage', 'trunk', alive, false, /that sent the call lives/],
    ['outage', 'trunk', gone, false, /that sent the call lives/],
    ['outage', 'line', gone, true, /no softswitch lives/],
    ['outage', 'phone', gone, true, /no softswitch lives/],
    ['outage', 'line', [], true, /no softswitch lives/],
    ['outage', 'line', [way('line/9')], true, /no softswitch lives/],
  ];
  for (const [mode, from, trunks, takes, why] of rows) {
    it(`${mode}, from a ${from}, ${trunks.map(({ id, health }) => `${id} ${health}`).join(', ') || 'none'}: ${takes}`, () => {
      const result = plan(quietQuestion({ offer: to12(from), trunks, configuration: mailboxes(mode), country }));
      assert.ok(result.is === 'planned');
      const [rings, ...more] = result.levels;
      assert.equal(rings.attempts[0].ringMs, takes ? 7_000 : 120_000);
      const mailbox = more.find((level) => level.attempts[0].targets[0].kind === 'mailbox');
      assert.deepEqual(
        mailbox?.attempts[0].targets,
        takes ? [{ kind: 'mailbox', id: 'line/2', number: '' }] : undefined,
      );
      assert.deepEqual(mailbox?.on, takes ? ['noAnswer', 'busy', 'unavailable', 'declined'] : undefined);
      assert.match(result.reasons.find(({ what }) => what === 'mailbox/line/2')?.why ?? '', why);
    });
  }

  it('leads the code of the mailbox to the messages of the phone that dials it, and only from a phone', () => {
    const menu = plan(quietQuestion({ offer: fromPhone('*97'), trunks: alive, configuration: box(), country }));
    assert.ok(menu.is === 'planned');
    assert.deepEqual(menu.levels[0].attempts[0].targets, [{ kind: 'mailboxMenu', id: 'line/1', number: '' }]);
    const outside: Routed = { from: { kind: 'trunk', id: 'a', number: '1' }, caller: {}, dialled: '*97' };
    assert.deepEqual(asked(outside, [way('a'), way('b')]), ['b+ unbound']);
    const none = { configuration: box({ mailbox: { accessCode: '' } }) };
    assert.equal(asked(fromPhone(''), [way('a')], none), 'numberIncomplete');
  });
});

describe('a plan, where nothing is left', () => {
  const spoken = (Object.keys(failureTable) as CallFailure[]).filter((each) => failureTable[each].spoken);
  const sentences = (offer: Routed, trunks: readonly TrunkSnapshot[]): readonly (readonly [string, string])[] => {
    const result = plan(quietQuestion({ offer, trunks, configuration: box(), country }));
    if (result.is === 'refused') return [];
    return result.levels.flatMap(({ on, attempts }) =>
      attempts.flatMap(({ targets: [{ kind, id }] }) => (kind === 'sentence' ? [[String(on), id] as const] : [])),
    );
  };

  it('asks no way for what is no number, and says so; an emergency number is always one', () => {
    for (const unfit of ['unknownNumber', 'numberIncomplete'] as const) {
      assert.deepEqual(sentences({ ...fromPhone('34'), unfit }, [way('a')]), [[unfit, unfit]]);
      assert.equal(asked({ ...fromPhone('12'), unfit }, [way('a')]), unfit);
    }
    assert.deepEqual(asked({ ...fromPhone('112'), unfit: 'unknownNumber' }, [way('a')]), ['a+']);
  });

  it('tells a caller on a phone why, for each failure that has words, and never for one that is told by its tone', () => {
    const each = spoken.map((failure) => [failure, failure] as const);
    assert.deepEqual(sentences(fromPhone('3456'), [way('a')]), each);
    assert.deepEqual(sentences(fromPhone('12'), []), each);
    for (const quiet of ['busy', 'declined', 'noAnswer'] as const) assert.ok(!spoken.includes(quiet), quiet);
  });

  it('tells what is refused at once, too', () => {
    assert.deepEqual(sentences(fromPhone('3456'), []), [['noRoute', 'noRoute']]);
    assert.deepEqual(sentences(fromPhone('3456'), [way('a', { callLimit: 1, callsUp: 1 })]), [
      ['congestion', 'congestion'],
    ]);
  });

  it('says nothing to callers of trunks and lines, nor in the way of an emergency call', () => {
    for (const kind of ['trunk', 'line'] as const) {
      const offer: Routed = {
        from: { kind, id: kind === 'line' ? 'line/8' : 'b', number: '1' },
        caller: {},
        dialled: '3456',
      };
      assert.deepEqual(sentences(offer, [way('a')]), []);
      assert.equal(asked(offer, []), 'noRoute');
    }
    assert.deepEqual(sentences(fromPhone('112'), [way('a')]), []);
    assert.deepEqual(sentences(fromPhone('112'), []), []);
  });
});

describe('a plan for a call of the box itself', () => {
  const own = (dialled: string, only?: string): Routed => ({
    from: { kind: 'gateway', id: 'gateway', number: '' },
    caller: {},
    dialled,
    ...(only === undefined ? {} : { only }),
  });

  it('asks one way alone, whatever is known of it', () => {
    const trunks = [way('a'), way('b', { health: 'down', callLimit: 1, callsUp: 1 }), way('line/9')];
    assert.deepEqual(asked(own('3456', 'b'), trunks), ['b+ unbound']);
    assert.deepEqual(asked(own('3456', 'line/9'), trunks), ['line/9']);
    assert.deepEqual(asked(own('12', 'a'), trunks), ['a+ unbound'], 'an extension too');
    assert.equal(asked(own('3456', 'none'), trunks), 'noRoute');
    assert.deepEqual(asked(own('12'), trunks), ['line/2+']);
  });

  it('never goes to an emergency number', () => {
    assert.equal(asked(own('112'), [way('a')]), 'forbidden');
    assert.equal(asked(own('112', 'a'), [way('a')]), 'forbidden');
  });
});

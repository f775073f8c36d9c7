import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { failureTable } from '../failure.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import type { Attempt, Level } from './attempt.ts';
import { type PlanResult, plan } from './plan.ts';
import type { LineSnapshot, PlanQuestion, Routed } from './question.ts';
import { country, office, way } from './test-box.ts';

// What holds of every plan, whatever the settings, the state of the ways and the call (U4-U15, S4).

const ways = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const phones = ['line/1', 'line/2', 'line/3'] as const;
const exchange = ['line/8', 'line/9'] as const;
const some = <T>(of: readonly T[]) => fc.constantFrom(...of);
const bool = fc.boolean();

const trunkState = (id: string): fc.Arbitrary<TrunkSnapshot> =>
  fc
    .record({
      health: some(['up', 'up', 'up', 'up', 'unproven', 'suspect', 'returning', 'down', 'held'] as const),
      priority: fc.integer({ min: 0, max: 3 }),
      callsUp: fc.integer({ min: 0, max: 4 }),
      callLimit: some([0, 0, 0, 0, 2, 4]),
      role: some(['normal', 'normal', 'normal', 'normal', 'protect'] as const),
      group: some(['', 'g', 'h']),
      emergency: bool,
      lock: some([...new Array<'none'>(7).fill('none'), 'noOutgoing', 'all', 'drain'] as const),
      newCalls: fc.integer({ min: 0, max: 3 }),
      cpsLimit: some([0, 0, 0, 0, 2]),
      bound: some([[], ['desk']]),
      blocked: some([...new Array<undefined>(6), { by: 'page', minutesLeft: 0 }]),
    })
    .map(({ blocked, ...over }) => way(id, { ...over, ...(blocked === undefined ? {} : { blocked }) }));
const lineState = (id: string): fc.Arbitrary<TrunkSnapshot> =>
  fc
    .record({ health: some(['up', 'up', 'down'] as const), callsUp: some([0, 0, 1]), emergency: bool })
    .map((over) => way(id, over));
const callOn = (id: string): fc.Arbitrary<LineSnapshot> =>
  fc
    .record({ emergency: bool, beganMs: fc.integer({ min: 1, max: 100 }) })
    .map((call) => ({ id, is: 'busy', call: { call: `call/${id}`, ...call } }));

/** Mostly bound to nothing, else to one side of the hours of the office. */
const hours = some([...new Array<object>(4).fill({}), { calendar: 'office' }, { calendar: 'office', when: 'out' }]);
const weekdays = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:00' };
const calendars = [{ id: 'office', timeZone: 'Europe/Berlin', periods: [weekdays] }];
const moment = some([
  { ms: 0, sure: false },
  { ms: Date.parse('2027-11-29T11:00:00Z'), sure: true },
  { ms: Date.parse('2027-11-29T16:00:00Z'), sure: true },
]);
const withHours = (thing: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc.tuple(thing, hours).map(([each, bound]) => ({ ...each, ...bound }));

const prefix = some(['', '0', '03', '030', '1', '00']);
const route = fc.record({
  prefix,
  ways: fc.uniqueArray(some([...ways, ...exchange, 'g', 'h']), { maxLength: 4 }),
  priority: fc.integer({ min: 0, max: 3 }),
  extensions: some([[], [], ['11']]),
  action: some(['route', 'route', 'route', 'route', 'route', 'bar']),
});
const group = fc.record({
  sort: some(['priority', 'leastUsed', 'bestAsr', 'lowestRate']),
  callLimit: some([0, 3, 6]),
  reservedLines: some([0, 1, 2]),
  reservedFor: some([[], ['11']]),
});
const target = fc
  .record({
    to: some(['extension', 'extension', 'number', 'mailbox', 'group']),
    at: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ to, at }) => ({
    to,
    name: { extension: `1${at + 1}`, number: `030${at}`, mailbox: phones[at], group: 'all' }[to],
  }));
const forwarding = fc.record({
  line: some(phones),
  on: some(['always', 'unregistered', 'error', 'busy', 'rejected', 'noAnswer']),
  targets: fc.array(target, { minLength: 1, maxLength: 3 }),
});
const named = (list: readonly object[], name: string): object[] =>
  list.map((each, at) => ({ id: `${name}${at}`, ...each }));

/** Mostly over every trunk, else over some. */
const onlyOver = (line: object): fc.Arbitrary<object> =>
  fc
    .tuple(some([false, false, false, true]), fc.uniqueArray(some([...ways, ...exchange, 'g', 'h']), { minLength: 1 }))
    .map(([isOnly, trunks]) => (isOnly ? { ...line, trunks } : line));

const settings = fc
  .record({
    routes: fc.array(withHours(route), { maxLength: 5 }),
    groups: fc.tuple(withHours(group), withHours(group)),
    forwardings: fc.array(withHours(forwarding), { maxLength: 6 }),
    lines: fc.tuple(...office().lines.map((line) => withHours(onlyOver(line)))),
    ringGroup: withHours(fc.constant({ id: 'all', extension: '20', lines: [...phones] })),
    prefixMode: some(['longest', 'shorter']),
    outsidePrefix: some(['', '', '0']),
    protectDelayS: some([0, 30]),
    exchangeFallback: bool,
    failover: some(['', 'a', 'b', 'g', 'h']),
  })
  .map(({ routes, groups, forwardings, failover, lines, ringGroup, ...routing }) =>
    office({
      ...{ routing, calendars, lines, ringGroups: [ringGroup] },
      routes: named(routes, 'r'),
      groups: [
        { id: 'g', ...groups[0] },
        { id: 'h', ...groups[1] },
      ],
      forwardings: named(forwardings, 'f'),
      dids: [{ id: 'main', number: '5000', rings: 'line/2', failoverTrunk: failover, failoverNumber: '0309' }],
    }),
  );

const number = some(['0301234', '0301234', '0309876', '1234', '11', '12', '20', '0049', '', '0900', '112', '0112']);
const outward = fc.record({ dialled: number, line: some(phones) }).map(
  ({ dialled, line }): Routed => ({
    from: { kind: 'phone', id: line, number: `1${line.at(-1)}` },
    caller: { account: 'desk', number: '11' },
    dialled,
  }),
);
const inward = fc.record({ from: some([...ways, ...exchange]), line: some(phones), did: some(['', '5000']) }).map(
  ({ from, line, did }): Routed => ({
    from: { kind: from.startsWith('line/') ? 'line' : 'trunk', id: from, number: '089' },
    caller: { number: '089' },
    dialled: did,
    did,
    to: { kind: 'phone', id: line },
  }),
);
const asking = (offer: fc.Arbitrary<Routed>): fc.Arbitrary<PlanQuestion> =>
  fc
    .record({
      offer,
      configuration: settings,
      trunks: fc.tuple(...ways.map(trunkState), ...exchange.map(lineState)),
      lines: fc.tuple(...[...exchange, ...ways].map(callOn)),
      seed: fc.nat(),
      now: moment,
    })
    .map((given) => ({
      country,
      memory: {
        ...{ scenario: '', callBacks: [], numbersInUse: {}, numberShown: {}, poolTurns: {} },
        toll: { spent: {}, closed: [] },
      },
      ...given,
    }));

const runs = { numRuns: 300 };
const levelsOf = (result: PlanResult): readonly Level[] => (result.is === 'planned' ? result.levels : []);
/** An emergency call asks a way again: a line without dial tone, a softswitch by the number alone. */
const keyOf = ({ id: attempt, targets: [{ kind, id, blind }] }: Attempt): string =>
  `${kind} ${id}${blind ? ' blind' : ''}${attempt.endsWith('/again') ? ' again' : ''}`;
const snapshotOf = ({ trunks }: PlanQuestion, id: string): TrunkSnapshot => trunks.find((each) => each.id === id)!;
const isEmergency = ({ offer, configuration }: PlanQuestion): boolean =>
  offer.dialled === '112' || (offer.dialled === '0112' && configuration.routing.outsidePrefix === '0');
const every = (offer: fc.Arbitrary<Routed>, holds: (asked: PlanQuestion, result: PlanResult) => void): void =>
  fc.assert(
    fc.property(asking(offer), (asked) => holds(asked, plan(asked))),
    runs,
  );
/** Softswitches and lines that ordinary levels ask, with the levels they stand in. */
const waysIn = (result: PlanResult): readonly (readonly [Attempt, Level])[] =>
  levelsOf(result).flatMap((level) =>
    level.attempts.flatMap((attempt) =>
      ['trunk', 'line'].includes(attempt.targets[0].kind) ? [[attempt, level] as const] : [],
    ),
  );

describe('of every plan', () => {
  const any = fc.oneof(outward, inward);

  it('same input, same output', () => {
    every(any, (asked, result) => assert.deepEqual(plan(structuredClone(asked)), result));
  });

  it('each attempt says why, and every plan has reasons', () => {
    every(any, (_, result) => {
      assert.ok(result.reasons.every(({ what, why }) => what !== '' && why !== ''));
      assert.ok(result.reasons.length > 0);
      for (const level of levelsOf(result)) for (const { why } of level.attempts) assert.notEqual(why, '');
    });
  });

  it('four attempts a level at most, protect routes apart', () => {
    every(any, (asked, result) => {
      if (!isEmergency(asked)) for (const { attempts } of levelsOf(result)) assert.ok(attempts.length <= 4);
    });
  });
});

describe('of every call that goes out', () => {
  it('no target twice', () => {
    every(outward, (_, result) => {
      // what follows a phone of ours may lead anywhere once more: that is judged below, along each way through
      if (levelsOf(result).some(({ name, after }) => name ?? after)) return;
      const keys = levelsOf(result).flatMap(({ attempts }) => attempts.map(keyOf));
      assert.deepEqual(keys, [...new Set(keys)]);
    });
  });

  it('protect routes only last, and never after a stop', () => {
    every(outward, (asked, result) => {
      if (isEmergency(asked)) return;
      const isProtect = (attempt: Attempt): boolean =>
        attempt.targets[0].kind === 'trunk' && snapshotOf(asked, attempt.targets[0].id).role === 'protect';
      const order = waysIn(result);
      for (const [attempt, level] of order) {
        assert.equal(isProtect(attempt), level.protect !== undefined);
        if (level.protect === undefined || level.elsewhere || order[0]?.[1] === level) continue;
        assert.ok(level.on !== 'any');
        for (const on of level.on) assert.ok(failureTable[on].verdict === 'next' || on === 'forbidden', on);
        assert.ok(level.on.includes('congestion') && level.on.includes('serverSilent'));
      }
      const last = order.findIndex(([attempt]) => isProtect(attempt));
      if (last < 0 || levelsOf(result).some(({ elsewhere }) => elsewhere)) return;
      assert.ok(order.slice(last).every(([attempt]) => isProtect(attempt)));
    });
  });

  it('no way that is shut, full or held', () => {
    every(outward, (asked, result) => {
      if (isEmergency(asked)) return;
      for (const [{ targets }] of waysIn(result)) {
        const { lock, blocked, callLimit, callsUp, cpsLimit, newCalls, health } = snapshotOf(asked, targets[0].id);
        assert.equal(lock, 'none');
        assert.equal(blocked, undefined);
        assert.ok(callLimit === 0 || callsUp < callLimit);
        assert.ok(cpsLimit === 0 || newCalls < cpsLimit);
        assert.notEqual(health, 'held');
      }
    });
  });

  it('no way that its phone may not take', () => {
    every(outward, (asked, result) => {
      if (isEmergency(asked)) return;
      const { trunks = [] } = asked.configuration.lines.find(({ id }) => id === asked.offer.from.id) ?? {};
      for (const [{ targets, by }] of waysIn(result)) {
        const { id, group: own } = snapshotOf(asked, targets[0].id);
        // what is forwarded goes by the ways of the phone that forwards
        if (by !== undefined || trunks.length === 0) continue;
        assert.ok(trunks.includes(id) || (own !== '' && trunks.includes(own)), `${id} is none of ${trunks}`);
      }
    });
  });

  it('reserved lines are kept for those who may use them', () => {
    every(outward, (asked, result) => {
      if (isEmergency(asked)) return;
      const { groups, lines } = asked.configuration;
      const extension = lines.find(({ id }) => id === asked.offer.from.id)?.extension ?? '';
      for (const [{ targets }, level] of waysIn(result)) {
        const own = groups.find(({ id }) => id === snapshotOf(asked, targets[0].id).group);
        if (own === undefined || own.callLimit === 0 || level.elsewhere) continue;
        const up = asked.trunks.reduce((sum, each) => sum + (each.group === own.id ? each.callsUp : 0), 0);
        const may = level.protect !== undefined || own.reservedFor.includes(extension);
        assert.ok(up < own.callLimit - (may ? 0 : own.reservedLines), `${up} of ${own.callLimit}`);
      }
    });
  });

  it('only ways that some route allows, and none behind a bar', () => {
    every(outward, (asked, result) => {
      const { routes, routing } = asked.configuration;
      if (isEmergency(asked) || routes.length === 0 || levelsOf(result).some(({ elsewhere }) => elsewhere)) return;
      const dialled = asked.offer.dialled.slice(routing.outsidePrefix.length);
      const fits = routes.filter((each) => each.action === 'route' && dialled.startsWith(each.prefix));
      for (const [{ targets }] of waysIn(result)) {
        const { id, group: own } = snapshotOf(asked, targets[0].id);
        const allowed = fits.some(
          (each) => each.ways.length === 0 || each.ways.includes(id) || (own !== '' && each.ways.includes(own)),
        );
        assert.ok(allowed, `${id} by no route`);
      }
    });
  });

  it('what is down is asked only where nothing else is left, and then nothing but what is down', () => {
    every(outward, (asked, result) => {
      if (isEmergency(asked) || levelsOf(result).some(({ elsewhere }) => elsewhere)) return;
      const healths = waysIn(result).map(([{ targets }]) => snapshotOf(asked, targets[0].id).health);
      assert.ok(!healths.includes('down') || healths.every((health) => health === 'down'));
    });
  });
});

/** By its own limit or that of its group. */
const isFull = ({ configuration, trunks }: PlanQuestion, { callLimit, callsUp, group }: TrunkSnapshot): boolean => {
  const most = configuration.groups.find(({ id }) => id === group)?.callLimit ?? 0;
  const inGroup = trunks.reduce((sum, trunk) => sum + (trunk.group === group ? trunk.callsUp : 0), 0);
  return (callLimit > 0 && callsUp >= callLimit) || (most > 0 && inGroup >= most);
};

describe('of every call at any hour', () => {
  const isBoundAway = (asked: PlanQuestion, { calendar, when }: { calendar: string; when: 'in' | 'out' }): boolean => {
    const isIn = !asked.now.sure || asked.now.ms === Date.parse('2027-11-29T11:00:00Z');
    return calendar !== '' && isIn !== (when === 'in');
  };

  it('no phone rings outside its hours', () => {
    every(fc.oneof(outward, inward), (asked, result) => {
      const rung = levelsOf(result).flatMap(({ attempts }) => attempts.flatMap(({ targets }) => targets));
      for (const { kind, id } of rung) {
        const line = asked.configuration.lines.find((each) => each.id === id);
        if (kind === 'phone' && line) assert.ok(!isBoundAway(asked, line), `${id} rings`);
      }
    });
  });

  it('no trunk is used outside the hours of its group, but for an emergency call', () => {
    every(fc.oneof(outward, inward), (asked, result) => {
      if (isEmergency(asked)) return;
      for (const [{ targets }] of waysIn(result)) {
        const own = asked.configuration.groups.find(({ id }) => id === snapshotOf(asked, targets[0].id).group);
        assert.ok(own === undefined || !isBoundAway(asked, own), `${targets[0].id} of ${own?.id}`);
      }
    });
  });
});

describe('of every emergency call', () => {
  const calls = outward.map((offer) => ({ ...offer, dialled: '112' }));

  it('nothing goes before it: one level of every way there is, that no answer ends', () => {
    every(calls, (asked, result) => {
      assert.ok(result.is === 'planned' && result.levels.length === 1);
      const [level] = result.levels;
      assert.equal(level.emergency, true);
      const asks = level.attempts.map(({ targets: [{ id }] }) => id);
      assert.deepEqual([...new Set(asks)].sort(), asked.trunks.map(({ id }) => id).sort());
      for (const { verdicts } of level.attempts) {
        for (const failure of Object.keys(failureTable)) assert.equal(verdicts[failure as 'busy'], 'next', failure);
      }
    });
  });

  it('is sent as it is, whatever stands before it', () => {
    every(calls, (_, result) => {
      for (const [{ targets, shows, toll }] of waysIn(result)) {
        assert.equal(targets[0].number, '112');
        assert.deepEqual([targets[0].techPrefix, shows, toll], [undefined, undefined, undefined]);
      }
    });
  });

  it('ends no other emergency call, and no call while any way is free', () => {
    every(calls, (asked, result) => {
      const attempts = levelsOf(result).flatMap((level) => level.attempts);
      const first = attempts.findIndex(({ preempts }) => preempts !== undefined);
      for (const { preempts } of attempts) {
        const ended = asked.lines.find(({ call }) => call?.call === preempts)?.call;
        assert.ok(preempts === undefined || ended?.emergency === false);
      }
      if (first < 0) return;
      for (const { id, targets } of attempts.slice(first)) {
        const way = snapshotOf(asked, targets[0].id);
        const inUse = way.kind === 'line' ? way.callsUp > 0 : isFull(asked, way);
        assert.ok(way.health === 'down' || inUse || targets[0].blind || id.endsWith('/again'), id);
      }
    });
  });

  it('asks free lines that are marked first, then softswitches that are marked', () => {
    every(calls, (asked, result) => {
      const ranks = waysIn(result).flatMap(([{ id, targets }]) => {
        const way = snapshotOf(asked, targets[0].id);
        const { kind, health, callsUp, emergency } = way;
        if (targets[0].blind || id.endsWith('/again')) return [];
        if (kind === 'line') return [health !== 'down' && callsUp === 0 && emergency ? 0 : 3];
        return [health === 'down' || isFull(asked, way) ? 3 : emergency ? 1 : 2];
      });
      assert.deepEqual(ranks.slice(0, ranks.indexOf(3)), ranks.slice(0, ranks.indexOf(3)).sort());
    });
  });
});

describe('of every call that is led on', () => {
  /** Every way through the levels: which may follow which, whatever each fails with. */
  const walk = (levels: readonly Level[], see: (passed: readonly Level[]) => void): void => {
    const nameOf = (level: Level): string => level.name ?? level.attempts[0].id;
    let steps = 0;
    const go = (passed: readonly Level[], from: number): void => {
      see(passed);
      for (let at = from; at < levels.length && steps < 3_000; at++) {
        const next = levels[at]!;
        const last = passed.at(-1);
        const follows = next.after === undefined || (last !== undefined && next.after.includes(nameOf(last)));
        steps += 1;
        if (follows) go([...passed, next], at + 1);
      }
    };
    const [first] = levels;
    if (first) go([first], 1);
  };

  it('the failover of our number is what its setting names: that trunk or that group, never the way in, nothing shut', () => {
    every(inward, (asked, result) => {
      const [did] = asked.configuration.dids;
      for (const { name, attempts } of levelsOf(result)) {
        if (name !== 'main>failoverTrunk') continue;
        for (const { id } of attempts) {
          const { group, health, lock, blocked } = snapshotOf(asked, id);
          assert.ok(did?.failoverTrunk === id || did?.failoverTrunk === group, `${id} of ${group}`);
          assert.notEqual(id, asked.offer.from.id);
          assert.ok(health !== 'down' && health !== 'held' && lock === 'none' && blocked === undefined);
        }
      }
    });
  });

  it('no loop: no phone rings twice on any way through, and at most eight levels are passed', () => {
    every(inward, (_, result) => {
      walk(levelsOf(result), (passed) => {
        const led = passed.filter(({ elsewhere, name }) => elsewhere && !name?.includes('>failover'));
        const rung = passed.flatMap(({ attempts }) =>
          // a ring group, of which only one phone may count now, is a target of its own
          attempts.flatMap(({ id, targets }) =>
            id === targets[0].id && targets[0].kind === 'phone' ? [targets[0].id] : [],
          ),
        );
        assert.deepEqual(rung, [...new Set(rung)]);
        assert.ok(led.length <= 8, `${led.length} levels`);
      });
    });
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import * as v from 'valibot';
import { configuration } from '../../config/schema.ts';
import { profile } from '../../profiles/countries/de.ts';
import { callerFor, passedOn, shownKey } from './number-pool.ts';
import { freshMemory, type PlanQuestion, quietQuestion, type RoutingMemory } from './question.ts';

type Member = {
  readonly number: string;
  readonly confirmed?: boolean;
  readonly maxConcurrent?: number;
  readonly forwarded?: boolean;
};
type Pool = {
  readonly rotation?: string;
  readonly mainConfirmed?: boolean;
  readonly forwarded?: string;
  readonly forwardedConfirmed?: boolean;
  readonly members?: readonly Member[];
};

/** The own number of a phone. */
const OWN = { ownNumber: '030555', ownNumberConfirmed: true };
const members: readonly Member[] = [
  { number: '030100', confirmed: true, maxConcurrent: 1 },
  { number: '030200', confirmed: true, maxConcurrent: 2 },
  { number: '030300', confirmed: false },
];
const settings = (pool: Pool = {}, line = {}, transforms: readonly object[] = []) =>
  v.parse(configuration, {
    version: 1,
    trunks: [
      { id: 'A', host: '192.0.2.1', transforms },
      { id: 'B', host: '192.0.2.2', localPort: 5061 },
    ],
    accounts: [{ id: 'office', user: '100', password: 'x', displayName: 'Office', line: 'line/1' }],
    lines: [{ id: 'line/1', card: 'c', port: 'p', numberPool: 'berlin', ...line }],
    numberPools: [{ id: 'berlin', trunk: 'A', main: '030999', mainConfirmed: true, members, ...pool }],
  });

type Given = { readonly memory?: Partial<RoutingMemory>; readonly seed?: number; readonly withheld?: true };
const ask = (whole: ReturnType<typeof settings>, { memory = {}, seed = 0, withheld }: Given = {}): PlanQuestion =>
  quietQuestion({
    offer: {
      from: { kind: 'phone', id: 'line/1', number: '11' },
      caller: { account: 'office', ...(withheld ? { withheld } : {}) },
      dialled: '0404',
    },
    ...{ configuration: whole, country: profile, trunks: [], seed },
    memory: { ...freshMemory, ...memory },
  });
const shown = (whole: ReturnType<typeof settings>, given: Given = {}, trunk = 'A', forwarded = false) =>
  callerFor(ask(whole, given), whole.lines[0], trunk, '0404', forwarded).shows;

it('the own number of the phone goes before those of its site', () => {
  assert.deepEqual(shown(settings({}, OWN)), { number: '030555', name: 'Office' });
});

it('a number that nobody has confirmed is not shown: the next in order is, and the account in the end', () => {
  const unconfirmed = { ...OWN, ownNumberConfirmed: false };
  assert.equal(shown(settings({}, unconfirmed))?.number, '030100');
  assert.equal(shown(settings({ members: [] }, unconfirmed))?.number, '030999');
  assert.equal(shown(settings({ members: [], mainConfirmed: false }, unconfirmed)), undefined);
  assert.equal(shown(settings({ members: [], mainConfirmed: false }, OWN))?.number, '030555');
  const withheld = shown(settings({ members: [], mainConfirmed: false }, unconfirmed), { withheld: true });
  assert.deepEqual(withheld, { number: '', withheld: true }, 'no number of ours goes to the softswitch either');
  // of a call that is led on: the second set, its main number, the main number, the own number, the account
  const second = { forwarded: '030777', forwardedConfirmed: true };
  const led = (pool: Pool, line: object = OWN) => shown(settings(pool, line), {}, 'A', true)?.number;
  assert.equal(led(second), '030777');
  assert.equal(led({ ...second, forwardedConfirmed: false }), '030999');
  assert.equal(led({ ...second, forwardedConfirmed: false, mainConfirmed: false }), '030555');
  assert.equal(led({ ...second, forwardedConfirmed: false, mainConfirmed: false }, unconfirmed), undefined);
});

it('every number that is left out says why, and the choice says that others were', () => {
  const asked = (pool: Pool, line: object, trunk = 'A', memory: Partial<RoutingMemory> = {}) => {
    const whole = settings(pool, line);
    const { leftOut, why } = callerFor(ask(whole, { memory }), whole.lines[0], trunk, '0404', false);
    return [why, ...leftOut.map((each) => `${each.what}: ${each.why}`)];
  };
  const until =
    'it is shown to nobody until it is confirmed: call it from outside, see that it rings here, and mark it so';
  assert.deepEqual(
    asked({ mainConfirmed: false, members: [{ number: '030300' }] }, { ...OWN, ownNumberConfirmed: false }),
    [
      'as the account says, for no other number may be shown',
      `caller number 030555: it is the own number of line/1, but ${until}`,
      `caller number 030300: of berlin: ${until}`,
      `caller number 030999: it is the main number of berlin, but ${until}`,
    ],
  );
  assert.deepEqual(asked({}, {}, 'A', { numbersInUse: { '030100': 1 } }), [
    '030200 of berlin',
    'caller number 030100: of berlin: it is shown by 1 of 1 calls at once',
    `caller number 030300: of berlin: ${until}`,
  ]);
  assert.deepEqual(asked({}, {}, 'B').slice(1), ['caller numbers of berlin: they are of A, not of B']);
  assert.deepEqual(asked({}, OWN), ['030555 is the own number of line/1']);
  const many = Array.from({ length: 12 }, (_, at) => ({ number: `0304${10 + at}` }));
  assert.match(asked({ members: many }, {}).at(-1)!, /^caller numbers of berlin: 4 more/);
});

it('a number of the site is shown by the trunk that owns it, and by no other', () => {
  const of = { pool: 'berlin', number: '030100' };
  assert.deepEqual(shown(settings()), { number: '030100', name: 'Office', of });
  assert.equal(shown(settings(), {}, 'B'), undefined);
  assert.equal(shown(settings({}, { numberPool: '' })), undefined);
});

it('rules of the trunk make it what is sent, and what is remembered stays as the pool has it', () => {
  const abroad = settings({}, {}, [{ on: 'caller', begins: '0', strip: 1, prepend: '+49' }]);
  assert.deepEqual(shown(abroad)?.number, '+4930100');
  assert.deepEqual(shown(abroad)?.of?.number, '030100');
  const broken = settings({}, {}, [{ on: 'caller', prepend: '*31#' }]);
  assert.equal(shown(broken), undefined);
  const { leftOut } = callerFor(ask(broken), broken.lines[0], 'A', '0404', false);
  const why = 'the rules of A make it *31#030100, which is no caller number';
  assert.ok(leftOut.some((each) => each.what === 'caller number 030100' && each.why === why));
});

it('numbers that are in use as often as they may be, or that nobody has confirmed, are left out; then the main number', () => {
  const inUse = (numbersInUse: RoutingMemory['numbersInUse']) =>
    shown(settings(), { memory: { numbersInUse } })?.number;
  assert.equal(inUse({ '030100': 1 }), '030200');
  assert.equal(inUse({ '030100': 1, '030200': 1 }), '030200');
  assert.equal(inUse({ '030100': 1, '030200': 2 }), '030999');
});

it('the same callee sees the same number for a day', () => {
  const numberShown = { [shownKey('berlin', '0404')]: '030200' };
  const turning = settings({ rotation: 'sequential' });
  for (const turn of [0, 1, 2]) {
    assert.equal(shown(turning, { memory: { numberShown, poolTurns: { berlin: turn } } })?.number, '030200');
  }
  const full = { numberShown, numbersInUse: { '030200': 2 } };
  assert.equal(shown(turning, { memory: full })?.number, '030100');
});

it('numbers take turns, or are drawn', () => {
  const inTurn = settings({ rotation: 'sequential' });
  const turns = [0, 1, 2, 3].map((turn) => shown(inTurn, { memory: { poolTurns: { berlin: turn } } })?.number);
  assert.deepEqual(turns, ['030100', '030200', '030100', '030200']);
  const drawn = settings({ rotation: 'random' });
  assert.deepEqual(
    [0, 1].map((seed) => shown(drawn, { seed })?.number),
    ['030100', '030200'],
  );
});

it('a call that is led on shows the second set', () => {
  assert.equal(
    shown(settings({ forwarded: '030777', forwardedConfirmed: true }, OWN), {}, 'A', true)?.number,
    '030777',
  );
  assert.equal(shown(settings(), {}, 'A', true)?.number, '030999');
  const second = [
    { number: '030700', confirmed: true, forwarded: true, maxConcurrent: 1 },
    { number: '030701', confirmed: true, forwarded: true },
    { number: '030702', forwarded: true },
  ];
  const both = settings({ rotation: 'sequential', members: [...members, ...second] });
  const led = (memory: Partial<RoutingMemory>) => shown(both, { memory }, 'A', true);
  assert.deepEqual(led({ poolTurns: { berlin: 1 } })?.of, { pool: 'berlin forwarded', number: '030700' });
  assert.equal(led({ numbersInUse: { '030700': 1 } })?.number, '030701');
  assert.equal(led({ numberShown: { [shownKey('berlin forwarded', '0404')]: '030701' } })?.number, '030701');
  assert.equal(shown(both, { memory: { poolTurns: { berlin: 2 } } })?.number, '030100', 'two of the first set');
});

it('a caller who is passed on is shown as the trunk wants it, and a name in place of a number as it came', () => {
  const whole = settings({}, {}, [{ on: 'caller', begins: '0', strip: 1, prepend: '+49' }]);
  const passed = (number: string) => passedOn(ask(whole), 'A', { number, name: 'Ada' });
  assert.deepEqual(passed('0404'), { number: '+49404', name: 'Ada' });
  assert.deepEqual(passed('ada'), { number: 'ada', name: 'Ada' });
  assert.deepEqual(passedOn(ask(whole), 'B', { number: '0404' }), { number: '0404' });
});

it('a wish to be withheld is kept, with a number of the site and without one', () => {
  assert.deepEqual(shown(settings(), { withheld: true })?.withheld, true);
  assert.deepEqual(shown(settings({}, { numberPool: '' }), { withheld: true }), { number: '', withheld: true });
  assert.equal(shown(settings())?.withheld, undefined);
});

it('whatever is in use, a number that is shown is owned, confirmed and within its limit', () => {
  const pool = fc.record({
    mainConfirmed: fc.boolean(),
    forwarded: fc.constantFrom('', '030777'),
    forwardedConfirmed: fc.boolean(),
    rotation: fc.constantFrom('none', 'sequential', 'random'),
    members: fc.uniqueArray(
      fc.record({
        number: fc.integer({ min: 30_000, max: 30_012 }).map(String),
        confirmed: fc.boolean(),
        maxConcurrent: fc.nat(3),
        forwarded: fc.boolean(),
      }),
      { selector: ({ number }) => number, maxLength: 12 },
    ),
  });
  const memory = fc.record({
    numbersInUse: fc.dictionary(fc.integer({ min: 30_000, max: 30_012 }).map(String), fc.nat(4)),
    numberShown: fc.dictionary(fc.constant(shownKey('berlin', '0404')), fc.constantFrom('30000', '30005', '1')),
    poolTurns: fc.record({ berlin: fc.nat(1000) }),
  });
  fc.assert(
    fc.property(
      pool,
      fc.boolean(),
      memory,
      fc.nat(2 ** 31),
      fc.boolean(),
      (given, own, remembered, seed, forwarded) => {
        const whole = settings(given, { ...OWN, ownNumberConfirmed: own });
        const number = shown(whole, { memory: remembered, seed }, 'A', forwarded)?.number;
        const alone = new Map([
          ['030999', given.mainConfirmed],
          ['030777', forwarded && given.forwardedConfirmed],
          ['030555', own],
        ]);
        if (number === undefined) return assert.ok(!own && !given.mainConfirmed, 'a confirmed number was passed over');
        if (alone.has(number)) return assert.ok(alone.get(number), `${number} is not confirmed`);
        const member = given.members.find((each) => each.number === number);
        assert.ok(member?.confirmed, `${number} is not confirmed`);
        assert.equal(member.forwarded, forwarded, `${number} is of the other set`);
        const used = remembered.numbersInUse[member.number] ?? 0;
        assert.ok(member.maxConcurrent === 0 || used < member.maxConcurrent, `${number} is used ${used} times`);
      },
    ),
  );
});

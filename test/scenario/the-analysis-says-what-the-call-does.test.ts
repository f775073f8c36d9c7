import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationOutcome } from '../../firmware/control/api/wire.ts';
import type { Target } from '../../firmware/control/facts.ts';
import type { RouteAnalysis } from '../../firmware/control/operation/route-words.ts';
import { primary, secondary } from '../peer/configuration.ts';
import type { Gateway } from '../peer/gateway.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite } from '../peer/site.ts';
import { WallClock } from '../peer/wall-clock.ts';
import { numbersAsked } from './asked.ts';
import { dial, farHertz, farNumber, hearsTone, openOffice, trunkIs } from './office.ts';

const BERLIN = 'Europe/Berlin';
const NOON = '2027-11-29T12:00:00+01:00';
const EVENING = '2027-11-29T20:00:00+01:00';
const weekdays = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:00' } as const;

type Way = { readonly to: string; readonly why: string };
const line = ({ to, why }: Way): string => `${to}: ${why}`;

/** What the box says that would be tried, in order; what it would say itself is left out. */
const foretold = async (page: PageClient, args: object): Promise<string[]> => {
  const { body } = await page.send({ path: '/api/operations/analyse-route', json: args });
  const outcome = JSON.parse(body.toString()) as OperationOutcome;
  assert.ok(outcome.is === 'done', body.toString());
  const { levels } = outcome.result as RouteAnalysis;
  return levels.flatMap(({ ways }) => ways.filter(({ kind }) => kind !== 'sentence').map(line));
};

const words = ({ kind, id, number }: Target): string => {
  if (kind === 'phone') return `phone ${number} (${id})`;
  return `${kind === 'trunk' ? 'softswitch' : 'exchange line'} ${id}, as ${number}`;
};

/** What the newest call did, by its record. */
const done = async (gateway: Gateway, count: number): Promise<string[]> => {
  const records = await gateway.recorded(count, 10_000);
  const attempts = records.at(-1)!['attempts'] as { readonly target: Target; readonly why: string }[];
  return attempts
    .filter(({ target }) => target.kind !== 'sentence')
    .map(({ target, why }) => line({ to: words(target), why }));
};

test(
  'the routing analysis names the ways of a call, their order and their reasons, and the call that is then made with that fault at that time takes them',
  onSite(async (site) => {
    const clock = new WallClock(site, NOON);
    const { a, b, far, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 1, trunks: [primary({ probeIntervalS: 2 }), secondary({ probeIntervalS: 2 })] },
      environment: clock.environment(BERLIN),
      more: {
        routing: { digitMap: '[2-9]xx', prefixMode: 'shorter' },
        calendars: [{ id: 'office', timeZone: BERLIN, periods: [{ ...weekdays, days: [...weekdays.days] }] }],
        routes: [
          { id: 'evening', prefix: '2', ways: ['secondary'], calendar: 'office', when: 'out' },
          { id: 'all', prefix: '' },
        ],
      },
    });
    const page = await PageClient.signIn(gateway);
    const { bench } = gateway;
    let count = 0;
    const call = async (number: string): Promise<string[]> => {
      await dial(gateway, 1, number);
      await hearsTone(gateway, 1, farHertz, 8_000);
      await bench.hangUp('phone/1');
      return done(gateway, ++count);
    };

    // a call from outside
    const inward = await foretold(page, { from: farNumber, number: '102', over: 'primary' });
    await far.dial('sip:102@a.test');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 3_000 });
    await bench.lift('phone/2');
    await hearsTone(gateway, 2, farHertz, 5_000);
    await bench.hangUp('phone/2');
    assert.deepEqual(await done(gateway, ++count), inward.slice(0, 1));

    await Promise.all([a.everyNumberIs(farNumber), b.everyNumberIs(farNumber)]);
    // at noon all is well; the first softswitch then refuses the call
    const atNoon = await foretold(page, { from: '11', number: '211' });
    await a.answer('INVITE', 503);
    assert.deepEqual(await call('211'), atNoon.slice(0, 2));
    assert.equal(atNoon.length, 3, 'the exchange line is behind both');
    assert.deepEqual([numbersAsked(a), numbersAsked(b)], [['102', '211'], ['211']]);
    await a.answer('INVITE', 'normally');
    await trunkIs(gateway, 'primary', /up/, 20_000);

    // in the evening, with the second softswitch out: its route is left for the shorter prefix
    const evening = await foretold(page, { from: '11', number: '212', at: '2027-11-29 20:00', down: 'secondary' });
    await b.stop();
    await trunkIs(gateway, 'secondary', /down/, 20_000);
    await clock.set(EVENING);
    assert.deepEqual(await call('212'), evening.slice(0, 1));
    assert.deepEqual([numbersAsked(a).at(-1), numbersAsked(b).at(-1)], ['212', '211']);

    // and with none: the exchange line
    const alone = await foretold(page, { from: '11', number: '213', down: 'primary' });
    await a.stop();
    await trunkIs(gateway, 'primary', /down/, 20_000);
    await dial(gateway, 1, '213');
    await bench.waitFor('exchange/1', 'line', { line: 'dialling', timeoutMs: 15_000 });
    await bench.hangUp('phone/1');
    assert.deepEqual(await done(gateway, ++count), alone);
  }),
);

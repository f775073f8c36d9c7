import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GatewayConfiguration, gatewayConfiguration } from '../peer/configuration.ts';
import { onSite } from '../peer/site.ts';
import { WallClock } from '../peer/wall-clock.ts';
import { numbersAsked, told } from './asked.ts';
import { dial, farHertz, farNumber, hearsTone, openOffice } from './office.ts';

const BERLIN = 'Europe/Berlin';
const office: NonNullable<GatewayConfiguration['calendars']>[number] = {
  id: 'office',
  timeZone: BERLIN,
  periods: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:00' }],
  datedHolidays: ['2027-11-30'],
  exceptions: [{ date: '2027-12-04', from: '09:00', until: '12:00' }],
};
/** 17:00 in winter, by the clock of Berlin. */
const BEFORE_FIVE = '2027-11-29T16:59:30+01:00';
const AFTER_FIVE = '2027-11-29T17:00:00+01:00';
const HOLIDAY = '2027-11-30T10:00:00+01:00';
const SATURDAY = '2027-12-04T10:00:00+01:00';

/** Phone 3 has the hours of the office. */
const lines = (gatewayConfiguration({ exchangeLines: 0 }).lines ?? []).map((line) =>
  line.id === 'line/3' ? { ...line, calendar: 'office' } : line,
);

test(
  'within hours one softswitch takes the calls and outside of them the other, by the clock of the zone, with holidays and exceptions; a call that is up stays where it is',
  onSite(async (site) => {
    const clock = new WallClock(site, BEFORE_FIVE);
    const { a, b, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0 },
      environment: clock.environment('UTC'),
      more: {
        lines,
        calendars: [office],
        routes: [
          { id: 'day', ways: ['primary'], calendar: 'office', when: 'in' },
          { id: 'night', ways: ['secondary'], calendar: 'office', when: 'out' },
        ],
      },
    });
    await Promise.all([a.everyNumberIs(farNumber), b.everyNumberIs(farNumber)]);
    const asked = () => [numbersAsked(a), numbersAsked(b)];
    const calls = async (phone: number, number: string): Promise<void> => {
      await dial(gateway, phone, number);
      await hearsTone(gateway, phone, farHertz, 5_000);
    };

    await calls(1, '211');
    assert.deepEqual(asked(), [['211'], []], 'half a minute before the hours end');

    await clock.set(AFTER_FIVE);
    await calls(2, '212');
    assert.deepEqual(asked(), [['211'], ['212']], 'and as they have ended');
    await gateway.bench.hangUp('phone/2');
    await dial(gateway, 4, '13');

    await clock.set(HOLIDAY);
    await calls(2, '213');
    await gateway.bench.hangUp('phone/2');
    await clock.set(SATURDAY);
    await calls(2, '214');
    assert.deepEqual(
      asked(),
      [
        ['211', '214'],
        ['212', '213'],
      ],
      'a holiday is none, a Saturday by exception is',
    );
    await hearsTone(gateway, 1, farHertz);
    for (const phone of [1, 2, 4]) await gateway.bench.hangUp(`phone/${phone}`);

    const records = await gateway.recorded(5);
    assert.deepEqual(told(records), ['unavailable'], 'phone 3 has not rung');
    const whys = records.map(({ dialled, attempts }) => {
      const [first] = attempts as { target: { kind: string; id: string }; why: string }[];
      return `${dialled} ${first?.target.id}: ${first?.why}`;
    });
    assert.deepEqual(whys.sort(), [
      '13 unavailable: the caller is told: the callee cannot be reached now',
      '211 primary: priority 1, up, route day',
      '212 secondary: priority 2, up, route night',
      '213 secondary: priority 2, up, route night',
      '214 primary: priority 1, up, route day',
    ]);
    const [first] = records.filter(({ dialled }) => dialled === '211');
    assert.equal(first?.['cause'], 'hungUp', 'the first call has outlived its hours');
  }),
);

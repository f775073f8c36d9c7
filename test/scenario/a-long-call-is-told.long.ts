import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageClient } from '../peer/page-client.ts';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { WallClock } from '../peer/wall-clock.ts';
import { dial, farHertz, farNumber, hearsTone, openOffice } from './office.ts';

const SUNDAY = '2027-11-28T12:00:00+01:00';
const MONDAY = '2027-11-29T12:00:00+01:00';

test(
  'a call that is up for longer than a minute is an alarm, but not outside hours; when they begin it is told, and it goes with the call',
  onSite(async (site) => {
    const clock = new WallClock(site, SUNDAY);
    const { gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0 },
      environment: clock.environment('UTC'),
      more: {
        calendars: [
          { id: 'office', timeZone: 'Europe/Berlin', periods: [{ days: ['mon'], from: '08:00', until: '17:00' }] },
        ],
        notice: { longCallMin: 1, longCallCalendar: 'office' },
      },
    });
    const page = await PageClient.signIn(gateway);
    await dial(gateway, 1, farNumber);
    await hearsTone(gateway, 1, farHertz, 5_000);
    await sleep(80_000);
    assert.deepEqual(await page.sees('no alarm', 2_000, ({ alarms }) => alarms.length === 0), true);

    await clock.set(MONDAY);
    const alarm = await page.sees('the alarm', 30_000, ({ alarms }) => alarms.find(({ kind }) => kind === 'longCall'));
    assert.match(alarm.cause, /up for 1 min: phone line\/1 \(11\) to 201$/);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');
    await page.sees('the alarm to go', 5_000, ({ alarms }) => alarms.length === 0);
  }),
);

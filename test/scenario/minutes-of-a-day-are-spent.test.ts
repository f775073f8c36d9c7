import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Book, freshBook } from '../../firmware/control/ledger/book.ts';
import { DurableFile } from '../../firmware/store/durable-file.ts';
import { onSite, type Site } from '../peer/site.ts';
import { eventually, patience, sleep } from '../peer/wait.ts';
import { dial, farNumber, openOffice } from './office.ts';

const MINUTES = 60;
/** All but 1.5 s of the day of phone 1 is spent before the test begins. */
const SPENT = MINUTES - 1.5 / 60;

const bookOf = (folder: string) => new DurableFile<Book>(join(folder, 'book'), ({ why }) => assert.fail(why));

/** As the box keeps it of the calls before. */
const spendBefore = async (site: Site): Promise<void> => {
  const day = new Intl.DateTimeFormat('sv-SE').format(new Date());
  const one = { calls: 7, minutes: SPENT, cost: 0 };
  const folder = site.folder('gateway', 'data', 'ledger');
  await bookOf(folder).write({ ...freshBook, day, spent: { '': one, 'line/1': one } });
};

test(
  'the minutes of a day are spent: the phone calls nobody outside any more, also after a restart, which forgets no call; others do',
  onSite(async (site) => {
    await spendBefore(site);
    const { far, gateway } = await openOffice(site, { more: { tollGuard: { lineMinutesDay: MINUTES } } });
    const talk = async (phone: number, ms: number): Promise<void> => {
      const since = far.events.length;
      await dial(gateway, phone, farNumber);
      await far.tells(/^CALL_ESTABLISHED$/, 3_000, since);
      await sleep(ms);
      await gateway.bench.hangUp(`phone/${phone}`);
      await far.tells(/^CALL_CLOSED$/, 3_000, since);
    };
    const barred = async (): Promise<void> => {
      const since = far.events.length;
      await dial(gateway, 1, farNumber);
      await sleep(800);
      await gateway.bench.hangUp('phone/1');
      assert.deepEqual(far.events.slice(since), [], 'the far end hears of no call');
    };
    await talk(1, 2_000);
    await gateway.recorded(1);
    await barred();
    await talk(2, 100);
    // a call that is up when the control plane is killed is one call of the day, before it is known to go on and after
    const since = far.events.length;
    await dial(gateway, 3, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000, since);
    const folder = join(gateway.data, 'ledger');
    const counted = async (): Promise<number | undefined> => (await bookOf(folder).read())?.spent['line/3']?.calls;
    await eventually('its count', patience(1_000), async () => (await counted()) === 1);
    const former = await gateway.signalPlane('control');
    await gateway.planeReplaced('control', former, 10_000);
    await gateway.ready();
    await gateway.bench.hangUp('phone/3');
    await gateway.recorded(4);
    assert.equal(await counted(), 1);
    await barred();
    const causes = (await gateway.recorded(5)).map(({ attempts }) => JSON.stringify(attempts).includes('barred'));
    assert.deepEqual(causes, [false, true, false, false, true]);
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillSheets, OperationOutcome } from '../../firmware/control/api/wire.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { bound, dial, farNumber, openOffice } from './office.ts';

const VERB = '/api/operations/failover-drill';
/** Far longer than this scenario: only its end can free the softswitch. */
const LONG = { seconds: 300 };

const sheets = async (page: PageClient, count: number): Promise<DrillSheets['sheets']> =>
  eventually(`${count} sheets`, 8_000, async () => {
    const { sheets: found } = await page.get<DrillSheets>('/api/drills');
    return found.length >= count ? found : undefined;
  });

test(
  'a drill always restores: killed in the middle or met by an emergency call, the first softswitch takes calls at once',
  onSite(async (site) => {
    const { a, gateway } = await openOffice(site, { configuration: { exchangeLines: 0 } });
    const page = await PageClient.signIn(gateway);
    await page.sees('primary in use', 8_000, ({ trunks }) =>
      trunks.find(({ id, health }) => id === 'primary' && health === 'up'),
    );

    const heardInvite = (number: string) =>
      eventually(`an INVITE for ${number} at the first softswitch`, 3_000, () =>
        a.heard().some((request) => request.startsWith(`INVITE sip:${number}@a.test`)),
      );

    const refused = await page.post<OperationOutcome>(VERB, { ...LONG, number: '0911' });
    assert.match(JSON.stringify(refused), /emergency number is never called/);

    // the answer never comes: the plane that would give it is killed
    const asked = page.send({ path: VERB, json: LONG }).catch(() => {});
    await page.sees('the drill', 5_000, ({ drill }) => drill);
    const former = await gateway.signalPlane('control');
    await gateway.planeReplaced('control', former, 5_000);
    await gateway.ready();
    await asked;
    await eventually('the page after the restart', 10_000, () => page.get('/api/operations'));
    const [killed] = await sheets(page, 1);
    assert.equal(killed?.passed, false);
    assert.match(killed?.sentence ?? '', /restarted in the middle\. primary is free again/);
    await bound(a);
    await page.sees('primary in use again', 8_000, ({ trunks, drill, alarms }) => {
      const isUp = trunks.some(({ id, health }) => id === 'primary' && health === 'up');
      return isUp && drill === undefined && alarms.some(({ id }) => id === 'drillFailed/primary');
    });

    const again = page.send({ path: VERB, json: LONG });
    await page.sees('the second drill', 5_000, ({ drill }) => drill);
    await dial(gateway, 1, '911');
    const [ended] = await sheets(page, 2);
    assert.match(ended?.sentence ?? '', /somebody made an emergency call/);
    assert.match((await again).body.toString(), /"failed"/);
    // by its own word: the emergency call came to the softswitch that had been made silent
    await heardInvite('911');
    await gateway.bench.hangUp('phone/1');

    await dial(gateway, 2, farNumber);
    await heardInvite(farNumber);
    await gateway.bench.hangUp('phone/2');
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayConfiguration, userOf } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { bound, startSoftswitches } from './office.ts';

test(
  'both softswitches hold our binding for every account; one that was stopped for 15 s and comes back empty has it again within 10 s',
  onSite(async (site) => {
    const { a, b } = await startSoftswitches(site);
    await Gateway.start(site, { configuration: gatewayConfiguration() });
    await Promise.all([bound(a), bound(b)]);
    for (let phone = 1; phone <= 4; phone++) {
      const [[atA], [atB]] = [await a.holds(userOf(phone), 100), await b.holds(userOf(phone), 100)];
      assert.notEqual(atA!.contact, atB!.contact, 'each registration has a contact of its own');
    }

    await b.stop();
    await sleep(15_000);
    await b.start();
    assert.deepEqual(await b.bindings(), [], 'it starts empty');
    const returned = performance.now();
    await bound(b, 4, 10_000);
    const tookMs = performance.now() - returned;
    assert.ok(tookMs <= 10_000, `${tookMs} ms`);
    await bound(a, 4, 100);
  }),
);

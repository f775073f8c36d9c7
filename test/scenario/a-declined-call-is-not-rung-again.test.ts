import assert from 'node:assert/strict';
import { test } from 'node:test';
import { primary, secondary } from '../peer/configuration.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, farNumber, openOffice, ringsAtFarEnd } from './office.ts';

const PAUSE_MS = 1_300;

test(
  'a callee who declines is rung once: neither the next softswitch nor a protect route asks again',
  onSite(async (site) => {
    const trunks = [primary(), secondary({ role: 'protect' })];
    const office = await openOffice(site, {
      farAnswers: 'manual',
      configuration: { exchangeLines: 1, trunks },
      more: { routing: { digitMap: '[2-9]xx', protectDelayS: 3 } },
    });
    const { a, b, far, gateway } = office;
    const askedAt = (softswitch: typeof a): number =>
      softswitch.heard().filter((request) => request.startsWith('INVITE')).length;

    // the callee presses "reject" while it rings
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_INCOMING$/, 4_000);
    await far.hangUp();
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/1');
    await sleep(PAUSE_MS);

    // the softswitch says so for the callee
    await a.numbersAreStatuses();
    await dial(gateway, 2, '603');
    await gateway.bench.waitFor('phone/2', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/2');
    await sleep(4_000);

    assert.equal(ringsAtFarEnd(far), 1, 'the callee’s phone rang once');
    assert.ok(askedAt(a) > 0, 'the primary was asked');
    assert.equal(askedAt(b), 0, 'the secondary was never asked');
    const records = await gateway.recorded(2);
    assert.deepEqual(
      records.map((record) => record['cause']),
      ['busy', 'declined'],
    );
    for (const record of records) assert.equal((record['attempts'] as unknown[]).length, 1);
    await eventually('no call to be left', 3_000, () => far.openCalls().length === 0);
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noDialogs } from '../peer/kamailio.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, farHertz, farNumber, hearsTone, nearHertz, openOffice, statusOf } from './office.ts';

test(
  'the primary dies in mid-call: audio goes on, hanging up frees our side at once, and the far end gets the BYE when the primary is back',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { a, far, gateway } = office;
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await gateway.bench.tone('phone/1', [nearHertz]);
    await hearsTone(gateway, 1, farHertz);

    a.freeze();
    await sleep(6_000);
    await hearsTone(gateway, 1, farHertz);
    assert.equal(far.openCalls().length, 1);

    await gateway.bench.hangUp('phone/1');
    // up to 1.1 s an open loop could still be a hook flash (US profile)
    await eventually('our side to be free', 1_100 + 1_500, () => statusOf(gateway).calls.length === 0);
    await gateway.bench.lift('phone/1');
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: [350, 440], timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/1');
    assert.equal(far.openCalls().length, 1, 'the far end cannot know yet');

    await sleep(10_000);
    a.thaw();
    await far.tells(/^CALL_CLOSED$/, 6_000);
    await noDialogs(a, 3_000);
    assert.equal(gateway.records().length, 1);
  }),
);

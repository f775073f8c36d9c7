import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { onSite } from '../peer/site.ts';
import { patience, sleep } from '../peer/wait.ts';
import { assertNear, dial, farHeard, farHertz, farNumber, hearsTone, nearHertz, openOffice } from './office.ts';

test(
  'a phone is lifted, hears dial tone, dials, talks through the softswitch, and both ends see the hang-up',
  onSite(async (site) => {
    const { a, far, gateway } = await openOffice(site);
    const capture = await Capture.start(site);
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await gateway.bench.tone('phone/1', [nearHertz]);
    await hearsTone(gateway, 1, farHertz);
    await sleep(1_000);
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    await noDialogs(a, 3_000);
    assertNear(farHeard(far), nearHertz, 'the far end hears phone 1');

    const [record] = await gateway.recorded(1);
    assert.equal(record!['cause'], 'hungUp');
    const { sip } = await capture.stop();
    const invite = sip.find((message) => message.method === 'INVITE' && /Proxy-Authorization/i.test(message.head));
    assert.ok(invite, 'an INVITE with credentials left');

    // lifted again while a busy control plane still holds the line in the call before
    await dial(gateway, 1, farNumber);
    await hearsTone(gateway, 1, farHertz);
    const control = await gateway.signalPlane('control', 'SIGSTOP');
    await gateway.bench.hangUp('phone/1');
    await sleep(1_600);
    await gateway.bench.lift('phone/1');
    await sleep(200);
    process.kill(control, 'SIGCONT');
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: [350, 440], timeoutMs: patience(3_000) });
    await gateway.bench.hangUp('phone/1');
    await noDialogs(a, 3_000);
  }),
);

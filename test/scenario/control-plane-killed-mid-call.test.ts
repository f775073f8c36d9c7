import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, type SipMessage } from '../peer/capture.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { audioBetween, dial, farHertz, farNumber, hearsTone, nearHertz, openOffice, statusOf } from './office.ts';

const byeAt = (sip: readonly SipMessage[]): number =>
  sip.find((message) => message.method === 'BYE' && message.from.startsWith(`${address.gateway}:`))!.at;

test(
  'the control plane is killed in mid-call: no RTP packet is missing, a new plane is ready within 2 s and ends the call in order with a reason',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { a, far, gateway } = office;
    const capture = await Capture.start(site);
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await gateway.bench.tone('phone/1', [nearHertz]);
    await hearsTone(gateway, 1, farHertz);
    await sleep(3_000);

    const killedAt = performance.now();
    const former = await gateway.signalPlane('control');
    await gateway.planeReplaced('control', former, 2_000);
    await gateway.ready(2_000);
    const readyMs = performance.now() - killedAt;
    assert.ok(readyMs <= 2_000, `a new plane was ready after ${readyMs} ms`);

    await far.tells(/^CALL_CLOSED$/, 3_000);
    await noDialogs(a, 2_000);
    // congestion: the handset is still up and hears that the call was ended
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: [480, 620], timeoutMs: 2_000 });
    await gateway.bench.hangUp('phone/1');
    await eventually('nothing left', 6_000, () => statusOf(gateway).audit.contexts.length === 0);

    const { rtp, sip } = await capture.stop();
    // only the first call: the second begins long after
    const before = rtp.filter((packet) => packet.at <= byeAt(sip) + 0.02);
    const { towardsFar } = audioBetween(before);
    assert.ok(towardsFar.packets.length > 150, `${towardsFar.packets.length} packets`);
    assert.equal(towardsFar.missing, 0, 'sequence numbers missing at the far end');
    assert.ok(towardsFar.longestGapMs <= 40, `longest gap at the far end: ${towardsFar.longestGapMs} ms`);
    const bye = sip.find((message) => message.method === 'BYE' && message.from.startsWith(`${address.gateway}:`));
    assert.match(bye?.head ?? '', /^Reason: .*cause=41/im);
    const records = await gateway.recorded(1);
    assert.equal(records.length, 1);
    assert.equal(records[0]!['cause'], 'gatewayRestarted');

    // and the plane is whole: the next call goes through
    await dial(gateway, 2, farNumber);
    await eventually('the next call', 4_000, () => far.openCalls().length === 1);
    await gateway.bench.hangUp('phone/2');
    await noDialogs(a, 3_000);
  }),
);

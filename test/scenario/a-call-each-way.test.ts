import assert from 'node:assert/strict';
import { test } from 'node:test';
import { part, readWav } from '../peer/audio.ts';
import { Capture, keysOf } from '../peer/capture.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { Stalls } from '../peer/stalls.ts';
import { sleep } from '../peer/wait.ts';
import {
  assertHeardUncut,
  assertNear,
  assertUncut,
  audioBetween,
  dial,
  farHeard,
  farHertz,
  farNumber,
  hearsTone,
  nearHertz,
  openOffice,
} from './office.ts';

const TALK_MS = 20_000;

test(
  'phone 1 calls the far end through A: a tone each way for 20 s, digits as RFC 4733, phone 1 hangs up',
  onSite(async (site, context) => {
    const { a, far, gateway } = await openOffice(site);
    const stalls = await Stalls.start(site, gateway);
    const capture = await Capture.start(site);
    await dial(gateway, 1, farNumber);
    const { at: answered } = await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await gateway.bench.tone('phone/1', [nearHertz]);
    await hearsTone(gateway, 1, farHertz);
    const heardFile = site.path('phone-1.wav');
    await gateway.bench.listen('phone/1', heardFile);
    const listening = performance.now();
    await sleep(TALK_MS);
    await gateway.bench.stopListening('phone/1');
    await gateway.bench.silence('phone/1');
    await gateway.bench.press('phone/1', '159#');
    await sleep(300);
    await gateway.bench.hangUp('phone/1');
    const closed = await far.tells(/^CALL_CLOSED$/, 3_000);
    assert.ok(closed);
    await noDialogs(a, 3_000);

    const { rtp, sip } = await capture.stop();
    const { towardsFar } = audioBetween(rtp);
    const stood = await stalls.stop();
    assertUncut(context, rtp, stood);
    assert.ok(towardsFar.packets.length >= TALK_MS / 20, `${towardsFar.packets.length} packets`);
    assert.deepEqual(keysOf(towardsFar.packets), { keys: '159#', ended: 4 });
    assertNear(farHeard(far), nearHertz, 'the far end hears phone 1');
    const began = (performanceMs: number, cutMs: number): number =>
      (performance.timeOrigin + performanceMs + cutMs) / 1000;
    const inEar = part(readWav(heardFile), 200, TALK_MS - 500);
    assertHeardUncut({ sound: inEar, beganAt: began(listening, 200), at: 'in the ear at phone 1' }, rtp, stood);
    const recorded = part(readWav(far.recordings()[0]!), 1_500, TALK_MS - 1_000);
    assertHeardUncut({ sound: recorded, beganAt: began(answered, 1_500), at: 'at the far end' }, rtp, stood);
    const byes = sip.filter((message) => message.method === 'BYE' && message.from.startsWith(`${address.gateway}:`));
    assert.equal(byes.length, 1, 'our BYE left once');
  }),
);

test(
  'the far end calls phone 2 through B: it rings, is answered, talks, and the far end hangs up',
  onSite(async (site, context) => {
    const { b, far, gateway } = await openOffice(site);
    const stalls = await Stalls.start(site, gateway);
    const capture = await Capture.start(site);
    await far.command('uafind', `sip:${farNumber}@b.test`);
    await far.dial('sip:102@b.test');
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await far.tells(/^CALL_RINGING$/, 2_000);
    await gateway.bench.lift('phone/2');
    await far.tells(/^CALL_ESTABLISHED$/, 2_000);
    await gateway.bench.tone('phone/2', [nearHertz]);
    await hearsTone(gateway, 2, farHertz);
    await sleep(2_000);
    await far.hangUp();
    await far.tells(/^CALL_CLOSED$/, 3_000);
    // the far end has gone: busy tone until the handset is put down
    await gateway.bench.waitFor('phone/2', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/2');
    await noDialogs(b, 3_000);

    const { rtp, sip } = await capture.stop();
    assertUncut(context, rtp, await stalls.stop());
    assertNear(farHeard(far), nearHertz, 'the far end hears phone 2');
    const invites = sip.filter((message) => message.method === 'INVITE' && message.to === `${address.gateway}:5070`);
    assert.ok(invites.length >= 1, 'the INVITE came over the flow of B');
    assert.equal(gateway.records().length, 1);
    assert.equal((await gateway.recorded(1))[0]!['cause'], 'hungUp');
  }),
);

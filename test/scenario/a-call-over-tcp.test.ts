import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { primary, secondary } from '../peer/configuration.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import {
  assertNear,
  assertNothingLeft,
  dial,
  farHeard,
  farHertz,
  farNumber,
  hearsTone,
  nearHertz,
  type Office,
  openOffice,
} from './office.ts';

/** A tone each way for a while; the far end's recording is judged when it is complete. */
const talk = async ({ gateway }: Office, phone: number): Promise<void> => {
  await gateway.bench.tone(`phone/${phone}`, [nearHertz]);
  await hearsTone(gateway, phone, farHertz);
  await sleep(2_000);
};

test(
  'over TCP both ways: out and in, a tone each way, one BYE from each side, not one SIP datagram',
  onSite(async (site) => {
    const trunks = [primary({ transport: 'tcp' }), secondary({ transport: 'tcp' })];
    const office = await openOffice(site, { configuration: { trunks } });
    const { a, b, far, gateway } = office;
    const capture = await Capture.start(site);

    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await talk(office, 1);
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    assertNear(farHeard(far), nearHertz, 'the far end hears phone 1');
    await noDialogs(a, 3_000);

    const before = far.events.length;
    await far.command('uafind', `sip:${farNumber}@b.test`);
    await far.dial('sip:102@b.test');
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await gateway.bench.lift('phone/2');
    await far.tells(/^CALL_ESTABLISHED$/, 3_000, before);
    await talk(office, 2);
    await far.hangUp();
    await gateway.bench.waitFor('phone/2', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/2');
    await noDialogs(b, 3_000);
    assertNear(farHeard(far), nearHertz, 'the far end hears phone 2');
    await gateway.recorded(2);
    await sleep(500);
    await assertNothingLeft(office);

    const { sip, rtp } = await capture.stop();
    const ours = sip.filter(({ from, to }) => [from, to].some((end) => end.startsWith(`${address.gateway}:`)));
    assert.deepEqual([...new Set(ours.map(({ transport }) => transport))], ['tcp'], 'how our SIP was carried');
    const byes = ours.filter(({ method }) => method === 'BYE').map(({ from }) => from.split(':')[0]);
    assert.deepEqual(byes, [address.gateway, address.softswitchB], 'one BYE from each side');
    assert.ok(rtp.length > 400, `${rtp.length} packets of audio`);
  }),
);

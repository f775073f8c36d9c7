import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import type { TrunkSettings } from '../peer/configuration.ts';
import { address, onSite, type Site } from '../peer/site.ts';
import { boundTrunks, paths } from '../peer/two-paths.ts';
import { sleep } from '../peer/wait.ts';
import { dial, farHertz, farNumber, hearsTone, isFarMedia, nearHertz, trunkIs } from './office.ts';
import { openOfficeOnTwoPaths } from './office-on-two-paths.ts';

const PHONES = 2;
const BACK_MS = 2_000;
/** Well under the 30 s after which a call without audio is over. */
const CUT_MS = 6_000;

/** A call over the primary, and what passes both paths from then on. */
const openCall = async (site: Site, trunks: readonly TrunkSettings[]) => {
  const { two, far, gateway } = await openOfficeOnTwoPaths(site, { phones: PHONES, trunks });
  const interfaces = [paths.a.providerInterface, paths.b.providerInterface];
  const capture = await Capture.start(site, 'capture', { interfaces });
  await dial(gateway, 1, farNumber);
  await far.tells(/^CALL_ESTABLISHED$/, 3_000);
  await gateway.bench.tone('phone/1', [nearHertz]);
  await hearsTone(gateway, 1, farHertz);
  return { two, far, gateway, capture };
};

test(
  'the cable is pulled in a call and put in again 6 s later: the call goes on, both ways, and is hung up in order',
  onSite(async (site) => {
    const { two, far, gateway, capture } = await openCall(site, boundTrunks());
    await two.cable(paths.a, 'out');
    await trunkIs(gateway, 'primary', /down/, 500);
    await sleep(CUT_MS);
    await two.cable(paths.a, 'in');
    const backAt = Date.now() / 1000;
    await hearsTone(gateway, 1, farHertz, BACK_MS);
    await sleep(1_000);
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    const [record] = await gateway.recorded(1);
    assert.deepEqual([record?.['cause'], record?.['endedBy']], ['hungUp', 'caller']);
    const { rtp, sip } = await capture.stop();
    const heard = rtp.filter(({ to, at }) => isFarMedia(to) && at >= backAt && at < backAt + 1);
    assert.ok(heard.length >= 40, `the far end had ${heard.length} packets in the first second after`);
    const invites = sip.filter(({ method }) => method === 'INVITE');
    assert.equal(new Set(invites.map(({ callId }) => callId)).size, 1, 'one call all along');
    assert.deepEqual(far.openCalls(), []);
  }),
);

test(
  'the address of a path is taken away in a call of a softswitch that is bound to none: it goes on over the other path',
  onSite(async (site, context) => {
    const { two, far, gateway, capture } = await openCall(site, boundTrunks({ interface: '' }));
    const { own, interface: name } = paths.a;
    const goneAt = Date.now() / 1000;
    await two.inside('ip', 'address', 'del', `${own}/24`, 'dev', name);
    await trunkIs(gateway, 'primary', /up/, 3_000);
    await sleep(500);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 2_000);
    const { rtp, sip } = await capture.stop();
    const told = sip.find(({ method, from }) => method === 'INVITE' && from.startsWith(`${paths.b.own}:`));
    assert.match(told?.head ?? '', new RegExp(`Contact: <[^>]*@${paths.b.own}:`, 'i'));
    assert.ok(told?.to.startsWith(`${address.softswitchA}:`), 'the same softswitch was told');
    const ways = {
      'our audio': rtp.find(({ from, to }) => from.startsWith(`${paths.b.own}:`) && isFarMedia(to)),
      'that of the far end': rtp.find(({ from, to }) => isFarMedia(from) && to.startsWith(`${paths.b.own}:`)),
    };
    for (const [what, first] of Object.entries(ways)) {
      assert.ok(first && first.at < goneAt + BACK_MS / 1000, `${what} takes the other path`);
      context.diagnostic(`${what} took the other path ${Math.round((first.at - goneAt) * 1000)} ms after the loss`);
    }
  }),
);

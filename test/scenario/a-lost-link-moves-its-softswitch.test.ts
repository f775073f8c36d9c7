import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Capture, type SipMessage } from '../peer/capture.ts';
import type { Gateway } from '../peer/gateway.ts';
import type { Kamailio } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { boundTrunks, paths } from '../peer/two-paths.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, farHertz, farNumber, hearsNow, hearsTone, nearHertz, trunkIs } from './office.ts';
import { openOfficeOnTwoPaths } from './office-on-two-paths.ts';

const PHONES = 4;
/** A softswitch known to be away costs no time; the rest is set-up as ever, on a busy machine. */
const SET_UP_MS = 1_000;
const BACK_MS = 2_000;
const NOTICED_MS = 500;

type Status = {
  readonly trunks: readonly { readonly id: string; readonly health: string }[];
  readonly alarms: readonly { readonly kind: string; readonly id: string }[];
};
const statusOf = (gateway: Gateway): Status => JSON.parse(readFileSync(join(gateway.run, 'status.json'), 'utf8'));
const alarmsOf = (gateway: Gateway): string[] => statusOf(gateway).alarms.map(({ id }) => id);

/** INVITEs for a number that this softswitch heard. */
const invites = (softswitch: Kamailio, number: string): string[] =>
  softswitch.heard().filter((line) => line.startsWith(`INVITE sip:${number}@`));

const registersFrom = (sip: readonly SipMessage[], own: string, since: number): number =>
  sip.filter(({ method, from, at }) => method === 'REGISTER' && from.startsWith(`${own}:`) && at >= since).length;

for (const transport of ['udp', 'tcp'] as const)
  test(
    `${transport}: the cable to the primary is pulled: the next call goes by the other at once, a call between phones hears nothing of it; back in, it registers within 2 s`,
    onSite(async (site, context) => {
      const { two, a, b, gateway } = await openOfficeOnTwoPaths(site, {
        phones: PHONES,
        trunks: boundTrunks({ transport }),
      });
      await Promise.all([a.everyNumberIs(farNumber), b.everyNumberIs(farNumber)]);
      const interfaces = [paths.a.providerInterface, paths.b.providerInterface];
      const capture = await Capture.start(site, 'capture', { interfaces });

      await dial(gateway, 1, '301');
      await hearsTone(gateway, 1, farHertz);
      await gateway.bench.hangUp('phone/1');
      assert.equal(invites(a, '301').length > 0, true, 'with both links the primary is taken');

      await dial(gateway, 3, '14');
      await gateway.bench.waitFor('phone/4', 'ringing', { timeoutMs: 10_000 });
      await gateway.bench.lift('phone/4');
      await gateway.bench.tone('phone/4', [nearHertz]);
      await hearsTone(gateway, 3, nearHertz);

      await two.cable(paths.a, 'out');
      const pulledAt = performance.now();
      await trunkIs(gateway, 'primary', /down/, 5_000);
      const noticedMs = performance.now() - pulledAt;
      await dial(gateway, 2, '302');
      const pressedAt = Date.now() / 1000;
      await hearsTone(gateway, 2, farHertz, 3_000);
      await hearsNow(gateway, 3, nearHertz);
      await gateway.bench.hangUp('phone/2');
      assert.deepEqual(alarmsOf(gateway).includes(`pathDown/${paths.a.interface}`), true, 'the lost path is an alarm');
      await sleep(3_000);

      const backAt = Date.now() / 1000;
      await two.cable(paths.a, 'in');
      await trunkIs(gateway, 'primary', /up/, BACK_MS);
      await sleep(Math.max(0, BACK_MS - (Date.now() - backAt * 1000)));
      await dial(gateway, 2, '303');
      await hearsTone(gateway, 2, farHertz, 3_000);
      await hearsNow(gateway, 3, nearHertz);
      await eventually('no alarm', 10_000, () => !alarmsOf(gateway).includes(`pathDown/${paths.a.interface}`));
      assert.ok(noticedMs <= NOTICED_MS, `the lost link was noticed after ${noticedMs} ms`);
      const records = await gateway.recorded(2);
      for (const phone of [2, 3, 4]) await gateway.bench.hangUp(`phone/${phone}`);

      const { sip, rtp } = await capture.stop();
      const invite = sip.find(({ method, head }) => method === 'INVITE' && head.startsWith('INVITE sip:302@'));
      assert.ok(invite, '302 left the box');
      assert.ok(invite.from.startsWith(`${paths.b.own}:`), '302 left by the other path');
      assert.ok(
        (invite.at - pressedAt) * 1000 <= SET_UP_MS,
        `INVITE ${(invite.at - pressedAt) * 1000} ms after the last key`,
      );
      assert.deepEqual(invites(a, '302'), [], 'the primary heard nothing of 302');
      assert.ok(invites(a, '303').length > 0, '303 went by the primary again');
      const came = registersFrom(
        sip.filter(({ at }) => at <= backAt + BACK_MS / 1000),
        paths.a.own,
        backAt,
      );
      assert.ok(came >= PHONES, `${came} REGISTERs within 2 s of the link`);
      const audio = new Set(rtp.filter(({ from }) => from.startsWith('198.18.2.2:')).map(({ ssrc }) => ssrc));
      assert.equal(audio.size, 1, 'the audio of 302 left by the path of its softswitch');
      for (const [path, other] of [
        [paths.a, paths.b],
        [paths.b, paths.a],
      ] as const) {
        const astray = `ip.src == ${path.own} && frame.interface_name == "${other.providerInterface}"`;
        assert.equal(await capture.count(astray), 0, `packets of ${path.interface} that left by the other path`);
      }
      assert.ok(records.some((record) => JSON.stringify(record).includes('302')));
      const inviteMs = Math.round((invite.at - pressedAt) * 1000);
      context.diagnostic(`link loss noticed in ${Math.round(noticedMs)} ms, INVITE ${inviteMs} ms after the last key`);
    }),
  );

test(
  'the address of a path changes: every account is registered from the new one within 2 s, and calls arrive there',
  onSite(async (site) => {
    const { two, a, far, gateway } = await openOfficeOnTwoPaths(site, { phones: PHONES });
    const { interface: name, own } = paths.a;
    const next = own.replace(/\.2$/, '.7');
    await two.inside('ip', 'address', 'del', `${own}/24`, 'dev', name);
    await two.lease(paths.a, next);
    await eventually(
      'the new contact',
      BACK_MS,
      async () => (await a.bindings()).filter(({ contact }) => contact.includes(`@${next}:`)).length >= PHONES,
    );
    await trunkIs(gateway, 'primary', /up/, 2_000);
    for (const [path, from] of [
      [paths.a, next],
      [paths.b, paths.b.own],
    ] as const)
      await eventually(`what leaves from ${from} to go by ${path.interface}`, 2_000, async () =>
        (await two.inside('ip', 'route', 'get', address.farEnd, 'from', from)).includes(`dev ${path.interface} `),
      );
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');
  }),
);

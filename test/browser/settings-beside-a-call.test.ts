import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, type Decoded } from '../peer/capture.ts';
import { userOf } from '../peer/configuration.ts';
import { address, onSite } from '../peer/site.ts';
import { Stalls } from '../peer/stalls.ts';
import { eventually, sleep } from '../peer/wait.ts';
import {
  assertNear,
  assertNothingLeft,
  assertUncut,
  dial,
  farHeard,
  farHertz,
  farNumber,
  hearsTone,
  nearHertz,
  openOffice,
  trunkIs,
} from '../scenario/office.ts';
import { SettingsInBrowser } from './settings-page.ts';

/** REGISTER requests of ours to a softswitch, by account. */
const registered = ({ sip }: Decoded, host: string): string[] =>
  sip
    .filter(({ method, from, to }) => {
      return method === 'REGISTER' && from.startsWith(`${address.gateway}:`) && to.startsWith(`${host}:`);
    })
    .map(({ head }) => /^To:.*sip:(\d+)@/im.exec(head)?.[1] ?? head);

test(
  'address, codecs and a password are changed while a call is up over the other softswitch: it hears nothing of it',
  onSite(async (site, context) => {
    const office = await openOffice(site, { configuration: { exchangeLines: 0 } });
    const { a, b, far, gateway } = office;
    const at = await SettingsInBrowser.open(site, gateway);
    await dial(gateway, 1, farNumber);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.tone('phone/1', [nearHertz]);
    const stalls = await Stalls.start(site, gateway);
    const capture = await Capture.start(site);

    // where nobody answers, and back again
    const there = 'trunks/secondary/host';
    await at.go('trunks', 'secondary');
    await at.applied(() => at.control(there).fill(address.relayB));
    await trunkIs(gateway, 'secondary', /down|suspect/, 20_000);
    await at.applied(() => at.control(there).fill(address.softswitchB));
    // it has been away: it must stay for a while until it is trusted as before
    await trunkIs(gateway, 'secondary', /up|returning/, 20_000);

    await at.applied(() => at.field('trunks/secondary/codecs').getByLabel('Put PCMU first').click());

    // an account that is not in the call: it registers anew, with what it has now
    const password = 'accounts/104/password';
    await at.go('accounts', '104');
    await at.applied(async () => {
      await at.field(password).getByRole('button', { name: 'Change' }).click();
      await at.control(password).fill('mistyped');
    });
    await eventually('the wrong password to be told', 10_000, () =>
      at.client.sees('the alarm', 8_000, ({ alarms }) =>
        alarms.some(({ kind, id }) => kind === 'wrongPassword' && id.includes('104')),
      ),
    );
    await at.applied(async () => {
      await at.field(password).getByRole('button', { name: 'Change' }).click();
      await at.control(password).fill('secret');
    });
    await Promise.all([a, b].map((each) => each.holds(userOf(4), 20_000)));
    at.assertQuiet();
    await at.page.close();
    await sleep(1_000);

    const seen = await capture.stop();
    await hearsTone(gateway, 1, farHertz);
    assertUncut(context, seen.rtp, await stalls.stop());
    const others = registered(seen, address.softswitchA).filter((user) => user !== userOf(4));
    assert.deepEqual(others, [], 'nobody else registers anew where the call is');
    assert.ok(registered(seen, address.relayB).length > 0, 'they tried where nobody answers');
    assert.deepEqual(new Set(registered(seen, address.softswitchB)), new Set([1, 2, 3, 4].map(userOf)));
    const ended = seen.sip.filter(({ method }) => method === 'BYE' || method === 'INVITE');
    assert.deepEqual(ended, [], 'the call is left alone');

    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 5_000);
    assertNear(farHeard(far), nearHertz, 'the far end hears the phone');
    await assertNothingLeft(office);
  }),
);

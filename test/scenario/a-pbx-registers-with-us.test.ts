import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Baresip } from '../peer/baresip.ts';
import { Capture, type SipMessage } from '../peer/capture.ts';
import { primary, secondary } from '../peer/configuration.ts';
import { register } from '../peer/register.ts';
import { address, onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { assertNear, dial, farHeard, farHertz, hearsTone, nearHertz, openOffice, statusOf, trunkIs } from './office.ts';

const pbxHertz = 900;
const port = 5090;
const password = 'only-the-pbx';
const pbx = {
  ...{ id: 'pbx', kind: 'accepting' as const, user: 'pbx', password, localPort: port, priority: 1 },
  digest: 'MD5' as const,
};
const box = `${address.gateway}:${port}`;
/** Another one, which is asked for what RFC 8760 wants. */
const modern = { ...pbx, id: 'modern', localPort: 5092, priority: 9, digest: 'both' as const };

const registers = (sip: readonly SipMessage[], from: string): string[] =>
  sip
    .filter(({ cseq, from: a, to: b }) => cseq.endsWith('REGISTER') && (a.startsWith(from) || b.startsWith(from)))
    .map(({ method, status }) => method ?? String(status));

test(
  'a PBX registers with us by MD5 or SHA-256, calls and is called, and without it calls take the next route',
  onSite(async (site) => {
    const capture = await Capture.start(site);
    const { gateway } = await openOffice(site, {
      configuration: { trunks: [pbx, modern, primary({ priority: 2 }), secondary({ priority: 3 })] },
    });
    const { bench } = gateway;
    await trunkIs(gateway, 'pbx', /^down$/, 3_000);
    const said = statusOf(gateway) as unknown as { alarms: { id: string; cause: string }[] };
    assert.equal(said.alarms.find(({ id }) => id === 'trunkDown/pbx')?.cause, 'nobody has registered');

    const asks = {
      port: 5060,
      at: `${address.gateway}:${modern.localPort}`,
      user: 'pbx',
      password,
      algorithm: 'SHA-256' as const,
      expiresS: 300,
    };
    for (const wrong of [{ password: 'a-guess' }, { user: 'nobody' }]) {
      const [, refused] = await register({ ...asks, host: address.attacker, ...wrong });
      assert.match(refused, /^SIP\/2\.0 401 /, 'a guess is refused');
    }
    await trunkIs(gateway, 'modern', /^down$/, 1_000);
    const [, bound] = await register({ ...asks, host: address.caller });
    assert.match(bound, /^SIP\/2\.0 200 .*\r\nContact: <sip:pbx@198\.18\.0\.22:5060>;expires=300\r\n/s);
    const [, gone] = await register({ ...asks, host: address.caller, expiresS: 0 });
    assert.match(gone, /^SIP\/2\.0 200 /);
    assert.doesNotMatch(gone, /\r\nContact:/);

    const switchboard = await Baresip.start(site, {
      ...{ name: 'pbx', host: address.secondFarEnd, port: 5060, says: pbxHertz },
      accounts: [{ user: 'pbx', domain: box, password }],
    });
    await switchboard.registered(5_000);
    await trunkIs(gateway, 'pbx', /^up$/, 3_000);

    // we call it
    await dial(gateway, 1, '201');
    await hearsTone(gateway, 1, pbxHertz, 5_000);
    await bench.tone('phone/1', [nearHertz]);
    await sleep(1_500);
    await bench.hangUp('phone/1');
    await switchboard.tells(/^CALL_CLOSED$/, 3_000);
    assertNear(farHeard(switchboard), nearHertz, 'the PBX hears the phone');

    // it calls us
    await switchboard.dial(`sip:12@${box}`);
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 3_000 });
    await bench.lift('phone/2');
    await hearsTone(gateway, 2, pbxHertz, 3_000);
    await switchboard.hangUp();
    await bench.hangUp('phone/2');

    // it leaves, and the next call takes the next route
    await switchboard.program.stop(3_000);
    await trunkIs(gateway, 'pbx', /^down$/, 3_000);
    await dial(gateway, 1, '201');
    await hearsTone(gateway, 1, farHertz, 5_000);
    await bench.hangUp('phone/1');

    const records = await gateway.recorded(3);
    const told = records.map((record) => {
      const attempts = record['attempts'] as { target: { id: string }; cause: string }[];
      return attempts.map(({ target, cause }) => `${target.id} ${cause}`).join(', ');
    });
    assert.deepEqual(told, ['pbx answered', 'line/2 answered', 'primary answered']);
    const { sip } = await capture.stop();
    const guessed = ['REGISTER', '401', 'REGISTER', '401'];
    assert.deepEqual(registers(sip, address.attacker), [...guessed, ...guessed]);
    const shown = sip.filter(
      ({ method, from, head }) =>
        method === 'REGISTER' && from.startsWith(`${address.secondFarEnd}:`) && /response=/.test(head),
    );
    assert.ok(shown.length > 0 && shown.every(({ head }) => /response="[0-9a-f]{32}"/.test(head)), 'MD5');
    const ours = sip.filter(({ method, to }) => method === 'INVITE' && to.startsWith(`${address.secondFarEnd}:`));
    assert.match(ours[0]?.head ?? '', /^INVITE sip:pbx-[^@]+@198\.18\.0\.21:5060/, 'by its Contact');
    assert.match(ours[0]?.head ?? '', /To: <sip:201@/, 'with the number that was dialled');
  }),
);

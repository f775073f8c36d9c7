import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { noDialogs } from '../peer/kamailio.ts';
import { run } from '../peer/program.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import {
  assertNear,
  assertNothingLeft,
  dial,
  farHeard,
  farHertz,
  farNumber,
  hearsTone,
  nearHertz,
  openOffice,
} from './office.ts';

const BUILD_MS = 60_000;

/** True when something listens there. */
const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, address.gateway);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

test(
  'a build without the page calls both ways, says that it has none, and opens no port for it',
  onSite(async (site) => {
    const bundles = site.folder('without-the-page');
    const build = ['--import', 'tsx', 'firmware/build.ts', bundles, '--without', 'api', '--without', 'lab'];
    await run(process.execPath, build, BUILD_MS);
    assert.ok(!readdirSync(bundles).includes('web'));
    const office = await openOffice(site, { bundles });
    const { a, b, far, gateway } = office;

    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await gateway.bench.tone('phone/1', [nearHertz]);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    await noDialogs(a, 3_000);
    assertNear(farHeard(far), nearHertz, 'the far end hears phone 1');

    const before = far.events.length;
    await far.command('uafind', `sip:${farNumber}@b.test`);
    await far.dial('sip:102@b.test');
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await gateway.bench.lift('phone/2');
    await far.tells(/^CALL_ESTABLISHED$/, 2_000, before);
    await hearsTone(gateway, 2, farHertz);
    await gateway.bench.hangUp('phone/2');
    await far.tells(/^CALL_CLOSED$/, 3_000, before);
    await noDialogs(b, 3_000);

    assert.deepEqual([await listens(8443), await listens(8080)], [false, false]);
    assert.ok(gateway.log().some(({ msg }) => /this build has no page/.test(String(msg))));
    assert.doesNotMatch(gateway.program.output(), /First password/);
    const isEmpty = () =>
      assertNothingLeft(office).then(
        () => true,
        () => false,
      );
    await eventually('the legs to end', 5_000, isEmpty);
    await assertNothingLeft(office);
  }),
);

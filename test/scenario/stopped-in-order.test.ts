import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { type Kamailio, noDialogs } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { bounded } from '../peer/wait.ts';
import { dial, farNumber, type Office, openOffice } from './office.ts';

const unbound = async (softswitch: Kamailio): Promise<void> => {
  const ours = (await softswitch.bindings()).filter(({ contact }) => contact.includes(`@${address.gateway}:`));
  assert.deepEqual(ours, [], 'bindings of ours');
};

/** A call is up, the gateway is told to stop: how it ended, after how long, and the BYEs that it sent. */
const stopInCall = async (office: Office, capture: Capture, stop: () => void) => {
  const { gateway, far } = office;
  await dial(gateway, 1, farNumber);
  await far.tells(/^CALL_ESTABLISHED$/, 4_000);
  const began = performance.now();
  stop();
  const ending = await bounded('the end of the gateway', 8_000, gateway.program.ended);
  const tookMs = performance.now() - began;
  await far.tells(/^CALL_CLOSED$/, 1_000);
  const { sip } = await capture.stop();
  const byes = sip.filter(({ method, from }) => method === 'BYE' && from.startsWith(`${address.gateway}:`));
  return { ending, tookMs, byes };
};

test(
  'Ctrl-C: the call is ended with a reason, the bindings are let go, and all is over within 2 s',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { a, b, gateway } = office;
    const capture = await Capture.start(site);
    // as a terminal does it: every process of the group gets the signal
    const { ending, tookMs, byes } = await stopInCall(office, capture, () => gateway.program.signalGroup('SIGINT'));
    assert.deepEqual(ending, { code: 0, signal: null });
    assert.ok(tookMs <= 2_000, `it took ${tookMs} ms`);
    assert.match(byes.at(-1)?.head ?? '', /^Reason: .*cause=41/im);
    await unbound(a);
    await unbound(b);
    await noDialogs(a, 1_000);
    assert.equal((await gateway.recorded(1))[0]!['cause'], 'gatewayRestarted');
  }),
);

test(
  'told to stop while one softswitch is dead: it ends within 4 s, and the living one holds no binding of ours',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { a, b, gateway } = office;
    const capture = await Capture.start(site);
    b.freeze();
    const { ending, tookMs, byes } = await stopInCall(office, capture, () => gateway.program.signal('SIGTERM'));
    assert.deepEqual(ending, { code: 0, signal: null });
    assert.ok(tookMs <= 4_000, `it took ${tookMs} ms`);
    assert.match(byes.at(-1)?.head ?? '', /^Reason: .*cause=41/im);
    await unbound(a);
    await noDialogs(a, 1_000);
  }),
);

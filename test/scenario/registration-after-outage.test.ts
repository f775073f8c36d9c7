import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, type SipMessage } from '../peer/capture.ts';
import { gatewayConfiguration, primary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { Kamailio } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { bound, statusOf } from './office.ts';

/** With this T1 a REGISTER fails after 6.4 s (Timer F, 64·T1), and its back-off is half a minute. */
const SIP_T1_MS = 100;
const OUTAGE_MS = 12_000;
/** From the first good answer to a probe to the REGISTERs (U2). */
const PROMISED_MS = 2_000;

type Registration = { readonly is: string; readonly bound: boolean };
const registrations = (gateway: Gateway): readonly Registration[] =>
  (statusOf(gateway) as unknown as { registrations: Registration[] }).registrations;

const firstGoodProbe = (sip: readonly SipMessage[], after: number): SipMessage => {
  const answered = sip.find(({ at, status, cseq, from }) => {
    return at > after && status !== undefined && cseq.endsWith('OPTIONS') && from === `${address.softswitchA}:5060`;
  });
  assert.ok(answered, 'a probe was answered');
  return answered;
};

test(
  'a softswitch is dead while we start and its registrations back off: its first good probe brings the REGISTERs',
  onSite(async (site) => {
    const capture = await Capture.start(site);
    const network = { address: address.gateway, sipT1Ms: SIP_T1_MS };
    const configuration = gatewayConfiguration({ exchangeLines: 0, trunks: [primary()] }, { network });
    const gateway = await Gateway.start(site, { configuration });
    await sleep(OUTAGE_MS);
    assert.deepEqual(
      registrations(gateway).map((each) => each.is),
      ['waiting', 'waiting', 'waiting', 'waiting'],
    );

    const a = await Kamailio.start(site, { name: 'a', host: address.softswitchA });
    const returned = Date.now() / 1000;
    await bound(a, 4, 8_000);
    await eventually('all to be told as registered', 2_000, () => registrations(gateway).every((each) => each.bound));
    const { sip } = await capture.stop();
    const probed = firstGoodProbe(sip, returned - 2);
    for (const user of ['101', '102', '103', '104']) {
      const asked = sip.find(({ at, method, head }) => {
        return at >= probed.at && method === 'REGISTER' && head.includes(`sip:${user}@`);
      });
      assert.ok(asked, `a REGISTER of ${user}`);
      const tookMs = (asked.at - probed.at) * 1000;
      assert.ok(tookMs <= PROMISED_MS, `${user} was registered ${tookMs} ms after the first good probe`);
    }
  }),
);

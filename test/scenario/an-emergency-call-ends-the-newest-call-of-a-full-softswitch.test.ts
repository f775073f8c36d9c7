import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { gatewayConfiguration, primary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { Kamailio } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { numbersAsked } from './asked.ts';
import { bound, farNumber, startFarEnd } from './office.ts';

const FREED_MS = 1_000;

const dialInGermany = async ({ bench }: Gateway, phone: number, number: string): Promise<void> => {
  await bench.lift(`phone/${phone}`);
  await bench.waitFor(`phone/${phone}`, 'tone', { hertz: [425], timeoutMs: 2_000 });
  await bench.press(`phone/${phone}`, number);
};

test(
  'with all channels of the only softswitch in use an emergency call ends the newest ordinary call there within 1 s, and no emergency call',
  onSite(async (site) => {
    const a = await Kamailio.start(site, { name: 'a', host: address.softswitchA });
    const far = await startFarEnd(site);
    const gateway = await Gateway.start(site, {
      configuration: gatewayConfiguration(
        { exchangeLines: 0, trunks: [primary({ callLimit: 1 })] },
        { system: { country: 'DE' }, routing: { digitMap: '0xxx' } },
      ),
    });
    await Promise.all([far.registered(5_000, `${farNumber}@a.test`), bound(a)]);
    await a.everyNumberIs(farNumber);
    const capture = await Capture.start(site, 'wire', { filter: `udp and host ${address.softswitchA}` });
    const answered = async (phone: number, number: string): Promise<void> => {
      const since = far.events.length;
      await dialInGermany(gateway, phone, number);
      await far.tells(/^CALL_ESTABLISHED$/, 4_000, since);
    };
    await answered(1, '0301');
    await answered(2, '112');
    await answered(3, '110');
    for (const phone of [1, 2, 3]) await gateway.bench.hangUp(`phone/${phone}`);

    assert.deepEqual(numbersAsked(a), ['0301', '112', '110']);
    const records = await gateway.recorded(3);
    assert.deepEqual(records.map(({ dialled, cause }) => `${dialled} ${cause}`).sort(), [
      '0301 preempted',
      '110 hungUp',
      '112 hungUp',
    ]);
    const { sip } = await capture.stop();
    const ours = sip.filter(({ to }) => to.startsWith(`${address.softswitchA}:`));
    const asked = (number: string) =>
      ours.find(({ method, head }) => method === 'INVITE' && head.startsWith(`INVITE sip:${number}@`))!;
    const bye = ours.find(({ method, callId }) => method === 'BYE' && callId === asked('0301').callId)!;
    const waitedMs = (asked('112').at - bye.at) * 1000;
    assert.ok(waitedMs > 0 && waitedMs < FREED_MS, `it was sent ${waitedMs} ms after the end of the other`);
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Baresip } from '../peer/baresip.ts';
import { Capture } from '../peer/capture.ts';
import { gatewayConfiguration, primary, secondary } from '../peer/configuration.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { dial, farNumber, openOffice, ringsAtFarEnd } from './office.ts';

const pool = {
  ...{ id: 'site', trunk: 'primary', main: '2125550199' },
  members: [
    { number: '2125550101', confirmed: true, maxConcurrent: 1 },
    { number: '2125550102', confirmed: false },
    { number: '2125550103', confirmed: true, maxConcurrent: 1 },
  ],
};
const lines = (gatewayConfiguration().lines ?? []).map((line) => {
  if (line.id === 'line/4') return { ...line, ownNumber: '2125550104' };
  return line.kind === 'fxs' ? { ...line, numberPool: 'site' } : line;
});
const transforms = [{ on: 'caller' as const, begins: '212', prepend: '+1' }];

/** Who the far end says is calling, in the order in which its phone rang. */
const callersSeen = (far: Baresip): readonly (string | undefined)[] =>
  far.events.flatMap(({ type, peeruri }) =>
    type === 'CALL_INCOMING' ? [/^"?sip:([^@]+)@/.exec(peeruri ?? '')?.[1]] : [],
  );

test(
  'the callee sees a confirmed number of the site that is free, else the main number, and the first one again later',
  onSite(async (site) => {
    const { far, gateway } = await openOffice(site, {
      farAnswers: 'manual',
      configuration: { trunks: [primary({ transforms }), secondary()] },
      more: { numberPools: [pool], lines },
    });
    const capture = await Capture.start(site, 'wire', { filter: `udp and dst host ${address.softswitchA}` });
    const callFrom = async (phone: number): Promise<void> => {
      const before = ringsAtFarEnd(far);
      await dial(gateway, phone, farNumber);
      await eventually(`the call of phone ${phone}`, 3_000, () => ringsAtFarEnd(far) > before);
    };
    for (const phone of [1, 2, 3, 4]) await callFrom(phone);
    for (const phone of [1, 2, 3, 4]) await gateway.bench.hangUp(`phone/${phone}`);
    await eventually('all calls to be over', 3_000, () => far.openCalls().length === 0);
    await gateway.recorded(4);
    await callFrom(3);
    await gateway.bench.hangUp('phone/3');
    const seen = ['+12125550101', '+12125550103', '+12125550199', '+12125550104', '+12125550101'];
    assert.deepEqual(callersSeen(far), seen);

    const records = await gateway.recorded(5);
    const shows = records.map(({ attempts }) => (attempts as { shows?: { number: string } }[])[0]?.shows?.number);
    assert.deepEqual(shows, seen, 'the records hold what was shown');
    const { sip } = await capture.stop();
    const sent = sip.filter(({ method, head }) => method === 'INVITE' && /^proxy-authorization:/im.test(head));
    const asserted = sent.map(({ head }) => /^p-asserted-identity: <sip:([^@>]+)@/im.exec(head)?.[1]);
    assert.deepEqual(asserted, seen, 'P-Asserted-Identity says the same');
  }),
);

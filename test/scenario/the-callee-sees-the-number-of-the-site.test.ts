import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationOutcome, Settings } from '../../firmware/control/api/wire.ts';
import type { RouteAnalysis } from '../../firmware/control/operation/route-words.ts';
import type { Baresip } from '../peer/baresip.ts';
import { Capture } from '../peer/capture.ts';
import { gatewayConfiguration, primary, secondary, userOf } from '../peer/configuration.ts';
import { PageClient } from '../peer/page-client.ts';
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
/** What the box says of a number that waits for the installer. */
const WAITS = /is shown to nobody until it is confirmed/;
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

/** What the box says of numbers that it would not show to the far end. */
const leftOut = async (page: PageClient, from: string): Promise<string[]> => {
  const outcome = await page.post<OperationOutcome>('/api/operations/analyse-route', { from, number: farNumber });
  assert.ok(outcome.is === 'done');
  const { rules } = outcome.result as RouteAnalysis;
  return rules.flatMap(({ what, why }) => (WAITS.test(why) ? [what] : []));
};

test(
  'the callee sees a confirmed number of the site that is free, else the main number, and the first one again later; what nobody has confirmed is shown to nobody',
  onSite(async (site) => {
    const { far, gateway } = await openOffice(site, {
      farAnswers: 'manual',
      configuration: { trunks: [primary({ transforms }), secondary()] },
      more: { numberPools: [pool], lines },
    });
    const page = await PageClient.signIn(gateway);
    const capture = await Capture.start(site, 'wire', { filter: `udp and dst host ${address.softswitchA}` });
    const callFrom = async (phone: number): Promise<void> => {
      const before = ringsAtFarEnd(far);
      await dial(gateway, phone, farNumber);
      await eventually(`the call of phone ${phone}`, 3_000, () => ringsAtFarEnd(far) > before);
    };
    const hangUp = async (...phones: number[]): Promise<void> => {
      const open = far.openCalls().length - phones.length;
      for (const phone of phones) await gateway.bench.hangUp(`phone/${phone}`);
      await eventually('the calls to be over', 3_000, () => far.openCalls().length === open);
    };
    for (const phone of [1, 2, 3, 4]) await callFrom(phone);
    const waiting = ['caller number 2125550104', 'caller number 2125550199'];
    assert.deepEqual([...(await leftOut(page, '14')), ...(await leftOut(page, '13')).slice(1)], waiting);
    await hangUp(3, 4);

    // the installer has called both
    const { revision: base } = await page.get<Settings>('/api/settings');
    const change = {
      lines: { 'line/4': { ownNumberConfirmed: true } },
      numberPools: { site: { mainConfirmed: true } },
    };
    await page.post('/api/settings', { base, change });
    for (const phone of [3, 4]) await callFrom(phone);
    assert.deepEqual(await leftOut(page, '14'), []);
    await hangUp(1, 2, 3, 4);
    await gateway.recorded(6);
    await callFrom(3);
    await hangUp(3);
    const free = ['+12125550101', '+12125550103'];
    const seen = [...free, userOf(3), userOf(4), '+12125550199', '+12125550104', '+12125550101'];
    assert.deepEqual(callersSeen(far), seen);

    const shown = seen.map((number) => (number.startsWith('+') ? number : undefined));
    const records = await gateway.recorded(7);
    const byCall = records
      .sort((one, other) => Number(one['at']) - Number(other['at']))
      .map(({ attempts }) => (attempts as { shows?: { number: string } }[])[0]?.shows?.number);
    assert.deepEqual(byCall, shown, 'the records hold what was shown');
    const { sip } = await capture.stop();
    const sent = sip.filter(({ method, head }) => method === 'INVITE' && /^proxy-authorization:/im.test(head));
    const asserted = sent.map(({ head }) => /^p-asserted-identity: <sip:([^@>]+)@/im.exec(head)?.[1]);
    assert.deepEqual(asserted, shown, 'P-Asserted-Identity says the same');
    const from = sent.map(({ head }) => /^from:[^<]*<sip:([^@>]+)@/im.exec(head)?.[1]);
    assert.deepEqual(from, seen, 'and so does From');
    const before = sip.slice(0, sip.indexOf(sent[3]!) + 1);
    assert.ok(!before.some(({ head }) => /2125550(102|104|199)/.test(head)), 'in no header before it is confirmed');
  }),
);

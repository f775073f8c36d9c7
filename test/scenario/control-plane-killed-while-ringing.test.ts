import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noDialogs } from '../peer/kamailio.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { dial, farNumber, openOffice, statusOf } from './office.ts';

const nothingLeft = async ({ a, b, far, gateway }: Awaited<ReturnType<typeof openOffice>>): Promise<void> => {
  await eventually('nothing left at the far end', 3_000, () => far.openCalls().length === 0);
  await noDialogs(a, 3_000);
  await noDialogs(b, 3_000);
  await eventually('nothing left of ours', 6_000, () => {
    const { calls, legs, audit } = statusOf(gateway);
    return calls.length + legs.length + audit.contexts.length === 0;
  });
};

test(
  'the control plane is killed while the far end rings: its phone stops ringing within 3 s, and nothing is left',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    const { far, gateway } = office;
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_INCOMING$/, 3_000);
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: [440, 480], timeoutMs: 3_000 });

    const killedAt = performance.now();
    await gateway.signalPlane('control');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    const tookMs = performance.now() - killedAt;
    assert.ok(tookMs <= 3_000, `the far end rang for another ${tookMs} ms`);
    await gateway.ready(3_000);
    await gateway.bench.hangUp('phone/1');
    await nothingLeft(office);
  }),
);

test(
  'the control plane is killed while a phone of ours rings: it stops, the caller gets a final answer, and nothing is left',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    const { far, gateway } = office;
    await far.command('uafind', `sip:${farNumber}@b.test`);
    await far.dial('sip:102@b.test');
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 3_000 });
    await far.tells(/^CALL_RINGING$/, 2_000);

    const killedAt = performance.now();
    await gateway.signalPlane('control');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    const tookMs = performance.now() - killedAt;
    assert.ok(tookMs <= 3_000, `the caller waited another ${tookMs} ms`);
    await gateway.bench.waitFor('phone/2', 'notRinging', { timeoutMs: 3_000 });
    await gateway.ready(3_000);
    await nothingLeft(office);
  }),
);

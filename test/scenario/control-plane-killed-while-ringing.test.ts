import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import {
  assertNothingLeft,
  dial,
  farHertz,
  farNumber,
  hearsTone,
  type Office,
  openOffice,
  replaceControl,
  ringsAtFarEnd,
} from './office.ts';

const ringingAtFarEnd = async (office: Office): Promise<void> => {
  const { far, gateway } = office;
  await dial(gateway, 1, farNumber);
  await far.tells(/^CALL_INCOMING$/, 3_000);
  await gateway.bench.waitFor('phone/1', 'tone', { hertz: [440, 480], timeoutMs: 10_000 });
  await replaceControl(office.gateway);
  assert.deepEqual(far.closed(), [], 'the far end rings on');
};

/** The far end calls phone 2 by softswitch B. */
const ringingHere = async (office: Office): Promise<void> => {
  const { far, gateway } = office;
  await far.command('uafind', `sip:${farNumber}@b.test`);
  await far.dial('sip:102@b.test');
  await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
  await far.tells(/^CALL_RINGING$/, 2_000);
  await replaceControl(office.gateway);
  assert.deepEqual(far.closed(), [], 'the caller hears it ring on');
};

const recordIs = async ({ gateway }: Office, cause: string, answered: boolean): Promise<void> => {
  const records = await gateway.recorded(1);
  assert.deepEqual(
    records.map((each) => [each['cause'], each['answeredAfterMs'] !== undefined]),
    [[cause, answered]],
  );
};

test(
  'the control plane is killed while the far end rings: it rings on, answers, and the call is talked and ended',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    const { far, gateway } = office;
    await ringingAtFarEnd(office);
    await far.accept();
    await far.tells(/^CALL_ESTABLISHED$/, 2_000);
    await hearsTone(gateway, 1, farHertz);
    assert.equal(ringsAtFarEnd(far), 1, 'it was rung once');
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    await recordIs(office, 'hungUp', true);
    await assertNothingLeft(office);
  }),
);

test(
  'the control plane is killed while the far end rings, and the caller gives up: its phone stops ringing within 3 s',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    const { far, gateway } = office;
    await ringingAtFarEnd(office);
    await gateway.bench.hangUp('phone/1');
    const hungUpAt = performance.now();
    const { at } = await far.tells(/^CALL_CLOSED$/, 3_000);
    assert.ok(at - hungUpAt <= 3_000, `the far end rang on for ${at - hungUpAt} ms`);
    await recordIs(office, 'hungUp', false);
    await assertNothingLeft(office);
  }),
);

test(
  'the control plane is killed while a phone of ours rings: it rings on, is lifted, and the call is talked and ended',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    const { far, gateway } = office;
    await ringingHere(office);
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await gateway.bench.lift('phone/2');
    await far.tells(/^CALL_ESTABLISHED$/, 2_000);
    await hearsTone(gateway, 2, farHertz);
    await far.hangUp();
    await gateway.bench.waitFor('phone/2', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/2');
    await recordIs(office, 'hungUp', true);
    await assertNothingLeft(office);
  }),
);

test(
  'the control plane is killed while a phone of ours rings, and the caller gives up: the phone falls silent',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    const { far, gateway } = office;
    await ringingHere(office);
    await far.hangUp();
    await gateway.bench.waitFor('phone/2', 'notRinging', { timeoutMs: 10_000 });
    await recordIs(office, 'hungUp', false);
    await assertNothingLeft(office);
  }),
);

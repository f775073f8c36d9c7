import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { assertNothingLeft, dial, farHertz, farNumber, hearsTone, type Office, openOffice } from './office.ts';
import { dialSecond, flash, replaceControl, sentToFarMs, transfersOf } from './transferring.ts';

/** An opening of the loop is a flash up to 1.1 s, and a hang-up from then on. */
const HUNG_UP_MS = 1_500;
/** What the phone says that is transferred to. */
const secondHertz = 330;

/** Phone 1 holds the far end, and phone 2 rings for it. */
const consults = async (office: Office): Promise<void> => {
  const { far, gateway } = office;
  await dial(gateway, 1, farNumber);
  await far.tells(/^CALL_ESTABLISHED$/, 3_000);
  await hearsTone(gateway, 1, farHertz);
  await dialSecond(gateway, 1, '12');
  await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 3_000 });
};

const answers = async ({ gateway }: Office): Promise<void> => {
  await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 7_000 });
  await gateway.bench.lift('phone/2');
  await gateway.bench.tone('phone/2', [secondHertz]);
};

/** The far end and phone 2 hear each other; phone 2 hangs up, and both records tell of the transfer. */
const endsWell = async (office: Office, capture: Capture, how: string): Promise<void> => {
  const { far, gateway } = office;
  await hearsTone(gateway, 2, farHertz);
  await sleep(1_500);
  assert.deepEqual(far.closed(), [], 'nobody was lost');
  await gateway.bench.hangUp('phone/2');
  await far.tells(/^CALL_CLOSED$/, 3_000);
  await capture.stop();
  assert.ok((await sentToFarMs(capture.path, secondHertz)) > 1_000, 'the far end heard phone 2');
  assert.deepEqual(transfersOf(await gateway.recorded(2)).sort(), [
    ['11', '12', 'hungUp', how],
    ['11', farNumber, 'hungUp', how],
  ]);
  await assertNothingLeft(office);
};

test(
  'the control plane is killed while one party is held and the other rings: hanging up joins them, and they are joined over one more kill',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { gateway } = office;
    const capture = await Capture.start(site);
    await consults(office);
    await replaceControl(gateway);
    await gateway.bench.hangUp('phone/1');
    await sleep(HUNG_UP_MS);
    await replaceControl(gateway);
    await answers(office);
    await endsWell(office, capture, 'blind');
  }),
);

test(
  'the control plane is killed while one party is held and the other talks: flashes go to and fro, hanging up joins them, and a kill later they still hear each other',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { gateway } = office;
    const capture = await Capture.start(site);
    await consults(office);
    await answers(office);
    await hearsTone(gateway, 1, secondHertz);
    await replaceControl(gateway);
    await flash(gateway, 1);
    await hearsTone(gateway, 1, farHertz);
    await flash(gateway, 1);
    await hearsTone(gateway, 1, secondHertz);
    await gateway.bench.hangUp('phone/1');
    await hearsTone(gateway, 2, farHertz);
    await replaceControl(gateway);
    await endsWell(office, capture, 'attended');
  }),
);

test(
  'a phone that is hung up with a party on hold while the control plane is gone is rung back for it by the next one',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { far, gateway } = office;
    const { bench } = gateway;
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await flash(gateway, 1);
    await bench.waitFor('phone/1', 'tone', { hertz: [350, 440], timeoutMs: 3_000 });
    await Promise.all([replaceControl(gateway), bench.hangUp('phone/1')]);
    await bench.waitFor('phone/1', 'ringing', { timeoutMs: 7_000 });
    await replaceControl(gateway);
    await bench.waitFor('phone/1', 'ringing', { timeoutMs: 7_000 });
    await bench.lift('phone/1');
    await hearsTone(gateway, 1, farHertz);
    await bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    const records = await gateway.recorded(1);
    assert.deepEqual(
      records.map(({ cause, endedBy }) => [cause, endedBy]),
      [['hungUp', 'caller']],
    );
    await assertNothingLeft(office);
  }),
);

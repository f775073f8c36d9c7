import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, streams } from '../peer/capture.ts';
import { primary, secondary } from '../peer/configuration.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { address, onSite, type Site } from '../peer/site.ts';
import {
  assertNothingLeft,
  dial,
  farHertz,
  farNumber,
  hearsTone,
  isFarMedia,
  type Office,
  openOffice,
  replaceControl,
} from './office.ts';

const busy = [480, 620] as const;

const openTcpOffice = (site: Site, farAnswers: 'auto' | 'manual'): Promise<Office> => {
  const trunks = [primary({ transport: 'tcp' }), secondary({ transport: 'tcp' })];
  return openOffice(site, { configuration: { trunks }, farAnswers });
};

/** The far end calls phone 2 by softswitch B. */
const callIn = async ({ far, gateway }: Office): Promise<void> => {
  await far.command('uafind', `sip:${farNumber}@b.test`);
  await far.dial('sip:102@b.test');
  await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 5_000 });
};

/** Each record with its cause, and whether the call was answered. */
const recordsAre = async ({ gateway }: Office, ...wanted: readonly [cause: string, answered: boolean][]) => {
  const records = await gateway.recorded(wanted.length);
  assert.deepEqual(
    records.map((each) => [each['cause'], each['answeredAfterMs'] !== undefined]),
    wanted,
  );
};

/** Nobody refused anything but for a password, and nothing of ours went by datagram. */
const judged = async (capture: Capture): Promise<ReturnType<Capture['stop']>> => {
  const seen = await capture.stop();
  const ours = seen.sip.filter(({ from, to }) => [from, to].some((end) => end.startsWith(`${address.gateway}:`)));
  assert.deepEqual([...new Set(ours.map(({ transport }) => transport))], ['tcp'], 'how our SIP was carried');
  const refused = seen.sip.filter(({ status = 0 }) => status >= 400 && ![401, 407, 487].includes(status));
  assert.deepEqual(
    refused.map(({ head }) => head.split('\r\n', 1)[0]),
    [],
  );
  return seen;
};

const callOut = async ({ far, gateway }: Office): Promise<void> => {
  await dial(gateway, 1, farNumber);
  await far.tells(/^CALL_ESTABLISHED$/, 3_000);
  await hearsTone(gateway, 1, farHertz);
};

test(
  'calls over TCP go on when the control plane is killed: ended by caller or callee, or lifted after it, held, resumed and ended, in order',
  onSite(async (site) => {
    const office = await openTcpOffice(site, 'auto');
    const { a, b, far, gateway } = office;
    const capture = await Capture.start(site);
    await callOut(office);
    await replaceControl(office.gateway);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    await noDialogs(a, 3_000);

    let since = far.events.length;
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000, since);
    await replaceControl(office.gateway);
    await hearsTone(gateway, 1, farHertz);
    await far.hangUp();
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: busy, timeoutMs: 3_000 });
    await gateway.bench.hangUp('phone/1');
    await noDialogs(a, 3_000);

    since = far.events.length;
    await callIn(office);
    await replaceControl(office.gateway);
    await gateway.bench.lift('phone/2');
    await far.tells(/^CALL_ESTABLISHED$/, 4_000, since);
    await hearsTone(gateway, 2, farHertz);
    await replaceControl(office.gateway);
    await far.command('hold');
    await gateway.bench.waitFor('phone/2', 'quiet', { ms: 500, timeoutMs: 4_000 });
    await far.command('resume');
    await hearsTone(gateway, 2, farHertz);
    await far.hangUp();
    await gateway.bench.waitFor('phone/2', 'tone', { hertz: busy, timeoutMs: 3_000 });
    await gateway.bench.hangUp('phone/2');
    await noDialogs(b, 3_000);

    const { rtp, sip } = await judged(capture);
    const media = rtp
      .filter(({ event }) => !event)
      .map((each) => ({ ...each, from: '', to: isFarMedia(each.to) ? 'far' : 'us' }));
    assert.deepEqual(
      streams(media).flatMap(({ to, missing }) => (missing > 0 ? [{ to, missing }] : [])),
      [],
    );
    const byes = sip.filter(({ method, from }) => method === 'BYE' && from.startsWith(`${address.gateway}:`));
    assert.equal(byes.length, 1, 'we ended one call, and were told of the end of the others');
    await recordsAre(office, ['hungUp', true], ['hungUp', true], ['hungUp', true]);
    await assertNothingLeft(office);
  }),
);

test(
  'calls over TCP that ring when the control plane is killed are answered or given up: the far end stops ringing, and so does a phone of ours',
  onSite(async (site) => {
    const office = await openTcpOffice(site, 'manual');
    const { a, b, far, gateway } = office;
    const capture = await Capture.start(site);
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_INCOMING$/, 3_000);
    await replaceControl(office.gateway);
    assert.deepEqual(far.closed(), [], 'the far end rings on');
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    await noDialogs(a, 3_000);

    let since = far.events.length;
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_INCOMING$/, 3_000, since);
    await replaceControl(office.gateway);
    await far.accept();
    await far.tells(/^CALL_ESTABLISHED$/, 3_000, since);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000, since);
    await noDialogs(a, 3_000);

    since = far.events.length;
    await callIn(office);
    await replaceControl(office.gateway);
    await far.hangUp();
    await gateway.bench.waitFor('phone/2', 'notRinging', { timeoutMs: 4_000 });
    await noDialogs(b, 3_000);
    await judged(capture);
    await recordsAre(office, ['hungUp', false], ['hungUp', true], ['hungUp', false]);
    await assertNothingLeft(office);
  }),
);

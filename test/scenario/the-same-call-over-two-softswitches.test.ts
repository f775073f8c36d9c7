import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, type SipMessage } from '../peer/capture.ts';
import { address, onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { assertNothingLeft, farHertz, farNumber, hearsTone, type Office, openOffice } from './office.ts';

const answersTo = (sip: readonly SipMessage[], softswitch: string, from: number) =>
  sip.filter(
    ({ status, cseq, from: sender, to, at }) =>
      status !== undefined &&
      status > 100 &&
      at >= from &&
      cseq.endsWith('INVITE') &&
      sender.startsWith(`${address.gateway}:`) &&
      to.startsWith(`${softswitch}:`),
  );

/** The far end calls phone 1 by both softswitches. */
const callByBoth = async ({ far }: Office): Promise<void> => {
  for (const domain of ['a.test', 'b.test']) {
    await far.command('uafind', `sip:${farNumber}@${domain}`);
    await far.dial(`sip:101@${domain}`);
  }
};

test(
  'the same call over two softswitches rings once, is answered once, and the second is told 2 s later',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { gateway } = office;
    const capture = await Capture.start(site);
    const began = Date.now() / 1000;
    await callByBoth(office);
    await gateway.bench.waitFor('phone/1', 'ringing', { timeoutMs: 10_000 });
    await sleep(1_500);
    await gateway.bench.lift('phone/1');
    await hearsTone(gateway, 1, farHertz, 4_000);
    await sleep(3_000);
    await hearsTone(gateway, 1, farHertz, 2_000);
    await gateway.bench.hangUp('phone/1');
    await sleep(1_500);
    const { sip } = await capture.stop();

    const [a, b] = [address.softswitchA, address.softswitchB].map((each) => answersTo(sip, each, began));
    const statuses = (all: readonly SipMessage[]): number[] => [...new Set(all.map(({ status }) => status!))];
    const [first, second] = statuses(a!).includes(200) ? [a!, b!] : [b!, a!];
    assert.deepEqual(statuses(first), [180, 200]);
    assert.deepEqual(statuses(second), [180, 482]);
    const at = (all: readonly SipMessage[], status: number): number => all.find((each) => each.status === status)!.at;
    const pauseMs = (at(second, 482) - at(first, 200)) * 1000;
    assert.ok(pauseMs >= 1_950 && pauseMs <= 2_500, `482 came ${pauseMs} ms after the answer`);

    const records = await gateway.recorded(2);
    assert.deepEqual(records.map((record) => record['cause']).sort(), ['duplicate', 'hungUp']);
    const duplicate = records.find((record) => record['cause'] === 'duplicate')!;
    assert.match(String(duplicate['duplicateOf']), /^call\//);
    await assertNothingLeft(office);
  }),
);

test(
  'when the first of one call is cancelled the second goes on, and the phone does not stop ringing',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { gateway, far } = office;
    let stops = 0;
    await gateway.bench.events((event) => {
      if (event.event === 'notRinging' && event.port === 'phone/1') stops++;
    });
    await callByBoth(office);
    await gateway.bench.waitFor('phone/1', 'ringing', { timeoutMs: 10_000 });
    await sleep(1_000);
    // the line of baresip that was dialled last is its present one
    await far.command('line', '1');
    await far.hangUp();
    await sleep(1_500);
    await gateway.bench.lift('phone/1');
    await hearsTone(gateway, 1, farHertz, 4_000);
    assert.ok(stops <= 1, `it stopped ringing ${stops} times`);
    await gateway.bench.hangUp('phone/1');
    const records = await gateway.recorded(2);
    assert.equal(records.filter((record) => record['answeredAfterMs'] !== undefined).length, 1, 'answered once');
    await assertNothingLeft(office);
  }),
);

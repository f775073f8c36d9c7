import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, ladder, type SipMessage } from '../peer/capture.ts';
import type { Gateway } from '../peer/gateway.ts';
import { monotonicMs } from '../peer/lab.ts';
import { address, onSite } from '../peer/site.ts';
import { bounded, eventually, sleep } from '../peer/wait.ts';
import {
  assertNothingLeft,
  dial,
  farHertz,
  farNumber,
  hearsTone,
  nearHertz,
  type Office,
  openOffice,
} from './office.ts';

const BUSY = [480, 620];
/** Longer than the longest flash of the United States: a handset that is lifted again sooner has given a flash. */
const PAUSE_MS = 1_300;

const hangUp = async (gateway: Gateway, ...phones: readonly number[]): Promise<void> => {
  await Promise.all(phones.map((phone) => gateway.bench.hangUp(`phone/${phone}`)));
  await sleep(PAUSE_MS);
};

const hearsBusy = (gateway: Gateway, phone: number): Promise<unknown> =>
  gateway.bench.waitFor(`phone/${phone}`, 'tone', { hertz: BUSY, timeoutMs: 10_000 });

const rings = (gateway: Gateway, phone: number): Promise<unknown> =>
  gateway.bench.waitFor(`phone/${phone}`, 'ringing', { timeoutMs: 10_000 });

/** What the far end was told when its next call closed. */
const closedNext = async ({ far }: Office, work: () => Promise<unknown>): Promise<string> => {
  const before = far.closed().length;
  await work();
  const closed = await eventually('the far end to see its call closed', 3_000, () => far.closed()[before]);
  return closed.reason;
};

const callsFromUs = async (office: Office): Promise<void> => {
  const { far, gateway } = office;
  // declined: baresip refuses a call that rings with 486
  await closedNext(office, async () => {
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_INCOMING$/, 3_000);
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: [440, 480], timeoutMs: 10_000 });
    await far.hangUp();
  });
  await hearsBusy(gateway, 1);
  await hangUp(gateway, 1);

  // nobody answers: the caller hangs up while it rings
  const rung = far.events.length;
  const cancelled = await closedNext(office, async () => {
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_INCOMING$/, 3_000, rung);
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: [440, 480], timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/1');
  });
  assert.match(cancelled, /cancel|reset|487/i);
  await sleep(PAUSE_MS);
  const [first, second] = await gateway.recorded(2);
  assert.deepEqual([first!['cause'], first!['endedBy']], ['busy', 'callee']);
  assert.deepEqual([second!['cause'], second!['endedBy']], ['hungUp', 'caller']);
};

const callsToUs = async (office: Office): Promise<void> => {
  const { far, gateway } = office;
  await far.command('uafind', `sip:${farNumber}@b.test`);
  // the caller gives up while it rings: ringing stops at once
  await far.dial('sip:102@b.test');
  await rings(gateway, 2);
  const gaveUp = monotonicMs();
  await far.hangUp();
  // by the clock of the bench, which is the same
  const stoppedMs = (await gateway.bench.waitFor('phone/2', 'notRinging', { timeoutMs: 10_000 })).at - gaveUp;
  assert.ok(stoppedMs < 500, `it rang on for ${stoppedMs} ms`);

  // off the hook and dialling: busy
  await gateway.bench.lift('phone/2');
  await gateway.bench.press('phone/2', '7');
  const dialling = await closedNext(office, () => far.dial('sip:102@b.test'));
  assert.match(dialling, /486/);
  await hangUp(gateway, 2);
};

const twoAtOnce = async (office: Office): Promise<void> => {
  const { far, gateway } = office;
  const answered = far.events.length;
  await far.dial('sip:102@b.test');
  await far.dial('sip:103@b.test');
  await Promise.all([rings(gateway, 2), rings(gateway, 3)]);
  // a third caller finds the ringing phone busy
  assert.match(await closedNext(office, () => far.dial('sip:102@b.test')), /486/);
  await Promise.all([gateway.bench.lift('phone/2'), gateway.bench.lift('phone/3')]);
  await eventually('both calls to be up', 3_000, () => {
    const up = far.events.slice(answered).filter((event) => event.type === 'CALL_ESTABLISHED');
    return up.length === 2;
  });
  await Promise.all([2, 3].map((phone) => hearsTone(gateway, phone, farHertz)));
  assert.match(await closedNext(office, () => far.dial('sip:103@b.test')), /486/);
  await hangUp(gateway, 2, 3);
  await eventually('both calls to be over', 3_000, () => far.openCalls().length === 0);
};

/** Our handset goes down as the far end hangs up; a hang-up counts when no flash can come of it any more. */
const bothHangUp = async (office: Office): Promise<void> => {
  const { far, gateway } = office;
  await far.dial('sip:104@b.test');
  await rings(gateway, 4);
  await gateway.bench.lift('phone/4');
  await gateway.bench.tone('phone/4', [nearHertz]);
  await hearsTone(gateway, 4, farHertz);
  await gateway.bench.silence('phone/4');
  await closedNext(office, async () => {
    const down = gateway.bench.hangUp('phone/4');
    await sleep(FLASH_MS);
    await Promise.all([down, far.hangUp()]);
  });
  await bounded('phone 4 to be silent', 3_000, gateway.bench.waitFor('phone/4', 'quiet', { ms: 300 }));
  await sleep(PAUSE_MS);
};

/** After this time on the hook it was a hang-up (United States). */
const FLASH_MS = 1_100;

const finalsOf = (sip: readonly SipMessage[], status: number): SipMessage[] =>
  sip.filter((message) => message.status === status && message.from.startsWith(`${address.gateway}:`));

test(
  'declined, given up from either side, busy, two at once, and both ends hanging up: tones, answers, nothing left',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    const capture = await Capture.start(site);
    await callsFromUs(office);
    await callsToUs(office);
    await twoAtOnce(office);
    await bothHangUp(office);
    await eventually('nothing to be left', 5_000, async () => {
      await assertNothingLeft(office);
      return true;
    });
    const { sip } = await capture.stop();
    assert.equal(
      sip.filter(({ method, from }) => method === 'CANCEL' && from.startsWith(`${address.gateway}:`)).length,
      1,
    );
    assert.equal(new Set(finalsOf(sip, 486).map(({ callId }) => callId)).size, 3, 'three callers found us busy');
    const [cancelled] = finalsOf(sip, 487);
    assert.ok(cancelled && ladder(sip, cancelled.callId).includes('CANCEL'), 'the call given up was answered 487');
  }),
);

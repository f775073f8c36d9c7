import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { toneSpans } from '../peer/audio.ts';
import type { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import {
  beepEnds,
  callerHertz,
  described,
  farHangsUp,
  messageNumber,
  messagesOf,
  pin,
  speaks,
  withMailboxes,
} from './messages.ts';
import { assertNear, openOffice, statusOf, trunkIs } from './office.ts';
import { stutters } from './stutter-tone.ts';

const SPOKEN_MS = 6_000;
const MARGIN_MS = 100;
/** Longer than the longest flash of the United States. */
const PAUSE_MS = 1_300;

const LATENESS_STEP_MS = 10;

const near = (actual: number, wanted: number, what: string, marginMs = MARGIN_MS): void =>
  assert.ok(Math.abs(actual - wanted) <= marginMs, `${what}: ${actual} ms, wanted ${wanted} ms ± ${marginMs} ms`);

/** The caller of the exchange line leaves a message, and hangs up in this way. */
const leavesMessage = async (gateway: Gateway, count: number, by: 'loop' | 'tone'): Promise<void> => {
  // begin and end are taken by the clock of this process: as late as it was woken they may be
  const lateness = monitorEventLoopDelay({ resolution: LATENESS_STEP_MS });
  lateness.enable();
  const recordedFrom = await beepEnds(gateway);
  await speaks(gateway, SPOKEN_MS);
  const hungUpAt = await farHangsUp(gateway, by);
  lateness.disable();
  const lateMs = Math.max(0, lateness.max / 1e6 - LATENESS_STEP_MS);
  const sound = await messageNumber(gateway, count, 8_000);
  const { hertz, toneMs, wholeMs } = described(sound);
  assertNear(hertz, callerHertz, `message ended by ${by}`);
  near(toneMs, SPOKEN_MS, `the caller's tone, ended by ${by}`);
  near(wholeMs, hungUpAt - recordedFrom, `from the tone to the hang-up by ${by}`, MARGIN_MS + lateMs);
  for (const hangUp of [480, 620]) assert.deepEqual(toneSpans(sound, hangUp, 60), [], `${hangUp} Hz, ended by ${by}`);
  await gateway.bench.waitFor('exchange/1', 'loopOpen', { timeoutMs: 10_000 });
  if (by === 'tone') await gateway.bench.exchangeTone('exchange/1', 'none');
};

const callsMailbox = async (gateway: Gateway): Promise<void> => {
  await gateway.bench.lift('phone/1');
  await gateway.bench.waitFor('phone/1', 'tone', { hertz: [350, 440], timeoutMs: 10_000 });
  await gateway.bench.press('phone/1', '*97');
  await gateway.bench.waitFor('phone/1', 'quiet', { timeoutMs: 10_000 });
  await gateway.bench.waitFor('phone/1', 'sound', { timeoutMs: 10_000 });
  await gateway.bench.press('phone/1', `${pin}#`);
};

/** Hears the caller's tone to its end, then deletes the message. */
const hearsAndDeletes = async (gateway: Gateway): Promise<void> => {
  await gateway.bench.waitFor('phone/1', 'tone', { hertz: [callerHertz], timeoutMs: 15_000 });
  assertNear((await gateway.bench.hear('phone/1', 1_000)).hertz[0], callerHertz, 'played to the owner');
  await gateway.bench.press('phone/1', '3');
};

test(
  'both softswitches gone: the exchange line rings, then leaves a message of the right length; *97 plays and deletes it, and the dial tone stutters meanwhile',
  onSite(async (site) => {
    const { a, b, gateway } = await openOffice(site, { more: withMailboxes() });
    assert.equal(await stutters(gateway), false, 'before any message');
    await Promise.all([a.kill(), b.kill()]);
    await trunkIs(gateway, 'primary', /down/, 25_000);
    await trunkIs(gateway, 'secondary', /down/, 25_000);

    await leavesMessage(gateway, 1, 'loop');
    await sleep(2_000);
    await leavesMessage(gateway, 2, 'tone');
    assert.equal(await stutters(gateway), true, 'with two messages');

    await callsMailbox(gateway);
    await hearsAndDeletes(gateway);
    await eventually('one message less', 3_000, () => messagesOf(gateway).length === 1);
    await hearsAndDeletes(gateway);
    await eventually('no message left', 3_000, () => messagesOf(gateway).length === 0);
    await gateway.bench.hangUp('phone/1');
    await sleep(PAUSE_MS);
    assert.equal(await stutters(gateway), false, 'after the last was deleted');

    const records = (await gateway.recorded(3)) as { cause: string; attempts: { target: { kind: string } }[] }[];
    assert.deepEqual(
      records.map(({ cause, attempts }) => [cause, attempts.map(({ target }) => target.kind)]),
      [
        ['hungUp', ['phone', 'mailbox']],
        ['hungUp', ['phone', 'mailbox']],
        ['hungUp', ['mailboxMenu']],
      ],
    );
    await eventually('nothing left', 4_000, () => statusOf(gateway).audit.contexts.length === 0);
  }),
);

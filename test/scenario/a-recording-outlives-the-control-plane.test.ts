import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import {
  beepEnds,
  beepHertz,
  callerHertz,
  described,
  farHangsUp,
  messageNumber,
  messagesOf,
  RING_S,
  speaks,
  withMailboxes,
} from './messages.ts';
import { assertNear, dial, farHertz, openOffice, statusOf } from './office.ts';

const BEFORE_MS = 2_000;
const AFTER_MS = 6_000;
const MARGIN_MS = 100;

const near = (actual: number, wanted: number, what: string): void =>
  assert.ok(Math.abs(actual - wanted) <= MARGIN_MS, `${what}: ${actual} ms, wanted ${wanted} ms ± ${MARGIN_MS} ms`);

type CallRecord = {
  readonly dialled: string;
  readonly cause: string;
  readonly talkedMs?: number;
  readonly attempts: readonly { readonly target: { readonly id: string } }[];
};

/** The calls of the live status: from where, how far, and where to. */
const callsShown = (gateway: Gateway): readonly object[] =>
  (statusOf(gateway).calls as readonly (Record<string, unknown> | undefined)[]).map((call) => {
    const { from, dialled, is, ways } = call ?? {};
    return { from, dialled, is, ways };
  });

/** Kills the control plane and waits for the next one to take calls. */
const killControl = async (gateway: Gateway): Promise<void> => {
  const former = await gateway.signalPlane('control');
  await gateway.planeReplaced('control', former, 2_000);
  await gateway.ready(3_000);
};

test(
  'the control plane is killed while a caller leaves a message: the message is whole, its call ends in order, and the line takes the next call',
  onSite(async (site) => {
    const options = { trunks: [], exchangeLines: 1 };
    const gateway = await Gateway.start(site, { configuration: gatewayConfiguration(options, withMailboxes(options)) });
    const recordedFrom = await beepEnds(gateway);
    const spoken = speaks(gateway, BEFORE_MS + AFTER_MS);
    await sleep(BEFORE_MS);
    const shown = callsShown(gateway);
    await killControl(gateway);
    const after = await eventually('the call in the new status', 2_000, () => {
      const calls = callsShown(gateway);
      return calls.length > 0 ? calls : undefined;
    });
    assert.deepEqual(after, shown, 'the call is shown as before');
    // The line is in its call: a call to the outside finds none that is free, and is told so.
    await dial(gateway, 2, '200');
    await sleep(1_000);
    await gateway.bench.hangUp('phone/2');
    await spoken;
    const hungUpAt = await farHangsUp(gateway, 'loop');

    const sound = await messageNumber(gateway, 1);
    const { hertz, toneMs, wholeMs } = described(sound);
    assertNear(hertz, callerHertz, 'the message');
    near(toneMs, BEFORE_MS + AFTER_MS, "the caller's tone");
    near(wholeMs, hungUpAt - recordedFrom, 'from the tone to the hang-up');
    await gateway.bench.waitFor('exchange/1', 'loopOpen', { timeoutMs: 10_000 });
    const records = (await gateway.recorded(2)) as CallRecord[];
    assert.deepEqual(
      records.find(({ dialled }) => dialled === '200')?.attempts.map(({ target }) => target.id),
      ['congestion'],
    );
    const record = records.find(({ dialled }) => dialled === '');
    assert.equal(record?.cause, 'hungUp', 'the call ended like any other');
    assert.ok((record?.talkedMs ?? 0) > BEFORE_MS + AFTER_MS, `the record knows all of it: ${record?.talkedMs} ms`);
    await eventually('nothing left', 4_000, () => statusOf(gateway).audit.contexts.length === 0);

    await sleep(2_000);
    await gateway.bench.ring('exchange/1', { callerId: '5558888' });
    await gateway.bench.waitFor('phone/1', 'ringing', { timeoutMs: 10_000 });
    await gateway.bench.lift('phone/1');
    await gateway.bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/1');
    await gateway.recorded(3);
  }),
);

test(
  'the control plane is killed while a phone of the box leaves a message: hanging up ends and stores it',
  onSite(async (site) => {
    const options = { trunks: [], exchangeLines: 0 };
    const gateway = await Gateway.start(site, { configuration: gatewayConfiguration(options, withMailboxes(options)) });
    const { bench } = gateway;
    await dial(gateway, 1, '12');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    // it rings in vain, and the greeting has begun
    await sleep(RING_S * 1_000 + 2_000);
    await bench.press('phone/1', '#');
    await bench.waitFor('phone/1', 'tone', { hertz: [beepHertz], timeoutMs: 10_000 });
    await bench.waitFor('phone/1', 'quiet', { timeoutMs: 10_000 });
    await bench.tone('phone/1', [callerHertz], { ms: BEFORE_MS + AFTER_MS });
    await sleep(BEFORE_MS);
    await killControl(gateway);
    await sleep(AFTER_MS);
    await bench.hangUp('phone/1');
    const { hertz, toneMs } = described(await messageNumber(gateway, 1));
    assertNear(hertz, callerHertz, 'the message');
    near(toneMs, BEFORE_MS + AFTER_MS, "the caller's tone");
    const [record] = (await gateway.recorded(1)) as CallRecord[];
    assert.equal(record?.cause, 'hungUp');
    await eventually('nothing left', 4_000, () => statusOf(gateway).audit.contexts.length === 0);
    // the owner is told, and the phone that left it is whole
    await bench.lift('phone/1');
    await bench.waitFor('phone/1', 'tone', { hertz: [350, 440], timeoutMs: 10_000 });
  }),
);

test(
  'the control plane is killed while a caller over SIP leaves a message: the message is whole, and hanging up ends it',
  onSite(async (site) => {
    const more = withMailboxes();
    const lines = (more.lines ?? []).map((line) => ({ ...line, mailbox: 'always' as const }));
    const { far, gateway } = await openOffice(site, { more: { ...more, lines } });
    await far.command('uafind', 'sip:201@b.test');
    await far.dial('sip:102@b.test');
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await far.tells(/^CALL_ESTABLISHED$/, RING_S * 1_000 + 3_000);
    await eventually('the recording', 15_000, () => messagesOf(gateway, '.part').length === 1);
    const began = performance.now();
    await sleep(BEFORE_MS);
    await killControl(gateway);
    assert.deepEqual(far.closed(), [], 'the caller speaks on');
    await sleep(BEFORE_MS);
    const lastedMs = performance.now() - began;
    await far.hangUp();
    const { hertz, wholeMs } = described(await messageNumber(gateway, 1));
    assertNear(hertz, farHertz, 'the message');
    assert.ok(wholeMs > lastedMs - 500, `${wholeMs} ms of it, the caller spoke for more than ${lastedMs} ms`);
    const records = (await gateway.recorded(1)) as CallRecord[];
    assert.deepEqual(
      records.map(({ cause }) => cause),
      ['hungUp'],
    );
    await eventually('nothing left', 6_000, () => statusOf(gateway).audit.contexts.length === 0);
  }),
);

import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { beepEnds, callerHertz, described, messageNumber, speaks, withMailboxes } from './messages.ts';
import { assertNear, statusOf } from './office.ts';

const BEFORE_MS = 2_000;
const AFTER_MS = 6_000;
const MARGIN_MS = 100;

const near = (actual: number, wanted: number, what: string): void =>
  assert.ok(Math.abs(actual - wanted) <= MARGIN_MS, `${what}: ${actual} ms, wanted ${wanted} ms ± ${MARGIN_MS} ms`);

test(
  'the control plane is killed while a caller leaves a message: the message is whole, its call ends in order, and the line takes the next call',
  onSite(async (site) => {
    const options = { trunks: [] };
    const gateway = await Gateway.start(site, { configuration: gatewayConfiguration(options, withMailboxes(options)) });
    const recordedFrom = await beepEnds(gateway);
    const spoken = speaks(gateway, BEFORE_MS + AFTER_MS);
    await sleep(BEFORE_MS);
    const former = await gateway.signalPlane('control');
    await gateway.planeReplaced('control', former, 2_000);
    await gateway.ready(3_000);
    // The line is in its call: a call to the outside finds no line.
    await gateway.bench.lift('phone/2');
    await gateway.bench.waitFor('phone/2', 'tone', { hertz: [350, 440], timeoutMs: 2_000 });
    await spoken;
    const hungUpAt = performance.now();
    await gateway.bench.farHangUp('exchange/1', 'loop');
    await gateway.bench.hangUp('phone/2');

    const sound = await messageNumber(gateway, 1);
    const { hertz, toneMs, wholeMs } = described(sound);
    assertNear(hertz, callerHertz, 'the message');
    near(toneMs, BEFORE_MS + AFTER_MS, "the caller's tone");
    near(wholeMs, hungUpAt - recordedFrom, 'from the tone to the hang-up');
    await gateway.bench.waitFor('exchange/1', 'loopOpen', { timeoutMs: 3_000 });
    const [record, ...more] = (await gateway.recorded(1)) as { cause: string; talkedMs: number }[];
    assert.deepEqual(more, []);
    assert.equal(record?.cause, 'hungUp', 'the call ended like any other');
    assert.ok((record?.talkedMs ?? 0) > BEFORE_MS + AFTER_MS, `the record knows all of it: ${record?.talkedMs} ms`);
    await eventually('nothing left', 4_000, () => statusOf(gateway).audit.contexts.length === 0);

    await sleep(2_000);
    await gateway.bench.ring('exchange/1', { callerId: '5558888' });
    await gateway.bench.waitFor('phone/1', 'ringing', { timeoutMs: 8_000 });
    await gateway.bench.lift('phone/1');
    await gateway.bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: 3_000 });
    await gateway.bench.hangUp('phone/1');
    await gateway.recorded(2);
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Baresip } from '../peer/baresip.ts';
import { Capture } from '../peer/capture.ts';
import type { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { assertNothingLeft, dial, farHertz, farNumber, hearsTone, openOffice } from './office.ts';
import { dialSecond, flash, holdHertz, sentToFarMs, transfersOf } from './transferring.ts';

/** What the third phone says. */
const thirdHertz = 330;

/** What INVITEs offered to the far end, in their order, as it wrote them down itself. */
const offeredModes = (far: Baresip): string[] =>
  far.program
    .output()
    .split(/(?=^(?:UDP|TCP) )/m)
    .filter((message) => /^(?:UDP|TCP) .*\r?\nINVITE /.test(message))
    .flatMap((message) => /^a=(sendonly|sendrecv)/m.exec(message)?.[1] ?? []);

const lifted = async ({ bench }: Gateway, phone: number): Promise<void> => {
  await bench.waitFor(`phone/${phone}`, 'ringing', { timeoutMs: 3_000 });
  await bench.lift(`phone/${phone}`);
};

test(
  'a flash holds the far end and dials a colleague, flashes go to and fro, and hanging up leaves the two together',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { far, gateway } = office;
    const { bench } = gateway;
    const capture = await Capture.start(site);
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await hearsTone(gateway, 1, farHertz);

    await dialSecond(gateway, 1, '12');
    await lifted(gateway, 2);
    await bench.tone('phone/2', [thirdHertz]);
    await hearsTone(gateway, 1, thirdHertz);
    await flash(gateway, 1);
    await hearsTone(gateway, 1, farHertz);
    await bench.silence('phone/2');
    await bench.waitFor('phone/2', 'tone', { hertz: [holdHertz], timeoutMs: 6_000 });
    await flash(gateway, 1);
    await bench.tone('phone/2', [thirdHertz]);
    await hearsTone(gateway, 1, thirdHertz);

    await bench.hangUp('phone/1');
    await hearsTone(gateway, 2, farHertz);
    await sleep(1_500);
    await bench.hangUp('phone/2');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    await capture.stop();
    assert.ok((await sentToFarMs(capture.path, holdHertz)) > 100, 'the far end heard that it was held');
    assert.ok((await sentToFarMs(capture.path, thirdHertz)) > 1_000, 'the far end heard phone 2');
    assert.deepEqual(offeredModes(far), ['sendrecv', 'sendonly', 'sendrecv', 'sendonly', 'sendrecv']);
    assert.deepEqual(transfersOf(await gateway.recorded(2)), [
      ['11', '12', 'hungUp', 'attended'],
      ['11', farNumber, 'hungUp', 'attended'],
    ]);
    await assertNothingLeft(office);
  }),
);

test(
  'a phone that is hung up with the far end on hold is rung back for it; one that never answers a transfer gives it back',
  onSite(async (site) => {
    const office = await openOffice(site, { more: { routing: { digitMap: '[2-9]xx', phoneRingS: 5 } } });
    const { far, gateway } = office;
    const { bench } = gateway;
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await flash(gateway, 1);
    await bench.hangUp('phone/1');
    await lifted(gateway, 1);
    await hearsTone(gateway, 1, farHertz);

    await dialSecond(gateway, 1, '12');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 3_000 });
    await bench.hangUp('phone/1');
    await bench.waitFor('phone/1', 'ringing', { timeoutMs: 9_000 });
    assert.deepEqual(far.closed(), [], 'the far end is still there');
    await lifted(gateway, 1);
    await hearsTone(gateway, 1, farHertz);
    await bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    const records = await gateway.recorded(2);
    assert.deepEqual(transfersOf(records), [
      ['11', '12', 'noAnswer', 'blind', 'returned'],
      ['11', farNumber, 'hungUp', 'blind', 'returned'],
    ]);
    await assertNothingLeft(office);
  }),
);

test(
  'with both softswitches gone a phone still holds one colleague, calls another and leaves the two together',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { a, b, gateway } = office;
    const { bench } = gateway;
    await Promise.all([a.kill(), b.kill()]);
    await dial(gateway, 1, '12');
    await lifted(gateway, 2);
    await bench.tone('phone/2', [farHertz]);
    await hearsTone(gateway, 1, farHertz);
    await dialSecond(gateway, 1, '13');
    await lifted(gateway, 3);
    await bench.tone('phone/3', [thirdHertz]);
    await hearsTone(gateway, 1, thirdHertz);
    await bench.hangUp('phone/1');
    await hearsTone(gateway, 3, farHertz);
    await hearsTone(gateway, 2, thirdHertz);
    await Promise.all([bench.hangUp('phone/2'), bench.hangUp('phone/3')]);
    assert.deepEqual(transfersOf(await gateway.recorded(2)).sort(), [
      ['11', '12', 'hungUp', 'attended'],
      ['11', '13', 'hungUp', 'attended'],
    ]);
  }),
);

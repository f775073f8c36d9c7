import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dominantFrequency, readWav } from '../peer/audio.ts';
import type { Gateway } from '../peer/gateway.ts';
import { onSite, type Site } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { assertNear, dial, farHertz, hearsTone, nearHertz, openOffice, trunkIs } from './office.ts';

/** What the far party of an exchange line hears in the next second. */
const exchangeHears = async (site: Site, gateway: Gateway, line: number): Promise<number | undefined> => {
  const file = site.path(`exchange-${line}.wav`);
  await gateway.bench.listen(`exchange/${line}`, file);
  await sleep(1_000);
  await gateway.bench.stopListening(`exchange/${line}`);
  return dominantFrequency(readWav(file));
};

const phoneToPhone = async (gateway: Gateway): Promise<void> => {
  await dial(gateway, 1, '12');
  await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
  await gateway.bench.lift('phone/2');
  await gateway.bench.tone('phone/1', [nearHertz]);
  await gateway.bench.tone('phone/2', [farHertz]);
  await hearsTone(gateway, 1, farHertz);
  await hearsTone(gateway, 2, nearHertz);
  await gateway.bench.silence('phone/1');
  await gateway.bench.silence('phone/2');
  await gateway.bench.hangUp('phone/1');
  await gateway.bench.waitFor('phone/2', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
  await gateway.bench.hangUp('phone/2');
};

const phoneToExchangeLine = async (site: Site, gateway: Gateway): Promise<void> => {
  await gateway.bench.program('exchange/1', '5551234', { does: 'answers', afterMs: 2_000 });
  await dial(gateway, 3, '5551234');
  await gateway.bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: 15_000 });
  await gateway.bench.tone('phone/3', [nearHertz]);
  await gateway.bench.tone('exchange/1', [farHertz]);
  await hearsTone(gateway, 3, farHertz, 10_000);
  assertNear(await exchangeHears(site, gateway, 1), nearHertz, 'the exchange hears phone 3');
  await gateway.bench.silence('phone/3');
  await gateway.bench.hangUp('phone/3');
  await gateway.bench.waitFor('exchange/1', 'line', { line: 'idle', timeoutMs: 10_000 });
};

const exchangeLineToPhone = async (site: Site, gateway: Gateway): Promise<void> => {
  await gateway.bench.ring('exchange/2', { callerId: '5557777' });
  await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
  await gateway.bench.lift('phone/2');
  await gateway.bench.waitFor('exchange/2', 'line', { line: 'talking', timeoutMs: 10_000 });
  await gateway.bench.tone('phone/2', [nearHertz]);
  await gateway.bench.tone('exchange/2', [farHertz]);
  await hearsTone(gateway, 2, farHertz);
  assertNear(await exchangeHears(site, gateway, 2), nearHertz, 'the exchange hears phone 2');
  await gateway.bench.silence('phone/2');
  await gateway.bench.farHangUp('exchange/2', 'loop');
  await gateway.bench.waitFor('phone/2', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
  await gateway.bench.hangUp('phone/2');
};

test(
  'both softswitches gone: phone to phone, phone to exchange line, exchange line to phone',
  onSite(async (site) => {
    const { a, b, gateway } = await openOffice(site, { more: { routing: { digitMap: '555xxxx|x.T' } } });
    await Promise.all([a.kill(), b.kill()]);
    await trunkIs(gateway, 'primary', /down/, 25_000);
    await trunkIs(gateway, 'secondary', /down/, 25_000);
    await phoneToPhone(gateway);
    await phoneToExchangeLine(site, gateway);
    await exchangeLineToPhone(site, gateway);
    const records = await gateway.recorded(3);
    assert.deepEqual(
      records.map((record) => record['cause']),
      ['hungUp', 'hungUp', 'hungUp'],
    );
  }),
);

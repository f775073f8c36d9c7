import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readWav } from '../peer/audio.ts';
import { primary, secondary } from '../peer/configuration.ts';
import { onSite } from '../peer/site.ts';
import { dial, farHertz, farNumber, hearsTone, openOffice } from './office.ts';
import { assertSpoken } from './spoken.ts';

const DELAY_S = 8;

test(
  'before a protect route the normal one is tried again and again, and the caller is asked to wait',
  onSite(async (site) => {
    const trunks = [primary(), secondary({ role: 'protect' })];
    const { a, b, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0, trunks },
      more: { routing: { digitMap: '[2-9]xx', protectDelayS: DELAY_S } },
    });
    await a.answer('INVITE', 503);
    const file = join(gateway.run, 'waits.wav');
    await gateway.bench.listen('phone/1', file);
    const began = performance.now();
    await dial(gateway, 1, farNumber);
    await hearsTone(gateway, 1, farHertz, 1_000 * DELAY_S + 8_000);
    const tookMs = performance.now() - began;
    await gateway.bench.stopListening('phone/1');
    await gateway.bench.hangUp('phone/1');
    assert.ok(tookMs >= DELAY_S * 1000, `the protect route was taken after ${tookMs} ms`);
    assertSpoken(readWav(file), 'pleaseWait');

    const [record] = await gateway.recorded(1);
    const attempts = record!['attempts'] as { target: { id: string }; cause: string; afterMs: number }[];
    const again = attempts.filter(({ target }) => target.id === 'primary');
    assert.ok(again.length >= 3, `the normal route was tried ${again.length} times`);
    assert.ok(again.every(({ cause }) => cause !== 'answered'));
    const last = attempts.at(-1)!;
    assert.deepEqual([last.target.id, last.cause], ['secondary', 'answered']);
    assert.ok(last.afterMs >= DELAY_S * 1000 - 100, `${last.afterMs} ms`);
    assert.deepEqual(
      (record!['ledOn'] as { by: string }[]).map(({ by }) => by),
      ['protect'],
    );

    // a normal route that is back takes the next call
    await a.answer('INVITE', 'normally');
    await dial(gateway, 2, farNumber);
    await hearsTone(gateway, 2, farHertz, 6_000);
    await gateway.bench.hangUp('phone/2');
    const [, next] = await gateway.recorded(2);
    const first = (next!['attempts'] as typeof attempts)[0]!;
    assert.deepEqual([first.target.id, first.cause], ['primary', 'answered']);
    assert.equal(b.heard().filter((request) => request.startsWith(`INVITE sip:${farNumber}@`)).length > 0, true);
  }),
);

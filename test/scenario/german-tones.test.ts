import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { assertNear, hearsTone, nearHertz } from './office.ts';

type Segment = { readonly on: boolean; readonly ms: number };

const assertCadence = (segments: readonly Segment[], onMs: number, offMs: number): void => {
  // the first and the last are cut by the time of listening
  const whole = segments.slice(1, -1);
  assert.ok(whole.length > 0, `no whole part in ${JSON.stringify(segments)}`);
  for (const { on, ms } of whole) {
    const wanted = on ? onMs : offMs;
    assert.ok(Math.abs(ms - wanted) <= 40, `${on ? 'on' : 'off'} for ${ms} ms, wanted ${wanted} ms`);
  }
};

const hears425 = async (gateway: Gateway, ms: number): Promise<readonly Segment[]> => {
  const { hertz, segments } = await gateway.bench.hear('phone/1', ms);
  assert.equal(hertz.length, 1, `${hertz} Hz`);
  assertNear(hertz[0], 425, 'in the ear');
  return segments;
};

test(
  'a box in Germany: dial, ringback and busy tone of 425 Hz, ringing of 25 Hz, each in its own cadence',
  onSite(async (site) => {
    const more = { system: { country: 'DE' as const }, routing: { digitMap: 'x.T' } };
    const configuration = gatewayConfiguration({ trunks: [], exchangeLines: 0 }, more);
    const gateway = await Gateway.start(site, { configuration });
    const { bench } = gateway;

    await bench.lift('phone/1');
    await bench.waitFor('phone/1', 'tone', { hertz: [425], timeoutMs: 10_000 });
    const dialTone = await hears425(gateway, 1_500);
    assert.deepEqual(
      dialTone.map(({ on }) => on),
      [true],
      'dial tone does not pause',
    );

    await bench.press('phone/1', '12');
    const rang: { on: boolean; at: number; hertz: unknown }[] = [];
    const end = await bench.events(({ event, port, at, on, hertz }) => {
      if (event === 'ringing' && port === 'phone/2') rang.push({ on: on === true, at, hertz });
    });
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    assertCadence(await hears425(gateway, 7_500), 1_000, 4_000);
    end();
    const lengths = rang.slice(1).map((each, i) => ({ on: rang[i]!.on, ms: Math.round(each.at - rang[i]!.at) }));
    assert.ok(lengths.length >= 2, `${rang.length} changes of ringing`);
    for (const { on, ms } of lengths) assert.ok(Math.abs(ms - (on ? 1_000 : 4_000)) <= 60, `ringing ${on}: ${ms} ms`);
    assertNear((await bench.phone('phone/2')).ringHertz, 25, 'the bell');

    await bench.lift('phone/2');
    await bench.tone('phone/2', [nearHertz]);
    await hearsTone(gateway, 1, nearHertz);
    await bench.silence('phone/2');
    await bench.hangUp('phone/2');
    await bench.waitFor('phone/1', 'tone', { hertz: [425], timeoutMs: 10_000 });
    assertCadence(await hears425(gateway, 3_000), 480, 480);
    await bench.hangUp('phone/1');
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { echoSetUpMs, everyoneIsBound, hangUp, openLab } from './lab-office.ts';
import { dial, hearsTone, trunkIs } from './office.ts';

test(
  'a refusing A sends calls to B; with both stopped a call leaves by the exchange line; started empty, both are used again',
  onSite(async (site) => {
    const { lab, gateway } = await openLab(site);
    assert.equal((await lab.act('a', 'refuse')).softswitches[0]!.is, 'refuses');
    await echoSetUpMs(lab, gateway, 'b');
    await hangUp(gateway);
    assert.equal((await lab.act('a', 'accept')).softswitches[0]!.is, 'runs');

    await lab.act('a', 'stop');
    const { softswitches } = await lab.act('b', 'stop');
    assert.deepEqual(
      softswitches.map(({ is, bindings }) => [is, bindings]),
      Array(2).fill(['stopped', 0]),
    );
    await gateway.bench.program('exchange/1', '600', { does: 'answers', afterMs: 500 });
    await dial(gateway, 1, '600');
    await gateway.bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: 20_000 });
    await hangUp(gateway);

    await lab.act('a', 'start');
    await lab.act('b', 'start');
    await everyoneIsBound(lab);
    await trunkIs(gateway, 'a', /^up$/, 60_000);
    await echoSetUpMs(lab, gateway, 'a');
    await hangUp(gateway);
  }),
);

test(
  'the second party speaks, hangs up and calls back; a phone reaches another through the softswitch',
  onSite(async (site) => {
    const { lab, gateway } = await openLab(site);
    await dial(gateway, 1, '602');
    await hearsTone(gateway, 1, 659, 5000);
    await lab.tells('a', 'ended', 0, 5000);
    await hangUp(gateway);
    await gateway.bench.waitFor('phone/1', 'ringing', { timeoutMs: 10_000 });
    await gateway.bench.lift('phone/1');
    await hearsTone(gateway, 1, 784, 5000);
    await hangUp(gateway);

    await dial(gateway, 1, '202');
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await gateway.bench.lift('phone/2');
    await gateway.bench.tone('phone/1', [440]);
    await hearsTone(gateway, 2, 440);
    await gateway.bench.press('phone/2', '5');
    await gateway.bench.hangUp('phone/2');
    await hangUp(gateway);
    const ended = lab.calls('a').filter(({ event }) => event === 'ended');
    const [first, callback, ...bridged] = ended;
    assert.deepEqual([first!['by'], callback!['by'], bridged.length], ['us', 'them', 2]);
    assert.ok(bridged.some(({ digits }) => digits === '5'));
    for (const each of ended) assert.ok(Number(each['lost']) === 0 && Number(each['received']) > 0);
  }),
);

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { Lab } from '../peer/lab.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
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

test(
  'what is wrong with a line to the lab is said; a port that is taken is named; a killed lab leaves nothing behind',
  onSite(async (site) => {
    const lab = await Lab.start(site);
    for (const line of [
      'x',
      '{"do":"fly"}',
      '{"do":"act","softswitch":"a","does":"fly"}',
      '{"do":"act","softswitch":"c","does":"stop"}',
    ])
      assert.match(((await lab.ask(line)) as { error: string }).error, /^["A-Z].*\.$/);
    await assert.rejects(
      Lab.start(site, [], 'second'),
      /\nPort 50[89]1 of 127\.0\.0\.1 is taken: .* --[ab] 127\.0\.0\.1:51[89]1/,
    );
    const apart = await Lab.start(site, ['--a', '127.0.0.1:5181', '--b', '127.0.0.1:5191'], 'apart');
    await apart.act('a', 'freeze');
    const children = apart.softswitchPids();
    assert.equal(children.length, 2);
    apart.program.signal('SIGKILL');
    await eventually('the end of both softswitches', 2000, () => !children.some((pid) => existsSync(`/proc/${pid}`)));
  }),
);

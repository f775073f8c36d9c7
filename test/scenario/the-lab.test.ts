import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { Lab } from '../peer/lab.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { echoIsHeard, echoSetUpMs, hangUp, openLab } from './lab-office.ts';
import { trunkIs } from './office.ts';

/** What the promise allows above the set-up of a call that needs no failover. */
const FAILOVER_MS = 1300;

test(
  'the echo is heard; A is frozen and the next call is connected through B in time; thawed, A is used again',
  onSite(async (site, context) => {
    const { lab, gateway } = await openLab(site);
    const usualMs = await echoSetUpMs(lab, gateway, 'a');
    await echoIsHeard(gateway, 440);
    await hangUp(gateway);

    assert.equal((await lab.act('a', 'freeze')).softswitches[0]!.is, 'frozen');
    const failoverMs = await echoSetUpMs(lab, gateway, 'b');
    await echoIsHeard(gateway, 620);
    context.diagnostic(`set-up ${usualMs.toFixed(0)} ms, with the primary frozen ${failoverMs.toFixed(0)} ms`);
    assert.ok(failoverMs <= usualMs + FAILOVER_MS, `${failoverMs} ms, the usual set-up took ${usualMs} ms`);
    await hangUp(gateway);
    assert.equal((await lab.view()).softswitches[0]!.is, 'frozen', 'the view needs no answer of a frozen one');

    await lab.act('a', 'thaw');
    await trunkIs(gateway, 'a', /^up$/, 60_000);
    await echoSetUpMs(lab, gateway, 'a');
    await echoIsHeard(gateway, 440);
    await hangUp(gateway);
    await eventually('no call anywhere', 3000, async () =>
      (await lab.view()).softswitches.every(({ calls }) => calls === 0),
    );
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { Stalls, stoodStillMs } from '../peer/stalls.ts';
import { echoIsHeard, echoSetUpMs, hangUp, openLab } from './lab-office.ts';

/** What the promise allows above the set-up of a call that needs no failover. */
const FAILOVER_MS = 1300;

test(
  'the echo is heard; A is frozen and the next call is connected through B in time',
  onSite(async (site, context) => {
    const { lab, gateway } = await openLab(site);
    const usualMs = await echoSetUpMs(lab, gateway, 'a');
    await echoIsHeard(gateway, 440);
    await hangUp(gateway);

    assert.equal((await lab.act('a', 'freeze')).softswitches[0]!.is, 'frozen');
    const stalls = await Stalls.start(site);
    const tookMs = await echoSetUpMs(lab, gateway, 'b');
    const now = Date.now() / 1000;
    // what the machine itself took away in that time is not the box's
    const failoverMs = tookMs - stoodStillMs(await stalls.stop(), now - tookMs / 1000, now);
    await echoIsHeard(gateway, 620);
    context.diagnostic(`set-up ${usualMs.toFixed(0)} ms, with the primary frozen ${failoverMs.toFixed(0)} ms`);
    assert.ok(failoverMs <= usualMs + FAILOVER_MS, `${failoverMs} ms, the usual set-up took ${usualMs} ms`);
    await hangUp(gateway);
    assert.equal((await lab.view()).softswitches[0]!.is, 'frozen', 'the view needs no answer of a frozen one');
  }),
);

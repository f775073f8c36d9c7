import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Site } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { chance, openChaosOffice, wreakHavoc } from './chaos-office.ts';
import { ChaosPeople } from './chaos-people.ts';
import { holdingsOf, leftOver, scoreOf } from './chaos-score.ts';

/** A call each three seconds: 20 a minute. */
const EVERY_MS = 3000;
/** A far end that nobody has told of the end gives up by itself; longer than that nothing may be left. */
const AFTERWARDS_MS = 120_000;

/**
 * Calls of all kinds for `lastsMs` while softswitches, network and control plane fail by chance. Prints the score and
 * fails with every miss.
 */
export const chaos = async (site: Site, context: TestContext, { seed, lastsMs }: { seed: number; lastsMs: number }) => {
  const office = await openChaosOffice(site, lastsMs + AFTERWARDS_MS + 60_000);
  await sleep(2000);
  const before = holdingsOf(office.gateway);
  const began = performance.now();
  const until = began + lastsMs;
  const people = new ChaosPeople(office, chance(seed));
  const [faults] = await Promise.all([wreakHavoc(office, chance(seed + 1), until), people.callUntil(until, EVERY_MS)]);
  const left = await leftOver(office, before);
  const score = scoreOf(office, { told: people.told, faults, left, began });
  const { misses, ...figures } = score;
  context.diagnostic(`seed ${seed}: ${JSON.stringify(figures)}`);
  for (const miss of misses) context.diagnostic(miss);
  console.log(`SCORE chaos, seed ${seed}: ${score.percent} % (${JSON.stringify(figures)})`);
  assert.deepEqual(misses, []);
};

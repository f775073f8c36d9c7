import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Draws, Fleet } from './fleet.ts';

/** A fleet is measured with 1,000 boxes (`npm run bench -- herd`); its shape shows with fewer. */
const [BOXES, ACCOUNTS] = [150, 2];
/** 1,000 boxes ask 3,000 times a second at most. */
const MOST_PER_SECOND = 3 * BOXES;

const powerUp = async (draws: Draws, perSecond?: number) => {
  const fleet = new Fleet({ boxes: BOXES, accounts: ACCOUNTS, draws, ...(perSecond ? { perSecond } : {}) });
  const began = fleet.clock.now();
  await fleet.powerUp();
  const tookMs = await fleet.allBound(120_000);
  await fleet.run(1000);
  return { fleet, tookMs, peak: fleet.softswitch.peak(began) };
};

test('power comes back for a whole fleet: its first requests are spread, and all are registered within 3 s', async () => {
  const [spread, together] = [await powerUp('spread'), await powerUp('none')];
  assert.ok(spread.peak <= MOST_PER_SECOND, `${spread.peak} requests in a second`);
  assert.ok(spread.tookMs <= 3000, `all registered after ${spread.tookMs} ms`);
  assert.ok(together.peak > MOST_PER_SECOND, 'without chance all would come at once: the model can tell');
});

test('a softswitch comes back empty: a whole fleet registers anew within 5 s, spread', async () => {
  const { fleet } = await powerUp('spread');
  const { softswitch, clock } = fleet;
  softswitch.stop();
  const stopped = clock.now();
  await fleet.run(60_000);
  assert.ok(softswitch.peak(stopped) <= 2 * BOXES, `${softswitch.peak(stopped)} requests in a second while it is away`);
  softswitch.running = true;
  const back = clock.now();
  const tookMs = await fleet.allBound(60_000);
  assert.ok(tookMs <= 5000, `all registered after ${tookMs} ms`);
  await fleet.run(1000);
  assert.ok(softswitch.peak(back) <= MOST_PER_SECOND, `${softswitch.peak(back)} requests in a second`);
});

test('a softswitch that can serve less than a fleet asks registers all of it all the same', async () => {
  const { tookMs } = await powerUp('spread', BOXES);
  assert.ok(tookMs <= 30_000, `all registered after ${tookMs} ms`);
});

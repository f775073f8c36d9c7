import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../fuzz/random.ts';
import { onSite } from '../peer/site.ts';
import { Stalls } from '../peer/stalls.ts';
import { round } from './outlive.ts';
import { type Figures, judgeTimes } from './outlive-judges.ts';
import { openLargeOffice } from './outlive-office.ts';

const ROUNDS = 10;
const KILLS = 5;

test(
  '50 kills of the control plane at random moments of ten calls: all go on without a packet missing, are held, resumed, transferred and ended, and have one record each',
  onSite(async (site, context) => {
    const office = await openLargeOffice(site);
    const stalls = await Stalls.start(site, office.gateway);
    const figures: Figures[] = [];
    for (let seed = 1; seed <= ROUNDS; seed++) {
      figures.push(await round(site, office, new Random(seed), KILLS));
      context.diagnostic(
        `seed ${seed}: ready after ${figures
          .at(-1)!
          .replaced.map(({ readyMs }) => readyMs)
          .join(', ')} ms`,
      );
    }
    console.log(`SCORE calls outlive control: ${judgeTimes(figures, await stalls.stop())}`);
    assert.equal(figures.flatMap(({ replaced }) => replaced).length, ROUNDS * KILLS);
  }),
);

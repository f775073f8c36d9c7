import { test } from 'node:test';
import { Random } from '../fuzz/random.ts';
import { onSite } from '../peer/site.ts';
import { Stalls } from '../peer/stalls.ts';
import { round } from './outlive.ts';
import { judgeTimes } from './outlive-judges.ts';
import { openLargeOffice } from './outlive-office.ts';

test(
  'the control plane is killed three times with ten calls up, held, ringing, being answered and being transferred: all go on without a packet missing, are held, resumed, transferred and ended, and have one record each',
  onSite(async (site) => {
    const office = await openLargeOffice(site);
    const stalls = await Stalls.start(site, office.gateway);
    const figures = await round(site, office, new Random(4), 3);
    console.log(`SCORE calls outlive control: ${judgeTimes([figures], await stalls.stop())}`);
  }),
);

import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { callSurvives } from './dead-primary.ts';
import { openOffice } from './office.ts';

test(
  'the primary is frozen with all its processes as the call begins and thawed after 5 s: one call, one ring, nothing left',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    let frozenAt = 0;
    await callSurvives(site, office, {
      fail: () => {
        office.a.freeze();
        frozenAt = performance.now();
      },
      meanwhile: async () => {
        await sleep(Math.max(0, 5_000 - (performance.now() - frozenAt)));
        office.a.thaw();
      },
    });
  }),
);

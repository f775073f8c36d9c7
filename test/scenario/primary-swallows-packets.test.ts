import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { callSurvives } from './dead-primary.ts';
import { openOffice } from './office.ts';

test(
  'the primary takes every packet and answers none: the call goes out by the secondary, one ring, nothing left',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    await callSurvives(site, office, {
      fail: () => office.a.answer('all', 'drop'),
      meanwhile: async () => {
        await sleep(4_000);
        await office.a.answer('all', 'normally');
      },
    });
  }),
);

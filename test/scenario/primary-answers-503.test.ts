import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { callSurvives } from './dead-primary.ts';
import { openOffice } from './office.ts';

test(
  'the primary answers 503: the call goes out by the secondary at once, one ring, nothing left',
  onSite(async (site) => {
    const office = await openOffice(site, { farAnswers: 'manual' });
    await callSurvives(site, office, {
      fail: () => office.a.answer('INVITE', 503),
      meanwhile: () => office.a.answer('INVITE', 'normally'),
    });
  }),
);

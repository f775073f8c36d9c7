import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { callSurvives } from './dead-primary.ts';
import { openOffice, statusOf } from './office.ts';

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
    // awake, it asks for the password of the call that was taken back: nobody has refused anybody
    const { alarms } = statusOf(office.gateway);
    assert.deepEqual(
      alarms.filter(({ id }) => id.startsWith('callsRefused')),
      [],
    );
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKept } from '../peer/losses.ts';
import { onSite } from '../peer/site.ts';
import {
  allBound,
  assertOneLegEach,
  assertOnlyLossFails,
  CALLS,
  evidenceOf,
  makeCalls,
  nothingLeft,
  openLossyOffice,
  PHONES,
} from './lossy-office.ts';

/** Another seed loses other messages. */
const seed = Number(process.env['HOLDFAST_SEED'] ?? 5);

test(
  'at 5 % loss each way 40 of 40 registrations and 40 of 40 calls succeed',
  onSite(async (site) => {
    const office = await openLossyOffice(site, { lossPercent: 5, seed });
    await allBound(office, 10_000);
    const held = [...(await office.a.bindings()), ...(await office.b.bindings())];
    assert.equal(new Set(held.map((binding) => binding.contact)).size, 2 * PHONES);

    const outcomes = await makeCalls(office);
    assert.deepEqual(
      outcomes.filter(({ is }) => is !== 'talked'),
      [],
    );
    await nothingLeft(office, 40_000);

    const evidence = evidenceOf(office);
    assert.ok(evidence.droppedShare > 0.02 && evidence.droppedShare < 0.09, `dropped ${evidence.droppedShare}`);
    assert.equal(evidence.legs.filter(isKept).length, CALLS);
    assert.deepEqual(evidence.registrationsFailed, []);
    assert.equal(evidence.records.length, CALLS);
    assertOnlyLossFails(outcomes, evidence);
    assertOneLegEach(outcomes, evidence);
  }),
);

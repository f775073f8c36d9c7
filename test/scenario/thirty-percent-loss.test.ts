import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLost } from '../peer/losses.ts';
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
} from './lossy-office.ts';

/** Another seed loses other messages. */
const seed = Number(process.env['HOLDFAST_SEED'] ?? 31);

test(
  'at 30 % loss each way nothing fails but what was lost whole, and no call has two confirmed legs',
  onSite(async (site, context) => {
    // the shortest budget there is, so that the second softswitch is tried beside the first as often as can be
    const office = await openLossyOffice(site, { lossPercent: 30, seed, trunk: { silenceBudgetMs: 300 } });
    await allBound(office, 40_000);
    const outcomes = await makeCalls(office);
    await nothingLeft(office, 40_000);

    const evidence = evidenceOf(office);
    const { legs, all, droppedShare, records } = evidence;
    const lost = all.filter(isLost);
    context.diagnostic(
      `${all.length} transactions, ${lost.length} lost whole (${lost.map((each) => `${each.method} ${each.name}`).join(', ')}), ${legs.length} legs`,
    );
    assert.ok(droppedShare > 0.25 && droppedShare < 0.35, `dropped ${droppedShare}`);
    assert.equal(records.length, CALLS);
    assertOnlyLossFails(outcomes, evidence);
    assertOneLegEach(outcomes, evidence);
    // without a second way tried beside the first, and taken back again, this would prove nothing
    assert.ok(legs.length > CALLS, `${legs.length} legs at the far end`);
    assert.ok(legs.some((leg) => leg.end === 'cancelled' || leg.end === 'endedElsewhere'));
  }),
);

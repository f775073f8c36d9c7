import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../firmware/control/call/test-far-ends.ts';
import { onSite } from '../peer/site.ts';
import { runCells, verdicts } from './fault-matrix.ts';
import { scaled } from './fault-matrix-site.ts';
import { type Place, places } from './fault-matrix-table.ts';
import { isFresh } from './write-fault-matrix-page.ts';

const SAMPLE = Number(process.env['HOLDFAST_CELLS'] ?? 12);
const AT_ONCE = 4;

/** Another set of cells for another seed, the same for the same. */
const sample = (seed: number): Place[] => {
  const random = seeded(seed);
  const only = process.env['HOLDFAST_CELL'];
  if (only !== undefined) return places.filter(({ fault, moment }) => `${fault}, ${moment}`.includes(only));
  // a link that goes down takes networks of its own and up to 30 s; it is run in the whole table
  const here = places.filter(({ fault }) => fault !== 'link down');
  const shuffled = here.map((place) => ({ place, at: random() })).sort((one, other) => one.at - other.at);
  return shuffled.slice(0, SAMPLE).map(({ place }) => place);
};

test('the page of the fault matrix says what its table says', () => {
  assert.ok(isFresh(), 'make it anew: node --import tsx test/scenario/write-fault-matrix-page.ts');
});

test(
  'a sample of the fault matrix goes as its table expects',
  onSite(async (site, context) => {
    const cells = await runCells(site, sample(2026), scaled, AT_ONCE);
    for (const line of verdicts(cells)) context.diagnostic(line);
    assert.deepEqual(verdicts(cells.filter(({ faults }) => faults.length > 0)), []);
  }),
);

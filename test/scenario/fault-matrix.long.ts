import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { runCells, verdicts } from './fault-matrix.ts';
import { fullPace, scaled } from './fault-matrix-site.ts';
import { fullTime, places } from './fault-matrix-table.ts';

const AT_ONCE = 4;
test(
  'every cell of the fault matrix goes as its table expects, with timers scaled down',
  onSite(async (site, context) => {
    const only = process.env['HOLDFAST_CELL'];
    const chosen = places.filter(({ fault, moment }) => only === undefined || `${fault}, ${moment}`.includes(only));
    const cells = await runCells(site, chosen, scaled, AT_ONCE);
    for (const line of verdicts(cells)) context.diagnostic(line);
    assert.deepEqual(verdicts(cells.filter(({ faults }) => faults.length > 0)), []);
  }),
);

test(
  'cells of the fault matrix go as their table expects with the timers as they are by default',
  onSite(async (site, context) => {
    const named = places.filter((place) =>
      fullTime.some(([fault, moment]) => place.fault === fault && place.moment === moment),
    );
    const cells = await runCells(site, named, fullPace, AT_ONCE);
    for (const line of verdicts(cells)) context.diagnostic(line);
    assert.deepEqual(verdicts(cells.filter(({ faults }) => faults.length > 0)), []);
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../../firmware/core/log.ts';
import { ENGINE_FLAGS, engineScheduling } from '../../firmware/supervisor/scheduling.ts';
import { onSite, type Site } from '../peer/site.ts';

const COLLECTS = fileURLToPath(new URL('../peer/collects-garbage.mjs', import.meta.url));

/** What share of the one processor it has that a process takes which has nothing to do after its garbage, 0 to 1. */
const shareAtRest = async (site: Site, flags: readonly string[]): Promise<number> => {
  const words = ['-c', '0', ...engineScheduling(silentLog), process.execPath, ...flags, COLLECTS];
  const program = site.start('collects', 'taskset', words);
  await program.prints(/^SHARE [\d.]+$/m, 10_000);
  await program.ended;
  return Number(/^SHARE ([\d.]+)$/m.exec(program.output())![1]);
};

test(
  'on a box with one processor the engine, above everything else, sleeps again when its garbage is collected',
  onSite(async (site, context) => {
    const own = await shareAtRest(site, ENGINE_FLAGS);
    context.diagnostic(`${own} of the processor`);
    assert.ok(own < 0.2, `it takes ${own} of the processor and does nothing`);
  }),
);

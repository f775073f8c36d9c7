/** The same as `recording-cut.test.ts`, many times and from other begins. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutRecordings } from './recording-cut.ts';

for (const options of ['', ',noauto_da_alloc,data=writeback']) {
  for (let seed = 1; seed <= 5; seed++) {
    test(`power cut while messages are recorded (ext4${options}), ${seed}`, async (t) => {
      const { faults, mended } = await cutRecordings(t, { seed, cuts: 150, mode: 'sync', options });
      assert.deepEqual(faults, []);
      assert.ok(mended > 0, 'no cut met a recording');
    });
  }
}

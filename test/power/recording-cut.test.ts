/**
 * Power cut while messages are recorded: the image of the file system is copied at random moments, and mailboxes
 * that begin on the copy must have every message, one under way but for its last second.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutRecordings } from './recording-cut.ts';

for (const options of ['', ',noauto_da_alloc,data=writeback']) {
  test(`power cut while messages are recorded (ext4${options})`, async (t) => {
    const { faults, mended } = await cutRecordings(t, { seed: 7, cuts: 15, mode: 'sync', options });
    assert.deepEqual(faults, []);
    assert.ok(mended > 0, 'no cut met a recording');
  });
}

test('the check finds a recorder that forgets to sync', async (t) => {
  const { faults } = await cutRecordings(t, { seed: 7, cuts: 15, mode: 'forgetful' });
  assert.ok(faults.length > 0);
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { backoffMs } from './backoff.ts';

const shape = { baseMs: 30_000, capMs: 1_800_000 };

it('waits 50 to 100 % of base times two to the failures (RFC 5626 §4.5)', () => {
  assert.equal(
    backoffMs(0, shape, () => 1),
    30_000,
  );
  assert.equal(
    backoffMs(0, shape, () => 0),
    15_000,
  );
  assert.equal(
    backoffMs(3, shape, () => 1),
    240_000,
  );
});

it('never waits longer than the cap, however many failures', () => {
  for (const failures of [7, 100, 1e9])
    assert.equal(
      backoffMs(failures, shape, () => 1),
      1_800_000,
    );
});

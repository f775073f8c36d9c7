import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Bucket } from './bucket.ts';
import type { Instant } from './machine.ts';

it('lets a burst through, then the rate', () => {
  const bucket = new Bucket(2, 3, 0 as Instant);
  const taken = [0, 0, 0, 0, 499, 500, 999, 1000].map((at) => bucket.take(at as Instant));
  assert.deepEqual(taken, [true, true, true, false, false, true, false, true]);
});

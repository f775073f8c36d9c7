import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, quantile } from './statistics.ts';

test('the median of an odd count is a value, of an even count a mean', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 9, 5]), 4.5);
});

test('p95 of 20 values is the 19th, p99.9 of 1000 the 999th', () => {
  const values = (count: number) => Array.from({ length: count }, (_, i) => count - i);
  assert.equal(quantile(values(20), 0.95), 19);
  assert.equal(quantile(values(1000), 0.999), 999);
  assert.equal(quantile([7], 0.5), 7);
});

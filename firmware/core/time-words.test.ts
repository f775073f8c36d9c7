import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spanWords, timeWords } from './time-words.ts';

test('spans as a person says them', () => {
  const rows = [
    [0, '0.0 s'],
    [1_240, '1.2 s'],
    [9_999, '10.0 s'],
    [12_400, '12 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [12_000_000, '3 h 20 min'],
  ] as const;
  for (const [ms, words] of rows) assert.equal(spanWords(ms), words);
});

test('a time of another day has its date', () => {
  const noon = new Date(2026, 2, 9, 12, 5).getTime();
  assert.equal(timeWords(noon, noon + 3_600_000), '12:05');
  assert.equal(timeWords(noon, noon + 2 * 86_400_000), '2026-03-09 12:05');
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { priceOf } from './charge.ts';

const SECOND = 1000;

it('a call is charged in steps, and at least as much as its least', () => {
  const table = [
    // perMinute, minimumS, stepS, talked ms, price
    [12_000, 0, 60, 0, 0],
    [12_000, 0, 60, 1, 12_000],
    [12_000, 0, 60, 60 * SECOND, 12_000],
    [12_000, 0, 60, 60 * SECOND + 1, 24_000],
    [12_000, 0, 1, 61 * SECOND, 12_200],
    [12_000, 30, 6, 1 * SECOND, 6_000],
    [12_000, 30, 6, 31 * SECOND, 7_200],
    [12_000, 61, 60, 1 * SECOND, 24_000],
    [7, 0, 1, 1 * SECOND, 1],
    [0, 60, 60, 99 * SECOND, 0],
  ] as const;
  for (const [perMinute, minimumS, stepS, talkedMs, price] of table) {
    assert.equal(
      priceOf({ perMinute, minimumS, stepS }, talkedMs),
      price,
      `${perMinute} ${minimumS} ${stepS} ${talkedMs}`,
    );
  }
});

it('a longer call never costs less, and never less than its minutes', () => {
  const rate = fc.record({
    perMinute: fc.nat(1_000_000_000),
    minimumS: fc.nat(600),
    stepS: fc.integer({ min: 1, max: 600 }),
  });
  fc.assert(
    fc.property(rate, fc.nat(86_400_000), fc.nat(86_400_000), (charge, a, b) => {
      const price = priceOf(charge, a);
      assert.ok(Number.isSafeInteger(price));
      assert.ok(priceOf(charge, a + b) >= price);
      assert.ok(price >= Math.floor((charge.perMinute * a) / 60_000));
    }),
  );
});

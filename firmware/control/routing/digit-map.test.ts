import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileDigitMap, type Match, matchDigits } from './digit-map.ts';

const rows: readonly [map: string, typed: string, match: Match][] = [
  ['[2-8]xxx|0T|*xx', '', 'partial'],
  ['[2-8]xxx|0T|*xx', '2', 'partial'],
  ['[2-8]xxx|0T|*xx', '2345', 'complete'],
  ['[2-8]xxx|0T|*xx', '1', 'impossible'],
  ['[2-8]xxx|0T|*xx', '23456', 'impossible'],
  ['[2-8]xxx|0T|*xx', '0', 'enough'],
  ['[2-8]xxx|0T|*xx', '*9', 'partial'],
  ['[2-8]xxx|0T|*xx', '*97', 'complete'],
  ['x.T', '1', 'enough'],
  ['x.T', '12345678901234567890', 'enough'],
  ['x.T', '*', 'impossible'],
  ['x.', '123', 'enough'],
  ['xx.T', '1', 'enough'],
  ['1x.9T', '1', 'partial'],
  ['1x.9T', '19', 'enough'],
  ['1x.9T', '1999', 'enough'],
  ['1x.9T', '198', 'partial'],
  ['[13-5]x', '2', 'impossible'],
  ['[13-5]x', '46', 'complete'],
  ['#xx', '#12', 'complete'],
  ['', '1', 'impossible'],
];

describe('a digit map', () => {
  for (const [map, typed, match] of rows) {
    it(`${map || '(empty)'} takes ${typed || 'nothing'} as ${match}`, () => {
      assert.equal(matchDigits(compileDigitMap(map, [], []), typed), match);
    });
  }

  it('knows the extensions at once, but never cuts an emergency number short', () => {
    const map = compileDigitMap('x.T', ['12', '11'], ['112', '911']);
    assert.equal(matchDigits(map, '12'), 'complete');
    assert.equal(matchDigits(map, '11'), 'enough');
    assert.equal(matchDigits(map, '112'), 'complete');
    assert.equal(matchDigits(map, '911'), 'complete');
    assert.equal(matchDigits(compileDigitMap('2xx', [], ['911']), '91'), 'partial');
  });

  it('refuses what it cannot read, with the place', () => {
    for (const map of ['[2-', '.x', 'x..', 'y', '[8-2]', 'Tx']) {
      assert.throws(() => compileDigitMap(map, [], []), RangeError, map);
    }
  });

  it('takes time that grows with the digits only, whatever the map', () => {
    const map = compileDigitMap(Array.from({ length: 100 }, () => 'x.x.x.x.x.x.9').join('|'), [], []);
    const began = process.hrtime.bigint();
    assert.equal(matchDigits(map, '1'.repeat(40)), 'partial');
    assert.ok(process.hrtime.bigint() - began < 500_000_000n);
    assert.equal(matchDigits(map, '1'.repeat(41)), 'impossible');
  });
});

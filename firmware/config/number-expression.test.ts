import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { expressionFault, groupsOf } from './number-expression.ts';

const FIT = [
  '0(\\d+)',
  '00(?:49|43)(\\d{3,12})',
  '\\+49(.*)',
  '[2-8]\\d\\d\\d',
  '(0)(1[5-7])(\\d*)',
  '\\*31#(\\d+)',
  '1?(\\d{10})',
  '(?:123){2}4',
];
const UNFIT: readonly (readonly [string, RegExp])[] = [
  ['(\\d+)+', /repeat a group/],
  ['(?:0|1)*', /repeat a group/],
  ['((\\d)+)*', /repeat a group/],
  ['((?:1|2))+', /repeat a group/],
  ['(\\d*)?0', /repeat a group/],
  ['\\d*\\d*\\d*\\d*1', /at most 3 parts/],
  ['1?1?1?1?1?1?', /at most 3 parts/],
  ['(?=0)\\d+', /made of/],
  ['(a)\\1', /made of/],
  ['\\d+?', /made of/],
  ['x+', /made of/],
  ['(1', /close every/],
  ['1)', /open every/],
  ['+1', /made of/],
  ['\\d{99}', /at most 64 times/],
  ['1|2|3|4|5|6|7|8|9|10', /at most 8/],
  ['[9-0]', /regular expression/],
  ['\\d{3,1}', /regular expression/],
  ['1**', /made of/],
];

it('takes what installers write', () => {
  for (const text of FIT) assert.equal(expressionFault(text), undefined, text);
  assert.equal(groupsOf('(0)(1[5-7])(?:2)(\\d*)'), 3);
});

it('refuses what could run long, and what is none, in words', () => {
  for (const [text, words] of UNFIT) assert.match(expressionFault(text) ?? 'taken', words, text);
});

it('whatever it takes decides a hostile number at once', () => {
  const part = fc.constantFrom(
    ...['0', '1', '\\d', '.', '[01]', '(', '(?:', ')', '|', '*', '+', '?', '{2}', '{1,64}', '{0,}', '\\*', '#'],
  );
  const text = fc.array(part, { maxLength: 24 }).map((parts) => parts.join('').slice(0, 64));
  const number = fc.constantFrom('0'.repeat(64), '01'.repeat(32), `${'0'.repeat(63)}#`, `${'1'.repeat(62)}+1`);
  let taken = 0;
  fc.assert(
    fc.property(text, number, (expression, hostile) => {
      if (expressionFault(expression) !== undefined) return;
      taken += 1;
      // processor time: others may have the processor meanwhile
      const began = process.cpuUsage();
      new RegExp(`^(?:${expression})$`).test(hostile);
      const tookMs = process.cpuUsage(began).user / 1e3;
      assert.ok(tookMs < 50, `${expression} took ${tookMs} ms`);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(taken > 1000, `only ${taken} were taken`);
});

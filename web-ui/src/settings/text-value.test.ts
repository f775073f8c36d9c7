import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Described } from '../../../firmware/control/api/wire.ts';
import { entered, textOf, valueIn } from './text-value.ts';

const about = (kind: Described['kind'], fallback?: unknown): Described => ({
  path: 'x',
  kind,
  title: '',
  help: '',
  default: fallback,
});

const there = (what: string, field: Described, value: unknown, text: string): void => {
  test(`${what} becomes text and comes back`, () => {
    assert.equal(textOf(field, value), text);
    assert.deepEqual(valueIn(field, text), value);
  });
};

there('a list of names', about('list', []), ['a.example', 'b.example'], 'a.example\nb.example');
there('a list of numbers', about('list', [2000, 4000]), [400, 200], '400\n200');
there('a record of words', about('record', {}), { 486: 'stop', 503: 'next' }, '486 stop\n503 next');
there('a deep record', about('record'), { '55': { does: 'busy' } }, '{\n  "55": {\n    "does": "busy"\n  }\n}');

test('what cannot be read stays text, so that the box says what must be there', () => {
  assert.equal(valueIn(about('record'), '{"a":'), '{"a":');
  assert.deepEqual(valueIn(about('list', [1]), 'many'), ['many']);
});

test('a number is sent as one, empty is the default, and anything else is for the box to refuse', () => {
  assert.equal(entered(about('number'), ' 5060 '), 5060);
  assert.equal(entered(about('number'), '-3.5'), -3.5);
  assert.equal(entered(about('number'), ''), null);
  assert.equal(entered(about('number'), '5o60'), '5o60');
  assert.equal(entered(about('text'), ''), '');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argument, operationArguments } from './arguments.ts';

const about = (title: string) => ({ title, help: `${title}.` });
const asked = operationArguments({
  trunk: argument.shortName('Which one.'),
  minutes: argument.whole({ ...about('Minutes'), unit: 'min', min: 0, max: 60, default: 30 }),
  note: argument.optionalText({ ...about('Note'), max: 5, default: '' }),
});
const refusals = (input: unknown) => {
  const parsed = asked.parse(input);
  return parsed.ok ? [] : parsed.refused.map(({ path, limit }) => [path, limit]);
};

test('defaults are filled in', () => {
  assert.deepEqual(asked.parse({ trunk: 'a' }), { ok: true, value: { trunk: 'a', minutes: 30, note: '' } });
});

test('everything that does not fit is told, by its name and without its value', () => {
  assert.deepEqual(refusals({ trunk: 'a b', minutes: 61, note: 'longer' }), [
    ['trunk', 'must be letters, digits and hyphens, such as desk-1'],
    ['minutes', 'must be at most 60'],
    ['note', 'must have at most 5 characters'],
  ]);
  assert.deepEqual(refusals({ trunk: 'a', trunkk: 'b' }), [['trunkk', 'is not an argument']]);
  assert.deepEqual(refusals(undefined), [['trunk', 'must be given']]);
  assert.deepEqual(refusals('text'), [['', 'must be an object of arguments']]);
  assert.deepEqual(refusals([1]).length > 0, true);
  assert.deepEqual(refusals({ trunk: null })[0]?.[0], 'trunk');
});

test('they are described as settings are', () => {
  assert.deepEqual(
    asked.described.map(({ path, kind, unit, min, max }) => [path, kind, unit, min, max]),
    [
      ['trunk', 'text', undefined, 1, 32],
      ['minutes', 'number', 'min', 0, 60],
      ['note', 'text', undefined, 0, 5],
    ],
  );
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { configuration } from '../../../config/schema.ts';
import { compileDigitMap, matchDigits } from '../../routing/digit-map.ts';
import { starDialled, starPatterns } from './catalogue.ts';

const box = v.parse(configuration, {
  version: 1,
  routing: { digitMap: '[2-9]xxx|0T' },
  tollGuard: { overridePin: '4711' },
  scenarios: [
    { id: 'night', title: 'Night', code: '*21', pin: '1234' },
    { id: 'outage', title: 'Outage', code: '*22' },
    { id: 'by-page', title: 'By the page alone' },
  ],
});

/** What came of a code, and what was switched by it; `on`: the scenario that was on before. */
const dialled = (number: string, on = '', locked = false): readonly [outcome: unknown, switched: string[]] => {
  const switched: string[] = [];
  const rooms = {
    pin: (line: string, right: boolean) => line === 'line/1' && right && !locked,
    scenario: () => on,
    switchScenario: (name: string, by: string) => void switched.push(`${name} by ${by}`),
  };
  return [starDialled(number, box, rooms, { line: 'line/1', name: 'line/1' }), switched];
};

describe('a star code', () => {
  const done = { is: 'done' };
  const refused = { is: 'refused' };
  const rows: readonly (readonly [what: string, number: string, on: string, outcome: unknown, switched: string[]])[] = [
    ['with its PIN switches a scenario on', '*211234', '', done, ['night by line/1']],
    ['the same again switches it off', '*211234', 'night', done, [' by line/1']],
    ['takes the place of another scenario', '*22', 'night', done, ['outage by line/1']],
    ['with a wrong PIN changes nothing', '*211235', '', refused, []],
    ['without its PIN is none', '*21', '', undefined, []],
    ['that no scenario has is none', '*23', '', undefined, []],
    ['with the PIN of the toll guard calls', '*8847112345', '', { is: 'call', number: '2345', overridden: true }, []],
    ['with a wrong PIN of the toll guard calls nobody', '*8847122345', '', refused, []],
    ['with the PIN of the toll guard and no number is none', '*884711', '', undefined, []],
    ['that hides the number calls', '*31234', '', { is: 'call', number: '234', withheld: true }, []],
    ['that hides the number and no number is none', '*31', '', undefined, []],
    ['is nothing without a star', '2112', '', undefined, []],
  ];
  for (const [what, number, on, outcome, switched] of rows) {
    it(what, () => assert.deepEqual(dialled(number, on), [outcome, switched]));
  }
});

it('where the codes of a phone are locked, the right PIN is no use, and codes without one are', () => {
  assert.deepEqual(dialled('*211234', '', true), [{ is: 'refused' }, []]);
  assert.deepEqual(dialled('*8847112345', '', true), [{ is: 'refused' }, []]);
  assert.deepEqual(dialled('*22', '', true), [{ is: 'done' }, ['outage by line/1']]);
});

it('the toll guard has no override without a PIN', () => {
  const without = { ...box, tollGuard: { ...box.tollGuard, overridePin: '' } };
  const rooms = { scenario: () => '', switchScenario: () => assert.fail('it was switched'), pin: () => true };
  assert.equal(starDialled('*882345', without, rooms, { line: 'line/1', name: 'line/1' }), undefined);
  assert.ok(starPatterns(without, []).every((pattern) => !pattern.startsWith('*88')));
});

describe('while it is dialled, a code', () => {
  const map = compileDigitMap(box.routing.digitMap, [], ['911'], starPatterns(box, ['911']));
  for (const [digits, match] of [
    ['*21', 'partial'],
    ['*21123', 'partial'],
    ['*211234', 'complete'],
    ['*22', 'complete'],
    ['*884711', 'partial'],
    ['*8847112345', 'complete'],
    ['*884711911', 'complete'],
    ['*31911', 'complete'],
    ['*31', 'partial'],
    ['*23', 'impossible'],
  ] as const) {
    it(`${digits} is ${match}`, () => assert.equal(matchDigits(map, digits), match));
  }
});

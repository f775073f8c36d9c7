import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { NUMBER_CLASSES } from '../../config/section/line.ts';
import { profile as de } from '../../profiles/countries/de.ts';
import { profile as us } from '../../profiles/countries/us.ts';
import type { NumberPlan } from '../../profiles/number-plan.ts';
import { classOf, countryCodeOf } from './number-class.ts';

type Row = readonly [number: string, is: (typeof NUMBER_CLASSES)[number], countryCode?: string];
const rows = (country: NumberPlan, table: readonly Row[]) => {
  for (const [number, is, countryCode] of table) {
    const expected = countryCode === undefined ? { is } : { is, countryCode };
    assert.deepEqual(classOf(country, number), expected, number);
  }
};

it('numbers as dialled in Germany', () => {
  rows(de, [
    ['5551234', 'local'],
    ['030555123', 'national'],
    ['01711234567', 'mobile'],
    ['09001234567', 'premium'],
    ['0137123', 'premium'],
    ['11833', 'premium'],
    ['01013004412345', 'premium'],
    ['0043123456', 'international', '43'],
    ['+43123456', 'international', '43'],
    ['00353123456', 'international', '353'],
    ['0018765551234', 'international', '1876'],
    ['0012125551234', 'international', '1'],
    ['0074951234567', 'international', '7'],
    ['004930555123', 'national'],
    ['+491711234567', 'mobile'],
    ['+499001234567', 'premium'],
    ['+4909001234567', 'premium'],
    ['00979123456789', 'premium'],
    ['00881612345678', 'premium'],
    ['', 'local'],
    ['+', 'international', ''],
    ['00', 'international', ''],
  ]);
});

it('numbers as dialled in the United States', () => {
  rows(us, [
    ['5551234', 'local'],
    ['2125551234', 'local'],
    ['12125551234', 'national'],
    ['+12125551234', 'national'],
    ['19005551234', 'premium'],
    ['9005551234', 'premium'],
    ['+19005551234', 'premium'],
    ['18765551234', 'international', '1876'],
    ['8765551234', 'international', '1876'],
    ['+18765551234', 'international', '1876'],
    ['0114930555123', 'international', '49'],
    ['0149305551234', 'premium'],
    ['101028812125551234', 'premium'],
    ['17875551234', 'national'],
    // an extension of a PBX behind the softswitch
    ['9001', 'local'],
    ['9761234', 'premium'],
  ]);
});

it('each number has one class, and one that goes abroad has a country', () => {
  const number = fc.array(fc.constantFrom(...'0123456789*#+'), { maxLength: 24 }).map((digits) => digits.join(''));
  fc.assert(
    fc.property(fc.constantFrom<NumberPlan>(de, us), number, (country, dialled) => {
      const { is, countryCode } = classOf(country, dialled);
      assert.ok(NUMBER_CLASSES.includes(is));
      assert.equal(countryCode !== undefined, is === 'international');
    }),
    { numRuns: 5_000 },
  );
});

it('the own country code is never abroad, and a zone of more digits hides no other', () => {
  assert.equal(countryCodeOf('4930'), '49');
  assert.equal(countryCodeOf('420123'), '420');
  assert.equal(countryCodeOf('18685551234'), '1868');
  assert.equal(countryCodeOf('18005551234'), '1');
});

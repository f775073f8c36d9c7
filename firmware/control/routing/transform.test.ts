import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import * as v from 'valibot';
import type { Trunk } from '../../config/schema.ts';
import { trunk } from '../../config/section/trunk.ts';
import { transformed } from './transform.ts';

type Rule = Partial<Trunk['transforms'][number]>;
const trunkWith = (...transforms: Rule[]): Trunk =>
  v.parse(trunk, { id: 'A', host: '192.0.2.1', transforms, techPrefix: '#31' });

it('rules are applied in their order, each on what the one before has made', () => {
  const table: readonly (readonly [readonly Rule[], string, string])[] = [
    [[], '030555', '030555'],
    [[{ begins: '0', strip: 1, prepend: '+49' }], '030555', '+4930555'],
    [[{ begins: '0', strip: 1, prepend: '+49' }], '5551234', '5551234'],
    [
      [
        { begins: '00', strip: 2, prepend: '+' },
        { begins: '0', strip: 1, prepend: '+49' },
      ],
      '0043123',
      '+43123',
    ],
    [
      [
        { begins: '0', strip: 1 },
        { begins: '3', prepend: '9' },
      ],
      '030',
      '930',
    ],
    [[{ prepend: '*31#' }], '110', '*31#110'],
    [[{ matches: '0(\\d{2})(\\d+)', becomes: '+49$1$2' }], '030555', '+4930555'],
    [[{ matches: '0(\\d{2})(\\d+)', becomes: '$2$1' }], '030555', '55530'],
    [[{ matches: '3\\d+', becomes: '1' }], '030555', '030555'],
    [[{ matches: '0\\d+', strip: 1, prepend: '+49' }], '030555', '+4930555'],
    [[{ on: 'caller', prepend: '9' }], '030555', '030555'],
    [[{ strip: 24 }], '030555', ''],
  ];
  for (const [rules, number, becomes] of table) {
    assert.equal(transformed(trunkWith(...rules), number, 'callee'), becomes, `${JSON.stringify(rules)} on ${number}`);
  }
});

it('the number that is shown has rules of its own', () => {
  const rules = trunkWith({ on: 'caller', begins: '0', strip: 1, prepend: '+49' }, { on: 'callee', prepend: '9' });
  assert.equal(transformed(rules, '030555', 'caller'), '+4930555');
  assert.equal(transformed(rules, '030555', 'callee'), '9030555');
});

it('no rule makes a number of endless length, and none runs long on a hostile one', () => {
  const long = trunkWith(...Array.from({ length: 32 }, () => ({ prepend: '9'.repeat(24) })));
  assert.ok(transformed(long, '1', 'callee').length <= 64);
  const worst = trunkWith(...Array.from({ length: 32 }, () => ({ matches: '\\d*\\d*\\d*#', becomes: '1' })));
  const number = fc.constantFrom('0'.repeat(64), '0'.repeat(10_000), `${'01'.repeat(31)}*`);
  fc.assert(
    fc.property(number, (hostile) => {
      const began = process.hrtime.bigint();
      assert.equal(transformed(worst, hostile, 'callee'), hostile);
      assert.ok(Number(process.hrtime.bigint() - began) / 1e6 < 500);
    }),
    { numRuns: 10 },
  );
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import * as v from 'valibot';
import { configuration } from '../../config/schema.ts';
import { profile } from '../../profiles/countries/de.ts';
import { quietQuestion } from './question.ts';
import { costOf, rateOf } from './rate.ts';

type RateGiven = { readonly prefix: string; readonly perMinute: number; readonly minimumS?: number };
const MONDAY_NOON = Date.UTC(2027, 0, 11, 11);
const MONDAY_NIGHT = Date.UTC(2027, 0, 11, 22);

const question = (day: readonly RateGiven[], night: readonly RateGiven[] = [], ms = MONDAY_NOON, sure = true) => {
  const trunk = { id: 'A', host: '192.0.2.1', rates: 'day' };
  const turns = night.length === 0 ? {} : { ratesOut: 'night', rateCalendar: 'work' };
  const whole = v.parse(configuration, {
    version: 1,
    trunks: [
      { ...trunk, ...turns },
      { id: 'B', host: '192.0.2.2', localPort: 5061 },
    ],
    rateTables: [
      { id: 'day', rates: day },
      { id: 'night', rates: night },
    ],
    calendars: [{ id: 'work', timeZone: 'Europe/Berlin', periods: [{ days: ['mon'], from: '08:00', until: '18:00' }] }],
  });
  const offer = { from: { kind: 'phone', id: 'line/1', number: '' }, caller: {}, dialled: '' } as const;
  return quietQuestion({ offer, configuration: whole, country: profile, trunks: [], now: { ms, sure } });
};

it('the longest prefix prices a number; without one there is no price', () => {
  const asked = question([
    { prefix: '49', perMinute: 1 },
    { prefix: '4930', perMinute: 2, minimumS: 30 },
    { prefix: '493055', perMinute: 3 },
  ]);
  assert.deepEqual(
    ['49', '4989123', '4930123', '49305', '4930551', '43', ''].map((number) => costOf(asked, 'A', number)),
    [1, 1, 2, 2, 3, undefined, undefined],
  );
  assert.deepEqual(rateOf(asked, 'A', '4930123'), { perMinute: 2, minimumS: 30, stepS: 60 });
  assert.equal(costOf(asked, 'B', '49'), undefined);
  assert.equal(costOf(asked, 'C', '49'), undefined);
  assert.equal(costOf(question([{ prefix: '', perMinute: 9 }]), 'A', '1'), 9);
});

it('outside the hours of its calendar the second table holds; a time that is not sure counts as within', () => {
  const tables = [[{ prefix: '49', perMinute: 20 }], [{ prefix: '49', perMinute: 5 }]] as const;
  assert.equal(costOf(question(...tables, MONDAY_NOON), 'A', '4930'), 20);
  assert.equal(costOf(question(...tables, MONDAY_NIGHT), 'A', '4930'), 5);
  assert.equal(costOf(question(...tables, MONDAY_NIGHT, false), 'A', '4930'), 20);
});

it('no other prefix of the table fits better than the one that was found', () => {
  const digits = (most: number) =>
    fc.array(fc.constantFrom('0', '1', '4', '9'), { maxLength: most }).map((each) => each.join(''));
  const tables = fc.uniqueArray(fc.record({ prefix: digits(5), perMinute: fc.nat(1e9) }), {
    selector: ({ prefix }) => prefix,
    maxLength: 40,
  });
  fc.assert(
    fc.property(tables, digits(8), (table, number) => {
      const fitting = table.filter(({ prefix }) => number.startsWith(prefix));
      const best = fitting.sort((a, b) => b.prefix.length - a.prefix.length)[0];
      assert.equal(costOf(question(table), 'A', number), best?.perMinute);
    }),
  );
});

it('2000 rates are asked in a few microseconds', () => {
  const table = Array.from({ length: 2000 }, (_, at) => ({ prefix: String(10_000 + at * 7), perMinute: at }));
  const asked = question(table);
  costOf(asked, 'A', '1');
  const began = process.hrtime.bigint();
  for (let at = 0; at < 10_000; at++) costOf(asked, 'A', `${10_000 + at}5551234`);
  const tookUs = Number(process.hrtime.bigint() - began) / 1e3 / 10_000;
  assert.ok(tookUs < 50, `${tookUs} us each`);
});

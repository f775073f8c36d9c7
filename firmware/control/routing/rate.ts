import type { Configuration, RateTable, Trunk } from '../../config/schema.ts';
import type { Rate } from '../facts.ts';
import { counts } from './calendar.ts';
import type { PlanQuestion } from './question.ts';

/** Rates by prefix, and the lengths of prefixes that there are, longest first. */
type Table = { readonly lengths: readonly number[]; readonly rates: ReadonlyMap<string, Rate> };

const compiled = new WeakMap<RateTable, Table>();

/** What a minute to this number costs over this trunk now, in millionths of the currency; undefined without a rate. */
export const costOf = (question: PlanQuestion, trunkId: string, number: string): number | undefined =>
  rateOf(question, trunkId, number)?.perMinute;

/**
 * The rate of the longest prefix in the table that holds now (U4, U11). `number` is the one that is sent, after
 * transforms and without tech prefix.
 */
export const rateOf = (question: PlanQuestion, trunkId: string, number: string): Rate | undefined => {
  const { configuration } = question;
  const trunk = configuration.trunks.find(({ id }) => id === trunkId);
  const table = trunk === undefined ? undefined : tableOf(configuration, tableNameOf(question, trunk));
  if (table === undefined) return undefined;
  for (const length of table.lengths) {
    const rate = number.length < length ? undefined : table.rates.get(number.slice(0, length));
    if (rate) return rate;
  }
  return undefined;
};

/** The second table holds outside the hours of its calendar. */
const tableNameOf = (question: PlanQuestion, { rates, ratesOut, rateCalendar }: Trunk): string => {
  if (ratesOut === '' || rateCalendar === '') return rates;
  return counts({ calendar: rateCalendar, when: 'out', scenario: '' }, question) ? ratesOut : rates;
};

const tableOf = ({ rateTables }: Configuration, id: string): Table | undefined => {
  const found = id === '' ? undefined : rateTables.find((table) => table.id === id);
  if (found === undefined) return undefined;
  const known = compiled.get(found);
  if (known) return known;
  const rates = new Map<string, Rate>();
  for (const { prefix, perMinute, minimumS, stepS } of found.rates) rates.set(prefix, { perMinute, minimumS, stepS });
  const lengths = [...new Set([...rates.keys()].map(({ length }) => length))].sort((a, b) => b - a);
  const fresh = { lengths, rates };
  compiled.set(found, fresh);
  return fresh;
};

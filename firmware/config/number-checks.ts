import { expressionFault, groupsOf } from './number-expression.ts';
import type { Refusal } from './refusal.ts';
import type { Configuration, NumberPool, RateTable, Trunk } from './schema.ts';

// What settings about numbers demand of each other: transforms, rates, caller numbers.

const refusal = (path: string, limit: string, remedy: string): Refusal => ({ path, limit, remedy });

/** Everything that is refused about numbers. */
export const numberRefusals = (whole: Configuration): readonly Refusal[] => [
  ...whole.trunks.flatMap((trunk, at) => [
    ...trunk.transforms.flatMap((rule, index) => transformRefusals(rule, `trunks/${at}/transforms/${index}`)),
    ...rateRefusals(trunk, whole.rateTables, `trunks/${at}`),
  ]),
  ...whole.rateTables.flatMap((table, at) => repeatedPrefixes(table, `rateTables/${at}`)),
  ...whole.numberPools.flatMap((pool, at) => poolRefusals(pool, `numberPools/${at}`)),
  ...whole.lines.flatMap(({ ownNumber }, at) => unfit(ownNumber, `lines/${at}/ownNumber`)),
];

const transformRefusals = ({ matches, becomes }: Trunk['transforms'][number], path: string): Refusal[] => {
  if (matches === '') {
    if (becomes === '') return [];
    return [refusal(`${path}/becomes`, 'must be empty where nothing is matched', 'Fill in what it matches.')];
  }
  const fault = expressionFault(matches);
  if (fault !== undefined) return [refusal(`${path}/matches`, fault, 'Write it simpler, or as several rules.')];
  const groups = groupsOf(matches);
  const named = [...becomes.matchAll(/\$(.?)/g)].map(([, digit = '']) => digit);
  if (named.every((digit) => /^[1-9]$/.test(digit) && Number(digit) <= groups)) return [];
  const limit = `must name groups of the expression only, of which there are ${groups}`;
  return [refusal(`${path}/becomes`, limit, 'Put ( ) around each part that is to be kept.')];
};

/** More gaps than these help nobody. */
const MOST_GAPS = 8;

/** Two tables by turns must price the same numbers, or a number would be free of charge half of the day (U11). */
const rateRefusals = (
  { rates, ratesOut, rateCalendar }: Trunk,
  tables: readonly RateTable[],
  path: string,
): Refusal[] => {
  if (ratesOut === '') return [];
  if (rateCalendar === '') {
    return [refusal(`${path}/ratesOut`, 'must have a calendar that says when it holds', 'Name the calendar.')];
  }
  const prefixesOf = (name: string): readonly string[] =>
    tables.find(({ id }) => id === name)?.rates.map(({ prefix }) => prefix) ?? [];
  const [inside, outside] = [prefixesOf(rates), prefixesOf(ratesOut)];
  const gaps = [
    ...missing(inside, outside).map((prefix) => `${prefix} is not in ${ratesOut}`),
    ...missing(outside, inside).map((prefix) => `${prefix} is not in ${rates === '' ? 'any table' : rates}`),
  ];
  if (gaps.length === 0) return [];
  const more = gaps.length > MOST_GAPS ? `, and ${gaps.length - MOST_GAPS} more` : '';
  const limit = `must hold the same prefixes: ${gaps.slice(0, MOST_GAPS).join(', ')}${more}`;
  return [refusal(`${path}/ratesOut`, limit, 'Fill the gaps in both tables.')];
};

const missing = (of: readonly string[], from: readonly string[]): string[] => {
  const known = new Set(from);
  return [...new Set(of)].filter((prefix) => !known.has(prefix)).map((prefix) => (prefix === '' ? 'all' : prefix));
};

const repeatedPrefixes = ({ rates }: RateTable, path: string): Refusal[] => {
  const known = new Set<string>();
  return rates.flatMap(({ prefix }, at) => {
    if (!known.has(prefix)) {
      known.add(prefix);
      return [];
    }
    return [refusal(`${path}/rates/${at}/prefix`, 'must be unlike all others of the table', 'Remove one of them.')];
  });
};

const poolRefusals = ({ main, forwarded, members }: NumberPool, path: string): Refusal[] => [
  ...unfit(main, `${path}/main`),
  ...unfit(forwarded, `${path}/forwarded`),
  ...members.flatMap(({ number }, at) => [
    ...unfit(number, `${path}/members/${at}/number`),
    ...(members.findIndex((each) => each.number === number) < at
      ? [refusal(`${path}/members/${at}/number`, 'must be unlike all others of the pool', 'Remove one of them.')]
      : []),
  ]),
];

/** A caller number as softswitches take it (ITU-T E.164: 15 digits at most); empty: none. */
const unfit = (number: string, path: string): Refusal[] =>
  number === '' || /^\+?[0-9]{2,15}$/.test(number)
    ? []
    : [refusal(path, 'must be 2 to 15 digits, perhaps with + before', 'Write it as the provider assigned it.')];

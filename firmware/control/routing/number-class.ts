import type { NUMBER_CLASSES } from '../../config/section/line.ts';
import type { NumberPlan } from '../../profiles/number-plan.ts';

export type NumberClass = (typeof NUMBER_CLASSES)[number];
/** `countryCode`: of international numbers; as long as the zone goes that settings can name (1876 is not 1). */
export type Classed = { readonly is: NumberClass; readonly countryCode?: string };

/** Country codes of two digits (ITU-T E.164 list of assigned codes); 1 and 7 have one, all others three. */
const TWO_DIGITS = new Set(
  (
    '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 ' +
    '90 91 92 93 94 95 98'
  ).split(' '),
);
/** Shared and satellite codes: no country, and priced like premium numbers (E.164 §6.2.2: +979 is premium rate). */
const PREMIUM_EVERYWHERE = ['979', '870', '881', '882', '883', '878'];
/** North American area codes of countries that are none of the United States and Canada: priced as abroad. */
const CARIBBEAN = new Set(
  '242 246 264 268 284 345 441 473 649 658 664 721 758 767 784 809 829 849 868 869 876'.split(' '),
);
const ZONE_1 = '1';

const begins = (number: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => prefix !== '' && number.startsWith(prefix));

/** The country code of a number without any prefix; `1` and the area code for the islands of zone 1. */
export const countryCodeOf = (digits: string): string => {
  if (digits.startsWith(ZONE_1)) return CARIBBEAN.has(digits.slice(1, 4)) ? digits.slice(0, 4) : ZONE_1;
  if (digits.startsWith('7')) return '7';
  const two = digits.slice(0, 2);
  return TWO_DIGITS.has(two) ? two : digits.slice(0, 3);
};

/** What follows the international prefix or `+`; undefined for a number that has neither. */
const abroadPart = (country: NumberPlan, number: string): string | undefined => {
  if (number.startsWith('+')) return number.slice(1);
  const prefix = country.international.find((each) => each !== '' && number.startsWith(each));
  return prefix === undefined ? undefined : number.slice(prefix.length);
};

/**
 * What kind of number this is, as dialled from the country, after an outside prefix was taken off. A number of the own
 * country that is written with its country code counts as what it is.
 */
export const classOf = (country: NumberPlan, number: string): Classed => {
  const abroad = abroadPart(country, number);
  if (abroad === undefined) return insideClass(country, number);
  const code = countryCodeOf(abroad);
  if (begins(abroad, PREMIUM_EVERYWHERE)) return { is: 'premium' };
  if (code !== country.countryCode) return { is: 'international', countryCode: code };
  const rest = abroad.slice(code.length);
  // +49 (0) 900 is written so often that softswitches take it
  return insideClass(country, rest.startsWith(country.national) ? rest : country.national + rest);
};

const insideClass = (country: NumberPlan, number: string): Classed => {
  if (number.length >= country.premiumDigits && begins(number, country.premium)) return { is: 'premium' };
  const island = islandOf(country, number);
  if (island !== undefined) return { is: 'international', countryCode: island };
  if (begins(number, country.mobile)) return { is: 'mobile' };
  return { is: begins(number, [country.national]) ? 'national' : 'local' };
};

/** In zone 1 a call abroad is dialled like one at home. */
const islandOf = ({ countryCode }: NumberPlan, number: string): string | undefined => {
  if (countryCode !== ZONE_1) return undefined;
  const digits = number.length === 10 && !number.startsWith(ZONE_1) ? ZONE_1 + number : number;
  const code = digits.startsWith(ZONE_1) ? countryCodeOf(digits) : ZONE_1;
  return code === ZONE_1 ? undefined : code;
};

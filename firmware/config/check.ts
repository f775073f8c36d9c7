import * as v from 'valibot';
import { catalogue } from '../../drivers/catalogue.ts';
import { loadProfile } from '../profiles/profile.ts';
import { crossCheck } from './cross-check.ts';
import type { Refusal } from './refusal.ts';
import { type Configuration, configuration } from './schema.ts';

/** Largest configuration in octets of JSON. */
export const LARGEST_CONFIGURATION = 256 * 1024;
/** More refusals than this help nobody. */
const MOST_REFUSALS = 100;

export type Checked =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly refused: readonly Refusal[] };

/** The settings of each driver by its name, as `drivers/catalogue.ts` declares them. */
export type DriverSettings = Readonly<Record<string, { readonly settings: v.GenericSchema }>>;

/**
 * Checks a configuration from anywhere: size, every field, the settings of the drivers, and what fields demand of
 * each other. Defaults are filled in. Lists everything that is refused, not only the first.
 */
export const checkConfiguration = async (input: unknown, drivers: DriverSettings = catalogue): Promise<Checked> => {
  if (!isBounded(input)) return refuse([tooLarge]);
  const parsed = v.safeParse(configuration, input);
  if (!parsed.success) return refuse(parsed.issues.map((issue) => refusalOf(issue)));
  const cards = parsed.output.cards.map((card, index) => checkCard(card, index, drivers));
  const whole = { ...parsed.output, cards: cards.map(({ card }) => card) };
  const { emergency } = await loadProfile(whole.system.country);
  const refused = [...cards.flatMap((each) => each.refused), ...crossCheck(whole, emergency)];
  return refused.length > 0 ? refuse(refused) : { ok: true, configuration: whole };
};

/** The refusal of what is not bounded. */
export const tooLarge: Refusal = {
  path: '',
  limit: `must be JSON of at most ${LARGEST_CONFIGURATION} octets and not nested deeply`,
  remedy: 'Make it shorter.',
};

const refuse = (refused: readonly Refusal[]): Checked => ({ ok: false, refused: refused.slice(0, MOST_REFUSALS) });

/** Levels of lists and objects; the deepest setting there is lies at half of it. */
const DEEPEST = 16;

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1)));

/** False for what is too large or too deep to be looked at any further. */
export const isBounded = (input: unknown): boolean =>
  isShallow(input, DEEPEST) && Buffer.byteLength(JSON.stringify(input) ?? '') <= LARGEST_CONFIGURATION;

type Card = Configuration['cards'][number];

const checkCard = (card: Card, index: number, drivers: DriverSettings): { card: Card; refused: Refusal[] } => {
  const driver = Object.hasOwn(drivers, card.driver) ? drivers[card.driver] : undefined;
  if (!driver) {
    const names = Object.keys(drivers).join(', ');
    const refusal = { path: `cards/${index}/driver`, limit: `must be one of ${names}`, remedy: 'Choose one of these.' };
    return { card, refused: [refusal] };
  }
  const parsed = v.safeParse(driver.settings, card.settings);
  if (parsed.success) return { card: { ...card, settings: parsed.output as Card['settings'] }, refused: [] };
  return { card, refused: parsed.issues.map((issue) => refusalOf(issue, `cards/${index}/settings/`)) };
};

type Issue = v.BaseIssue<unknown>;

/** What valibot found, in our words. `issue.received` is left out on purpose: it may be a secret. */
const refusalOf = (issue: Issue, before = ''): Refusal => {
  const path = before + (issue.path ?? []).map(({ key }) => String(key)).join('/');
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return { path, limit: 'is not a setting', remedy: 'Remove it, or correct its spelling.' };
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') {
    return { path, limit: 'must be given', remedy: 'Add it.' };
  }
  return { path, limit: limitOf(issue), remedy: 'Enter a value within this limit; what ran goes on until then.' };
};

/** Settings bring their own words; the rest is about the shape of the document. */
const limitOf = (issue: Issue): string => {
  if (issue.message.startsWith('must ')) return issue.message;
  if (issue.type === 'array') return 'must be a list';
  if (issue.type === 'literal') return `must be ${issue.expected}`;
  return 'must be an object of settings';
};

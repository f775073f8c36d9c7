import type calls from './i18n/en/calls.json';
import type drill from './i18n/en/drill.json';
import first from './i18n/en/first.json' with { type: 'json' };
import type form from './i18n/en/form.json';
import type handset from './i18n/en/handset.json';
import type lab from './i18n/en/lab.json';
import type mailbox from './i18n/en/mailbox.json';
import type routing from './i18n/en/routing.json';
import type settings from './i18n/en/settings.json';
import type tools from './i18n/en/tools.json';

/**
 * Every text of the page by its key; a key that is in no table does not compile. The first table comes with the page,
 * each other one with the parts that use it, which import it (`i18n/NAME.ts`).
 */
export type Key =
  | keyof typeof first
  | keyof typeof calls
  | keyof typeof drill
  | keyof typeof form
  | keyof typeof handset
  | keyof typeof lab
  | keyof typeof mailbox
  | keyof typeof routing
  | keyof typeof settings
  | keyof typeof tools;
type Counted<T> = T extends `${infer Stem}.other` ? Stem : never;
/** Keys with a form for each plural (`KEY.one`, `KEY.other`). */
export type PluralKey = Counted<Key>;
export type Words = Readonly<Record<string, string | number>>;

const table: Record<string, string> = { ...first };
const language = 'en';

/** Adds a table that came with a part of the page. */
export const know = (words: Readonly<Record<string, string>>): void => void Object.assign(table, words);

let grouped: Intl.NumberFormat | undefined;

/** The first format that a browser makes costs a slow processor a third of a second: few pages need one. */
const numberWords = (number: number): string => {
  if (Number.isInteger(number) && Math.abs(number) < 1000) return String(number);
  grouped ??= new Intl.NumberFormat(language);
  return grouped.format(number);
};

const filled = (text: string, words: Words): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const word = words[name];
    if (word === undefined) return whole;
    return typeof word === 'number' ? numberWords(word) : word;
  });

/** The text of a key, with each `{name}` replaced by the word of that name. */
export const t = (key: Key, words: Words = {}): string => filled(table[key] ?? key, words);

/**
 * The text for a count, in the plural of the language; `{count}` is the count. English, Spanish and German have a form
 * for one, Chinese has none; `Intl.PluralRules` would say no more of them, and costs a slow processor its first look.
 */
export const plural = (key: PluralKey, count: number, words: Words = {}): string =>
  filled((count === 1 ? table[`${key}.one`] : undefined) ?? table[`${key}.other`] ?? key, { ...words, count });

/** The text of a key made at run time, or `otherwise` where there is none. */
export const tOr = (key: string, otherwise: string, words: Words = {}): string =>
  filled(table[key] ?? otherwise, words);

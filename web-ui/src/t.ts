import en from './i18n/en.json' with { type: 'json' };

/** Every text of the page by its key; a key that is not in the table does not compile. */
export type Key = keyof typeof en;
type Counted<T> = T extends `${infer Stem}.other` ? Stem : never;
/** Keys with a form for each plural (`KEY.one`, `KEY.other`). */
export type PluralKey = Counted<Key>;
export type Words = Readonly<Record<string, string | number>>;

const table: Readonly<Record<string, string>> = en;
const language = 'en';
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

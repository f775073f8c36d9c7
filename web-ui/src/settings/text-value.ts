import type { Described } from '../../../firmware/control/api/wire.ts';

const isPlain = (value: unknown): boolean => value === null || typeof value !== 'object';

/** A record of single values is written one a line (`503 next`), anything deeper as JSON. */
export const isLineRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isPlain);

/** A list or a record as text to be edited. */
export const textOf = (about: Described, value: unknown): string => {
  if (value === undefined) return '';
  if (about.kind === 'list' && Array.isArray(value)) return value.join('\n');
  if (isLineRecord(value))
    return Object.entries(value as object)
      .map(([key, each]) => `${key} ${String(each)}`)
      .join('\n');
  return JSON.stringify(value, undefined, 2);
};

const asNumber = (text: string): string | number => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** What edited text means; where it cannot be read it stays text, and the box says what must be there. */
export const valueIn = (about: Described, text: string): unknown => {
  if (about.kind === 'list') {
    const numeric = Array.isArray(about.default) && about.default.some((each) => typeof each === 'number');
    return linesOf(text).map((each) => (numeric ? asNumber(each) : each));
  }
  if (/^\s*[[{]/.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  const pairs = linesOf(text).map((each) => {
    const at = each.search(/\s/);
    return at < 0 ? ([each, ''] as const) : ([each.slice(0, at), each.slice(at).trim()] as const);
  });
  return Object.fromEntries(pairs);
};

/** What is typed into a field of one value: empty is the default, what is no number is left for the box to refuse. */
export const entered = (about: Described, text: string): unknown => {
  if (about.kind !== 'number') return text;
  return text.trim() === '' ? null : asNumber(text.trim());
};

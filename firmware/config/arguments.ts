import * as v from 'valibot';
import { type Described, describe } from './describe.ts';
import type { Refusal } from './refusal.ts';
import { choice, flag, optionalText, shortName, text, whole } from './setting.ts';

/** Arguments of an operation are declared by the builders of settings, so that the same form can be drawn. */
export const argument = { choice, flag, optionalText, shortName, text, whole } as const;

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refused: readonly Refusal[] };

/** What an operation is asked with. */
export type Arguments<T> = {
  readonly described: readonly Described[];
  /** Defaults are filled in; nothing at all is the same as no argument given. */
  parse(input: unknown): Parsed<T>;
};

/** Composes arguments by their names. */
export const operationArguments = <const Entries extends v.ObjectEntries>(
  entries: Entries,
): Arguments<v.InferOutput<v.StrictObjectSchema<Entries, undefined>>> => {
  const schema = v.strictObject(entries);
  return {
    described: describe(schema),
    parse(input) {
      const parsed = v.safeParse(schema, input ?? {});
      if (parsed.success) return { ok: true, value: parsed.output };
      return { ok: false, refused: parsed.issues.map((issue) => refusalOf(issue)) };
    },
  };
};

/** What valibot found, in our words; the value that was given is not repeated. */
const refusalOf = (issue: v.BaseIssue<unknown>): Refusal => {
  const path = (issue.path ?? []).map(({ key }) => String(key)).join('/');
  const unknown = issue.type === 'strict_object' && issue.expected === 'never';
  if (unknown) return { path, limit: 'is not an argument', remedy: 'Remove it, or correct its spelling.' };
  if (issue.type === 'strict_object' && issue.received === 'undefined') {
    return { path, limit: 'must be given', remedy: 'Add it.' };
  }
  const limit = issue.message.startsWith('must ') ? issue.message : 'must be an object of arguments';
  return { path, limit, remedy: 'Enter a value within this limit; nothing was done.' };
};

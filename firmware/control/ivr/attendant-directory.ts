import type { Attendant, Configuration } from '../../config/schema.ts';
import type { Offer } from '../leg/leg.ts';

/** Where an auto attendant leads to. */
export type Led = { readonly to: NonNullable<Offer['to']>; readonly dialled: string };
/** All that callers may press or spell, each with where it leads. */
export type Directory = {
  readonly choices: readonly (Led & { readonly digit: string })[];
  readonly extensions: readonly Led[];
  readonly names: readonly (Led & { readonly keys: readonly string[] })[];
  /** Who is rung when nothing is pressed. */
  readonly timeout?: Led;
};

const LETTERS = ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'];
const ACCENTS = /\p{M}/gu;

/** The keys that spell a word (ITU-T E.161); letters with accents as without; what is no letter has no key. */
export const keysOf = (word: string): string =>
  [...word.normalize('NFD').replace(ACCENTS, '').replaceAll('ß', 'ss').toLowerCase()]
    .map((letter) => (/[0-9]/.test(letter) ? letter : keyOf(letter)))
    .join('');
const keyOf = (letter: string): string => {
  const at = LETTERS.findIndex((group) => group.includes(letter));
  return at < 0 ? '' : String(at + 2);
};

type Kind = Led['to']['kind'];
const led = (kind: Kind, id: string, dialled: string): Led => ({ to: { kind, id }, dialled });

/** What this attendant offers, by the settings that run. */
export const directoryOf = (configuration: Configuration, attendant: Attendant): Directory => {
  const extensions = extensionsOf(configuration);
  const timeout = configuration.lines.find(({ id }) => id === attendant.timeoutLine);
  return {
    choices: attendant.choices.flatMap(({ digit, to, name }) => {
      const where = choiceOf(extensions, to, name);
      return where === undefined ? [] : [{ ...where, digit }];
    }),
    extensions: attendant.dialByExtension ? extensions : [],
    names: attendant.dialByName ? namesOf(configuration) : [],
    ...(timeout === undefined ? {} : { timeout: led('phone', timeout.id, timeout.extension) }),
  };
};

const extensionsOf = ({ lines, ringGroups, attendants }: Configuration): readonly Led[] =>
  [
    ...lines
      .filter(({ kind, enabled }) => kind === 'fxs' && enabled)
      .map((line) => led('phone', line.id, line.extension)),
    ...ringGroups.map(({ id, extension }) => led('ringGroup', id, extension)),
    ...attendants.map(({ id, extension }) => led('attendant', id, extension)),
  ].filter(({ dialled }) => dialled !== '');

const choiceOf = (
  extensions: readonly Led[],
  to: Attendant['choices'][number]['to'],
  name: string,
): Led | undefined => {
  if (to === 'extension') return extensions.find(({ dialled }) => dialled === name);
  const kinds = { group: 'ringGroup', mailbox: 'mailbox', attendant: 'attendant' } as const;
  const extension = extensions.find((each) => each.to.id === name)?.dialled ?? '';
  return led(kinds[to], name, extension);
};

/** People by the display names of their accounts, ring groups by their short names. */
const namesOf = ({ lines, accounts, ringGroups }: Configuration): Directory['names'] => [
  ...accounts.flatMap(({ displayName, line }) => {
    const phone = lines.find(({ id, kind, enabled }) => id === line && kind === 'fxs' && enabled);
    return phone === undefined || displayName === ''
      ? []
      : [{ ...led('phone', phone.id, phone.extension), keys: wordsOf(displayName) }];
  }),
  ...ringGroups.map(({ id, extension }) => ({ ...led('ringGroup', id, extension), keys: wordsOf(id) })),
];

const wordsOf = (name: string): readonly string[] =>
  name
    .split(/[\s,.-]+/)
    .map(keysOf)
    .filter((keys) => keys !== '');

/** What digits mean so far: `sure` that nothing longer is meant. */
export type Meant =
  | { readonly is: 'nothing' | 'more' }
  | { readonly is: 'led'; readonly led: Led; readonly sure: boolean };

export const meantBy = ({ choices, extensions }: Directory, typed: string): Meant => {
  const found = extensions.find(({ dialled }) => dialled === typed) ?? choices.find(({ digit }) => digit === typed);
  const longer = extensions.some(({ dialled }) => dialled.length > typed.length && dialled.startsWith(typed));
  if (found) return { is: 'led', led: found, sure: !longer };
  return { is: longer ? 'more' : 'nothing' };
};

/** Who is spelled by the first letters of one of the names; more letters are wanted while several are. */
export const spelledBy = ({ names }: Directory, typed: string): Meant => {
  const found = names.filter(({ keys }) => keys.some((word) => word.startsWith(typed)));
  const [only, ...others] = found;
  if (!only) return { is: 'nothing' };
  return others.length > 0 ? { is: 'more' } : { is: 'led', led: only, sure: true };
};

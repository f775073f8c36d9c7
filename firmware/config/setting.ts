import * as v from 'valibot';

/** What a person is told of a setting; forms, reference page and errors are made from it. */
export type SettingInfo = {
  readonly title: string;
  readonly help: string;
  readonly unit?: string;
  /** Never shown, logged or sent again once stored. */
  readonly secret?: true;
  /** Of a list: the order of its entries counts. */
  readonly ordered?: true;
  /** Shown only while the sibling setting has one of these values. */
  readonly appliesWhen?: { readonly setting: string; readonly is: readonly (string | number | boolean)[] };
};

const info = (about: SettingInfo) =>
  ({
    unit: about.unit,
    secret: about.secret,
    appliesWhen: about.appliesWhen,
  }) as const;

/** A whole number between limits, with its default. */
export const whole = (about: SettingInfo & { readonly min: number; readonly max: number; readonly default: number }) =>
  v.optional(
    v.pipe(
      v.number(`must be a whole number from ${about.min} to ${about.max}`),
      v.integer(`must be a whole number from ${about.min} to ${about.max}`),
      v.minValue(about.min, `must be at least ${about.min}`),
      v.maxValue(about.max, `must be at most ${about.max}`),
      v.title(about.title),
      v.description(about.help),
      v.metadata(info(about)),
    ),
    about.default,
  );

type TextInfo = SettingInfo & {
  readonly max: number;
  readonly min?: number;
  /** What else it must be: an expression without backtracking, and the same in words ("must be …"). */
  readonly form?: { readonly is: RegExp; readonly words: string };
};

/** Control characters would break the lines of a SIP message or of a log. */
const PRINTABLE = /^\P{Cc}*$/u;

/** Text of bounded length without control characters; with `default` left out it must be given. */
export const text = (about: TextInfo) =>
  v.pipe(
    v.string('must be text'),
    v.minLength(about.min ?? 0, `must have at least ${about.min ?? 0} characters`),
    v.maxLength(about.max, `must have at most ${about.max} characters`),
    v.regex(PRINTABLE, 'must not have control characters'),
    v.check((value) => about.form?.is.test(value) ?? true, about.form?.words ?? ''),
    v.title(about.title),
    v.description(about.help),
    v.metadata(info(about)),
  );

export const optionalText = (about: TextInfo & { readonly default: string }) => v.optional(text(about), about.default);

/** The short name of a thing, by which others name it; it goes into topics and file names. `title`: of what it is. */
export const shortName = (help: string, title = 'Short name') =>
  text({
    title,
    help,
    min: 1,
    max: 32,
    form: { is: /^[A-Za-z0-9][A-Za-z0-9-]*$/, words: 'must be letters, digits and hyphens, such as desk-1' },
  });

/** One of a few words. */
export const choice = <const T extends readonly [string, ...string[]]>(
  about: SettingInfo & { readonly of: T; readonly default: T[number] },
) =>
  v.optional(
    v.pipe(
      v.picklist(about.of as T, `must be one of ${about.of.join(', ')}`),
      v.title(about.title),
      v.description(about.help),
      v.metadata(info(about)),
    ),
    about.default as never,
  );

export const flag = (about: SettingInfo & { readonly default: boolean }) =>
  v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.title(about.title),
      v.description(about.help),
      v.metadata(info(about)),
    ),
    about.default,
  );

/** A short list of host names. */
export const hostNames = (about: SettingInfo & { readonly most: number }) =>
  v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.string('must be a host name'),
          v.maxLength(255, 'must have at most 255 characters'),
          v.regex(/^[A-Za-z0-9.-]+$/, 'must be a host name, such as box.example.com'),
        ),
        'must be a list of host names',
      ),
      v.maxLength(about.most, `must have at most ${about.most} names`),
      v.title(about.title),
      v.description(about.help),
      v.metadata(info(about)),
    ),
    [],
  );

/** A list of short texts, each of one form. */
export const texts = (
  about: SettingInfo & {
    readonly most: number;
    readonly max: number;
    readonly form: { readonly is: RegExp; readonly words: string };
  },
) =>
  v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.string('must be text'),
          v.maxLength(about.max, `must have at most ${about.max} characters`),
          v.regex(about.form.is, about.form.words),
        ),
        'must be a list',
      ),
      v.maxLength(about.most, `must have at most ${about.most} entries`),
      v.title(about.title),
      v.description(about.help),
      v.metadata(info(about)),
    ),
    [],
  );

/** Some of a few words, each once. */
export const choices = <const T extends readonly [string, ...string[]]>(
  about: SettingInfo & { readonly of: T; readonly default: readonly T[number][] },
) =>
  v.optional(
    v.pipe(
      v.array(v.picklist(about.of as T, `must be one of ${about.of.join(', ')}`), 'must be a list'),
      v.maxLength(about.of.length, 'must name each once'),
      v.title(about.title),
      v.description(about.help),
      v.metadata(info(about)),
    ),
    [...about.default] as T[number][],
  );

/** A number as it is dialled: digits, perhaps with + before, `*` and `#`. */
export const dialled = { is: /^[+]?[0-9*#]*$/, words: 'must be digits, with + before, * or # where needed' };
/** The short name of another thing, or nothing. */
export const nameOrNothing = {
  is: /^([A-Za-z0-9][A-Za-z0-9-]*)?$/,
  words: 'must be a short name, or empty',
};
/** A line such as line/1, or the short name of another thing, or nothing. */
export const wayOrNothing = {
  is: /^((line\/)?[A-Za-z0-9][A-Za-z0-9-]*)?$/,
  words: 'must be a line such as line/1 or a short name, or empty',
};
/** Time of the day, from 00:00 to 24:00. */
export const timeOfDay = { is: /^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/, words: 'must be a time such as 08:30' };
export const timeOfDayOrNothing = {
  is: /^$|^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/,
  words: 'must be a time such as 08:30, or empty',
};
export const date = {
  is: /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/,
  words: 'must be a date such as 2027-12-24',
};
export const dateOrNothing = {
  is: /^$|^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/,
  words: 'must be a date such as 2027-12-24, or empty',
};
export const dateAndTimeOrNothing = {
  is: /^$|^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3])(:[0-5][0-9]){1,2}$/,
  words: 'must be a date and a time such as 2027-12-24 18:00, or empty',
};

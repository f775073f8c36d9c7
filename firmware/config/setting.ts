import * as v from 'valibot';

/** What a person is told of a setting; forms, reference page and errors are made from it. */
export type SettingInfo = {
  readonly title: string;
  readonly help: string;
  readonly unit?: string;
  /** Never shown, logged or sent again once stored. */
  readonly secret?: true;
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

/** Text of bounded length; with `default` left out it must be given. */
export const text = (about: SettingInfo & { readonly max: number; readonly min?: number }) =>
  v.pipe(
    v.string('must be text'),
    v.minLength(about.min ?? 0, `must have at least ${about.min ?? 0} characters`),
    v.maxLength(about.max, `must have at most ${about.max} characters`),
    v.title(about.title),
    v.description(about.help),
    v.metadata(info(about)),
  );

export const optionalText = (about: SettingInfo & { readonly max: number; readonly default: string }) =>
  v.optional(text(about), about.default);

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

import '../i18n/form.ts';
import { tOr } from '../t.ts';
import type { About } from './model.ts';

/** The title of a setting; a list of things inside another has one of this page alone. */
export const titleOf = ({ path, title }: About): string => tOr(`items.${path}`, title || path);

/** A word of a choice as a person reads it; one that means another thing elsewhere has its setting before it. */
export const wordOf = ({ path }: About, value: unknown): string =>
  tOr(`word.${path}.${String(value)}`, tOr(`word.${String(value)}`, String(value)));

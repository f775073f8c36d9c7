import '../i18n/settings.ts';
import { t, tOr } from '../t.ts';

/** What one step of a change means for a person; a step without words of its own is shown as it is. */
export const stepWords = (step: string): string => {
  const [name = '', ...rest] = step.split(' ');
  return tOr(`step.${name}`, step, { id: rest.join(' ') });
};

/** A path of a conflict as a person reads it. */
export const pathWords = (path: string): string => path.split('/').join(' › ');

/** The name of a section of the settings. */
export const sectionWords = (section: string): string => tOr(`section.${section}`, section);
export const sectionLead = (section: string): string => tOr(`section.${section}.lead`, '');
/** One thing of a list in words: a softswitch, an account. */
export const thingWords = (list: string): string => tOr(`thing.${list}`, t('thing'));

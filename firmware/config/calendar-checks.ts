import type { Refusal } from './refusal.ts';
import type { Configuration } from './schema.ts';

/** What the hours of calendars demand of each other: a day that is unlike others has a beginning and an end, or none. */
export const calendarRefusals = ({ calendars }: Pick<Configuration, 'calendars'>): readonly Refusal[] =>
  calendars.flatMap(({ exceptions }, at) =>
    exceptions.flatMap(({ from, until }, index) => {
      if ((from === '') === (until === '')) return [];
      const missing = from === '' ? 'from' : 'until';
      const path = `calendars/${at}/exceptions/${index}/${missing}`;
      return [{ path, limit: 'must be given, or both be empty', remedy: 'Enter both, or neither: closed.' }];
    }),
  );

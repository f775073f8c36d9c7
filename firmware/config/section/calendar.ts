import * as v from 'valibot';
import { choices, date, optionalText, shortName, text, texts, timeOfDay, timeOfDayOrNothing } from '../setting.ts';

/** Every day, from Monday. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const zone = { is: /^[A-Za-z0-9_+/-]+$/, words: 'must be a time zone such as Europe/Berlin' };
/** Whether there is such a time zone. */
export const timeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** Hours of one or more days; `until` before `from` crosses midnight. */
const period = v.strictObject({
  days: choices({ title: 'Days', help: 'Days on which it begins.', of: WEEKDAYS, default: [] }),
  from: text({ title: 'From', help: 'It begins.', max: 5, form: timeOfDay }),
  until: text({
    title: 'Until',
    help: 'It ends; before the beginning means on the next day.',
    max: 5,
    form: timeOfDay,
  }),
});

/** One day that is unlike its weekday: other hours, or none (both empty: closed). */
const exception = v.strictObject({
  date: text({ title: 'Date', help: 'The day.', max: 10, form: date }),
  from: optionalText({
    title: 'From',
    help: 'Empty: closed.',
    max: 5,
    default: '',
    form: timeOfDayOrNothing,
  }),
  until: optionalText({
    title: 'Until',
    help: 'Empty: closed.',
    max: 5,
    default: '',
    form: timeOfDayOrNothing,
  }),
});

/** A work calendar (U11): within its hours is "in", all else is "out". */
export const calendar = v.strictObject({
  id: shortName('Named by routes, forwarding, rates and groups.'),
  timeZone: v.pipe(
    text({ title: 'Time zone', help: 'Daylight saving is kept by it.', min: 1, max: 64, form: zone }),
    v.check(timeZone, 'must be a time zone that is known, such as Europe/Berlin'),
  ),
  periods: v.optional(v.pipe(v.array(period), v.maxLength(32, 'must have at most 32 periods')), []),
  holidays: texts({
    title: 'Holidays of every year',
    help: 'Month and day, such as 12-25; closed on these.',
    most: 64,
    max: 5,
    form: { is: /^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/, words: 'must be month and day such as 12-25' },
  }),
  datedHolidays: texts({
    title: 'Holidays of one year',
    help: 'Closed on these days.',
    most: 128,
    max: 10,
    form: date,
  }),
  exceptions: v.optional(v.pipe(v.array(exception), v.maxLength(64, 'must have at most 64 exceptions')), []),
});

import type { Calendar } from '../../config/schema.ts';
import { WEEKDAYS } from '../../config/section/calendar.ts';
import { dateOfDay } from './civil-date.ts';
import type { PlanQuestion, WallTime } from './question.ts';
import { zoneOffsetMs } from './time-zone.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const WEEKDAY_OF_DAY_0 = 3;

type Window = { readonly from: string; readonly until: string };

/**
 * Whether a moment is within the hours of a work calendar (U11): by what the clocks of its time zone show, so that
 * daylight saving is right on both days. What crosses midnight belongs to the day on which it begins, so an evening
 * before a holiday goes on into it. A time that is not sure counts as "in".
 */
export const isWithin = (calendar: Calendar, now: WallTime): boolean => {
  if (!now.sure) return true;
  const local = now.ms + zoneOffsetMs(calendar.timeZone, now.ms);
  const day = Math.floor(local / DAY_MS);
  const minute = Math.floor((local - day * DAY_MS) / MINUTE_MS);
  return (
    windowsOf(calendar, day).some((window) => covers(window, minute)) ||
    windowsOf(calendar, day - 1).some((window) => reachesInto(window, minute))
  );
};

/** A calendar with the side of its hours that is meant, and a scenario; empty: always. */
export type BoundTo = { readonly calendar: string; readonly when: 'in' | 'out'; readonly scenario: string };

/** Whether a thing counts at this moment: by its calendar (U11) and in the scenario that is switched on (U20). */
export const counts = (
  bound: BoundTo,
  { configuration, now, memory }: Pick<PlanQuestion, 'configuration' | 'now' | 'memory'>,
): boolean => {
  if (bound.scenario !== '' && bound.scenario !== memory.scenario) return false;
  if (bound.calendar === '') return true;
  const calendar = configuration.calendars.find(({ id }) => id === bound.calendar);
  return calendar === undefined || isWithin(calendar, now) === (bound.when === 'in');
};

/** Why it does not count, in words; only for what `counts` denies. */
export const whyNotCounted = (
  { scenario, calendar, when }: BoundTo,
  { memory }: Pick<PlanQuestion, 'memory'>,
): string =>
  scenario !== '' && scenario !== memory.scenario
    ? `it counts only in the scenario ${scenario}`
    : `it counts only ${when === 'in' ? 'within' : 'outside'} the hours of ${calendar}`;

/** Why it does not count at this moment; undefined where it does. */
export const notCounted = (bound: BoundTo, question: PlanQuestion): string | undefined =>
  counts(bound, question) ? undefined : whyNotCounted(bound, question);

/** The day of a time zone at a moment, such as 2027-12-24. */
export const dateIn = (timeZone: string, ms: number): string =>
  dateOfDay(Math.floor((ms + zoneOffsetMs(timeZone, ms)) / DAY_MS));

/** The year whose dated holidays are missing: this one, from November on the next. Undefined where none were ever given. */
export const holidaysMissing = (calendar: Calendar, now: WallTime): number | undefined => {
  if (!now.sure || calendar.datedHolidays.length === 0) return undefined;
  const [year = '', month = ''] = dateIn(calendar.timeZone, now.ms).split('-');
  const wanted = Number(month) >= REMINDER_MONTH ? Number(year) + 1 : Number(year);
  return calendar.datedHolidays.some((date) => date.startsWith(`${wanted}-`)) ? undefined : wanted;
};
/** From this month on the holidays of the next year should be known. */
const REMINDER_MONTH = 11;

/** The hours that begin on a day: an exception outranks a holiday, and a holiday the week. */
const windowsOf = (calendar: Calendar, day: number): readonly Window[] => {
  const date = dateOfDay(day);
  const exceptions = calendar.exceptions.filter((each) => each.date === date);
  if (exceptions.length > 0) return exceptions.filter(({ from, until }) => from !== '' && until !== '');
  if (calendar.holidays.includes(date.slice(5)) || calendar.datedHolidays.includes(date)) return [];
  const weekday = WEEKDAYS[(day + WEEKDAY_OF_DAY_0) % 7];
  return weekday === undefined ? [] : calendar.periods.filter(({ days }) => days.includes(weekday));
};

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const crossesMidnight = ({ from, until }: Window): boolean => minutesOf(until) <= minutesOf(from);
const covers = (window: Window, minute: number): boolean =>
  minute >= minutesOf(window.from) && (crossesMidnight(window) || minute < minutesOf(window.until));
const reachesInto = (window: Window, minute: number): boolean =>
  crossesMidnight(window) && minute < minutesOf(window.until);

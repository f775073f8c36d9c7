/** When a drill is due by the calendar; pure, with local time given as parts of the day. */
export type LocalDay = {
  /** As `2027-03-16`. */
  readonly day: string;
  readonly dayOfMonth: number;
  /** As `03:30`. */
  readonly time: string;
};

export type CalendarSettings = {
  readonly monthly: string;
  readonly at: string;
};

/**
 * The day on which the calendar has begun a drill last; empty: never. `refusedIn`: the hour (`hourOf`) in which a drill
 * would prove nothing and was refused; left out: in none.
 */
export type BegunOn = { readonly drill: string; readonly refusedIn?: string };

/** An hour of a day, as `2027-03-16 03`. */
export const hourOf = ({ day, time }: LocalDay): string => `${day} ${time.slice(0, 2)}`;

const two = (value: number): string => String(value).padStart(2, '0');

/** A wall time (ms since 1970) in the time zone of the box. */
export const localDay = (wall: number): LocalDay => {
  const at = new Date(wall);
  const dayOfMonth = at.getDate();
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(dayOfMonth)}`;
  return { day, dayOfMonth, time: `${two(at.getHours())}:${two(at.getMinutes())}` };
};

/** A box that does not know the time shows a year long gone: nothing is due then. */
const FIRST_DAY = '2026-01-01';

/** Whether a drill is to begin now. Only when idle; else it is tried again until the day is over, a refused one once an hour. */
export const drillDue = (
  now: LocalDay,
  { monthly, at }: CalendarSettings,
  { drill, refusedIn }: BegunOn,
  idle: boolean,
): boolean =>
  idle &&
  now.day >= FIRST_DAY &&
  now.time >= at &&
  monthly === String(now.dayOfMonth) &&
  drill !== now.day &&
  refusedIn !== hourOf(now);

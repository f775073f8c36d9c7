/** What is due by the calendar of rehearsals; pure, with local time given as parts of the day. */
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
  readonly inboundProof: 'off' | 'nightly';
};

/**
 * The days on which the calendar has begun each of them last; empty: never. `refusedIn`: the hour (`hourOf`) in which a
 * drill would prove nothing and was refused; left out: in none.
 */
export type BegunOn = { readonly drill: string; readonly proof: string; readonly refusedIn?: string };

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

/** What is to begin now. Only when idle; else it is tried again until the day is over, a refused drill once an hour. */
export const dueNow = (
  now: LocalDay,
  { monthly, at, inboundProof }: CalendarSettings,
  begun: BegunOn,
  idle: boolean,
): { readonly drill: boolean; readonly proof: boolean } => {
  const isTime = idle && now.day >= FIRST_DAY && now.time >= at;
  return {
    drill: isTime && monthly === String(now.dayOfMonth) && begun.drill !== now.day && begun.refusedIn !== hourOf(now),
    proof: isTime && inboundProof === 'nightly' && begun.proof !== now.day,
  };
};

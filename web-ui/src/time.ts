import { plural, t } from './t.ts';

/** A length such as 0:07, 12:30 or 1:02:03; `seconds` may be a fraction. */
export const clockOf = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number: number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

/** A length in words, to its largest unit: 40 seconds, 3 minutes, 2 days. */
export const lengthWords = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return plural('time.seconds', whole);
  if (whole < 3600) return plural('time.minutes', Math.floor(whole / 60));
  if (whole < 86_400) return plural('time.hours', Math.floor(whole / 3600));
  return plural('time.days', Math.floor(whole / 86_400));
};

/** Made when the first time is shown: a format costs a slow processor much, and the first page shows none. */
const madeOnce = (options: Intl.DateTimeFormatOptions): ((at: Date) => string) => {
  let format: Intl.DateTimeFormat | undefined;
  return (at) => {
    format ??= new Intl.DateTimeFormat('en-GB', options);
    return format.format(at);
  };
};
const day = madeOnce({ weekday: 'short', day: 'numeric', month: 'short' });
const clock = madeOnce({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const sameDay = (one: Date, other: Date): boolean => one.toDateString() === other.toDateString();

/** Time of day, with the day before it unless that is today. Both are wall times of the box in ms since 1970. */
export const momentWords = (at: number, now: number): string => {
  const [then, today] = [new Date(at), new Date(now)];
  const time = clock(then);
  if (sameDay(then, today)) return time;
  const yesterday = new Date(now - 86_400_000);
  if (sameDay(then, yesterday)) return t('time.yesterday', { time });
  return `${day(then)}, ${time}`;
};

/** The day as a heading over what happened on it. */
export const dayWords = (at: number, now: number): string => {
  const then = new Date(at);
  if (sameDay(then, new Date(now))) return t('time.today');
  if (sameDay(then, new Date(now - 86_400_000))) return t('time.yesterdayAlone');
  return day(then);
};
/** Time of day, such as 14:05. */
export const timeOfDay = (at: number): string => clock(new Date(at));

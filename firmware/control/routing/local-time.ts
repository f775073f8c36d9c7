import { daysTo } from './civil-date.ts';
import { zoneOffsetMs } from './time-zone.ts';

const FORM = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?$/;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The moment (ms since 1970) at which the clocks of a zone show a date and time such as `2027-12-24 18:00` or `18:00:30`; of an hour
 * that they show twice the first, of one that they leave out the moment that follows. Undefined for another text.
 */
export const momentOf = (timeZone: string, text: string): number | undefined => {
  if (!FORM.test(text)) return undefined;
  const part = (from: number, to: number): number => Number(text.slice(from, to));
  const days = daysTo(part(0, 4), part(5, 7), part(8, 10));
  const shown = days * DAY_MS + (part(11, 13) * 60 + part(14, 16)) * MINUTE_MS + part(17, 19) * 1000;
  const offsets = [shown - DAY_MS, shown + DAY_MS].map((ms) => zoneOffsetMs(timeZone, ms));
  const moments = offsets.map((offset) => shown - offset).sort((a, b) => a - b);
  return moments.find((ms) => ms + zoneOffsetMs(timeZone, ms) === shown) ?? moments.at(-1);
};

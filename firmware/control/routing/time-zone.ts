import { daysTo } from './civil-date.ts';

/**
 * Offsets of time zones. `Intl` knows them but takes tens of microseconds, longer than all else in a plan, so they
 * are remembered by quarter of an hour: no zone changes its offset within one. A function of its arguments all the same.
 */
const QUARTER_MS = 900_000;
/** Quarters that are remembered of a zone: enough for a year's analysis in steps of a day. */
const MOST_REMEMBERED = 512;

type Zone = { readonly format: Intl.DateTimeFormat; readonly offsets: Map<number, number> };
const zones = new Map<string, Zone>();

/** How far the clocks of a zone are before UTC at a moment (wall time in ms), in ms. Throws RangeError for no zone. */
export const zoneOffsetMs = (timeZone: string, ms: number): number => {
  const zone = zones.get(timeZone) ?? newZone(timeZone);
  const quarter = Math.floor(ms / QUARTER_MS);
  const known = zone.offsets.get(quarter);
  if (known !== undefined) return known;
  const offset = offsetBy(zone.format, quarter * QUARTER_MS);
  if (zone.offsets.size >= MOST_REMEMBERED) zone.offsets.clear();
  zone.offsets.set(quarter, offset);
  return offset;
};

const newZone = (timeZone: string): Zone => {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23' as const },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const zone = { format, offsets: new Map<number, number>() };
  zones.set(timeZone, zone);
  return zone;
};

const offsetBy = (format: Intl.DateTimeFormat, ms: number): number => {
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const days = daysTo(part('year'), part('month'), part('day'));
  return (((days * 24 + part('hour')) * 60 + part('minute')) * 60 + part('second')) * 1000 - ms;
};

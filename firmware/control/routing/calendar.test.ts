import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as v from 'valibot';
import { calendar as section } from '../../config/section/calendar.ts';
import { counts, dateIn, holidaysMissing, isWithin } from './calendar.ts';
import { freshMemory } from './question.ts';
import { zoneOffsetMs } from './time-zone.ts';

const ALL_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const calendarOf = (more: object, timeZone = 'Europe/Berlin') => v.parse(section, { id: 'office', timeZone, ...more });
const sure = (ms: number) => ({ ms, sure: true });
const at = (iso: string) => sure(Date.parse(iso));

const office = calendarOf({
  periods: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '12:00' },
    { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '13:00', until: '17:30' },
    { days: ['sat'], from: '22:00', until: '02:00' },
  ],
  holidays: ['12-25'],
  datedHolidays: ['2027-03-29'],
  exceptions: [
    { date: '2027-12-24', from: '09:00', until: '11:00' },
    { date: '2027-12-23' },
    { date: '2027-03-29', from: '10:00', until: '10:30' },
  ],
});

describe('a work calendar', () => {
  // Berlin is an hour before UTC in winter and two in summer.
  const moments: readonly (readonly [what: string, iso: string, within: boolean])[] = [
    ['a minute before it opens', '2027-01-04T06:59:59Z', false],
    ['as it opens', '2027-01-04T07:00:00Z', true],
    ['as it closes for noon', '2027-01-04T11:00:00Z', false],
    ['in its second period', '2027-01-04T16:29:59Z', true],
    ['on a Sunday', '2027-01-03T09:00:00Z', false],
    ['in summer, an hour earlier by UTC', '2027-07-05T06:00:00Z', true],
    ['before midnight of a night period', '2027-01-02T22:30:00Z', true],
    ['after midnight of a night period', '2027-01-03T00:59:59Z', true],
    ['at its end', '2027-01-03T01:00:00Z', false],
    ['on a holiday of every year', '2028-12-25T09:00:00Z', false],
    ['on a holiday of one year, outside the hours of its exception', '2027-03-29T07:00:00Z', false],
    ['an exception outranks a holiday', '2027-03-29T08:10:00Z', true],
    ['on a day with other hours, before them', '2027-12-24T07:30:00Z', false],
    ['on a day with other hours, in them', '2027-12-24T08:00:00Z', true],
    ['on a day that is closed', '2027-12-23T09:00:00Z', false],
    ['in the night that is left out as clocks go forward', '2027-03-28T01:30:00Z', false],
  ];
  for (const [what, iso, within] of moments) {
    it(`is ${within ? 'in' : 'out'} ${what}`, () => assert.equal(isWithin(office, at(iso)), within));
  }

  it('counts as in while the time is not sure', () => {
    assert.equal(isWithin(office, { ms: Date.parse('2027-01-03T09:00:00Z'), sure: false }), true);
  });

  it('keeps both hours that are called 02 as clocks go back, and none as they go forward', () => {
    const night = calendarOf({ periods: [{ days: ALL_DAYS, from: '02:00', until: '03:00' }] });
    const minutesIn = (day: string): number =>
      Array.from({ length: 300 }, (_, minute) => at(day).ms + minute * 60_000).filter((ms) => isWithin(night, sure(ms)))
        .length;
    assert.equal(minutesIn('2027-10-30T22:00:00Z'), 120);
    assert.equal(minutesIn('2027-03-27T22:00:00Z'), 0);
    assert.equal(minutesIn('2027-05-27T22:00:00Z'), 60);
  });

  it('means the whole day where beginning and end are alike, and ends with the day at 24:00', () => {
    const monday = calendarOf({ periods: [{ days: ['mon'], from: '00:00', until: '00:00' }] }, 'UTC');
    const ended = calendarOf({ periods: [{ days: ['mon'], from: '12:00', until: '24:00' }] }, 'UTC');
    assert.equal(isWithin(monday, at('2027-01-04T23:59:00Z')), true);
    assert.equal(isWithin(monday, at('2027-01-05T00:00:00Z')), false);
    assert.equal(isWithin(ended, at('2027-01-04T23:59:00Z')), true);
    assert.equal(isWithin(ended, at('2027-01-05T00:00:00Z')), false);
  });

  it('asks in November for the dated holidays of the next year, and not where there never were any', () => {
    assert.equal(holidaysMissing(office, at('2027-10-31T12:00:00Z')), undefined);
    assert.equal(holidaysMissing(office, at('2027-11-01T12:00:00Z')), 2028);
    assert.equal(holidaysMissing(office, at('2028-02-01T12:00:00Z')), 2028);
    assert.equal(holidaysMissing(calendarOf({}), at('2027-11-01T12:00:00Z')), undefined);
    assert.equal(holidaysMissing(office, { ...at('2028-02-01T12:00:00Z'), sure: false }), undefined);
  });
});

describe('what is bound to a calendar and a scenario', () => {
  const asked = (scenario: string, iso: string) =>
    ({
      configuration: { calendars: [office] },
      now: at(iso),
      memory: { ...freshMemory, scenario },
    }) as unknown as Parameters<typeof counts>[1];
  const open = '2027-01-04T09:00:00Z';
  const closed = '2027-01-03T09:00:00Z';
  const rows: readonly (readonly [
    calendar: string,
    when: 'in' | 'out',
    scenario: string,
    on: string,
    iso: string,
    it: boolean,
  ])[] = [
    ['', 'in', '', '', closed, true],
    ['', 'out', '', '', open, true],
    ['office', 'in', '', '', open, true],
    ['office', 'in', '', '', closed, false],
    ['office', 'out', '', '', closed, true],
    ['office', 'out', '', '', open, false],
    ['', 'in', 'night', '', open, false],
    ['', 'in', 'night', 'flood', open, false],
    ['', 'in', 'night', 'night', open, true],
    ['office', 'out', 'night', 'night', open, false],
    ['', 'in', '', 'night', open, true],
  ];
  for (const [calendar, when, scenario, on, iso, wanted] of rows) {
    it(`${calendar || 'no calendar'} ${when}, ${scenario || 'any scenario'}, while ${on || 'none'} is on at ${iso}: ${wanted}`, () =>
      assert.equal(counts({ calendar, when, scenario }, asked(on, iso)), wanted));
  }
});

// ── against another judge ───────────────────────────────────────────────────────────────────────

/** The oracle: what the clocks of a zone show, as `Intl` writes it. */
const shownBy = (format: Intl.DateTimeFormat, ms: number): { day: string; date: string; minute: number } => {
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const { weekday = '', year, month, day, hour, minute } = parts;
  return {
    day: weekday.toLowerCase(),
    date: `${year}-${month}-${day}`,
    minute: (Number(hour) % 24) * 60 + Number(minute),
  };
};
const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', hour12: false },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });

/** Both changes of daylight saving in 2027 in four zones, one of them by half an hour. */
const changes: readonly (readonly [zone: string, spring: string, autumn: string])[] = [
  ['Europe/Berlin', '2027-03-28T01:00:00Z', '2027-10-31T01:00:00Z'],
  ['America/New_York', '2027-03-14T07:00:00Z', '2027-11-07T06:00:00Z'],
  ['Australia/Lord_Howe', '2027-10-02T15:30:00Z', '2027-04-03T15:00:00Z'],
  ['America/Santiago', '2027-09-05T04:00:00Z', '2027-04-04T03:00:00Z'],
];

describe('around both changes of daylight saving', () => {
  for (const [zone, spring, autumn] of changes) {
    it(`${zone} changes when we think it does`, () => {
      for (const change of [spring, autumn]) {
        const ms = Date.parse(change);
        assert.notEqual(zoneOffsetMs(zone, ms - 1), zoneOffsetMs(zone, ms), change);
        const shift = Math.abs(zoneOffsetMs(zone, ms) - zoneOffsetMs(zone, ms - 1));
        assert.equal(shift, zone === 'Australia/Lord_Howe' ? 1_800_000 : 3_600_000);
      }
    });

    it(`${zone} is read off the clock, whatever the hours`, () => {
      const time = fc.integer({ min: 0, max: 1439 }).map((minute) => {
        const two = (number: number) => String(number).padStart(2, '0');
        return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
      });
      const moment = fc
        .tuple(fc.constantFrom(spring, autumn), fc.integer({ min: -2_880, max: 2_880 }))
        .map(([change, away]) => Date.parse(change) + away * 60_000);
      const clock = clockOf(zone);
      const hours = calendarOf({}, zone);
      const before = { mon: 'sun', tue: 'mon', wed: 'tue', thu: 'wed', fri: 'thu', sat: 'fri', sun: 'sat' } as const;
      fc.assert(
        fc.property(time, time, fc.subarray([...ALL_DAYS], { minLength: 1 }), moment, (from, until, days, ms) => {
          const calendar = { ...hours, periods: [{ days, from, until }] };
          const { day, minute, date } = shownBy(clock, ms);
          const today = days.includes(day as never);
          const yesterday = days.includes(before[day as keyof typeof before] as never);
          const [begins, ends] = [minutes(from), minutes(until)];
          const expected =
            begins < ends
              ? today && minute >= begins && minute < ends
              : (today && minute >= begins) || (yesterday && minute < ends);
          assert.equal(isWithin(calendar, sure(ms)), expected, `${new Date(ms).toISOString()} is ${date} ${minute}`);
          assert.equal(dateIn(zone, ms), date);
          assert.equal(isWithin(calendar, sure(ms)), isWithin(calendar, sure(ms)));
        }),
        { numRuns: 1500, seed: 4 },
      );
    });
  }
});

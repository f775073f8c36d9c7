import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BegunOn, drillDue, type LocalDay, localDay } from './rehearsal-calendar.ts';

const settings = { monthly: '14', at: '03:30' };
const never: BegunOn = { drill: '' };
const on = (day: string, time: string): LocalDay => ({ day, time, dayOfMonth: Number(day.slice(8)) });

const rows: readonly [what: string, now: LocalDay, begun: BegunOn, idle: boolean, due: boolean][] = [
  ['its day and its time', on('2027-03-14', '03:30'), never, true, true],
  ['before its time', on('2027-03-14', '03:29'), never, true, false],
  ['another day', on('2027-03-15', '03:30'), never, true, false],
  ['somebody is on the phone', on('2027-03-14', '03:30'), never, false, false],
  ['later that day, when nobody is any more', on('2027-03-14', '22:10'), never, true, true],
  ['it was made today', on('2027-03-14', '04:00'), { drill: '2027-03-14' }, true, false],
  ['it was made last month', on('2027-03-14', '04:00'), { drill: '2027-02-14' }, true, true],
  ['it was refused this hour', on('2027-03-14', '04:59'), { drill: '', refusedIn: '2027-03-14 04' }, true, false],
  ['it was refused an hour ago', on('2027-03-14', '05:00'), { drill: '', refusedIn: '2027-03-14 04' }, true, true],
  ['the box does not know the time', on('1970-01-14', '04:00'), never, true, false],
];
for (const [what, now, begun, idle, due] of rows)
  test(`the calendar of drills: ${what}`, () => {
    assert.equal(drillDue(now, settings, begun, idle), due);
  });

test('what is off is never due', () => {
  assert.equal(drillDue(on('2027-03-14', '03:30'), { ...settings, monthly: 'off' }, never, true), false);
});

test('a wall time is read in the time zone of the box', () => {
  const at = new Date(2027, 2, 4, 5, 6).getTime();
  assert.deepEqual(localDay(at), { day: '2027-03-04', dayOfMonth: 4, time: '05:06' });
});

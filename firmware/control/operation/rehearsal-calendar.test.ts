import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BegunOn, dueNow, type LocalDay, localDay } from './rehearsal-calendar.ts';

const settings = { monthly: '14', at: '03:30', inboundProof: 'nightly' } as const;
const never: BegunOn = { drill: '', proof: '' };
const on = (day: string, time: string): LocalDay => ({ day, time, dayOfMonth: Number(day.slice(8)) });

const rows: readonly [what: string, now: LocalDay, begun: BegunOn, idle: boolean, drill: boolean, proof: boolean][] = [
  ['its day and its time', on('2027-03-14', '03:30'), never, true, true, true],
  ['before its time', on('2027-03-14', '03:29'), never, true, false, false],
  ['another day', on('2027-03-15', '03:30'), never, true, false, true],
  ['somebody is on the phone', on('2027-03-14', '03:30'), never, false, false, false],
  ['later that day, when nobody is any more', on('2027-03-14', '22:10'), never, true, true, true],
  ['it was made today', on('2027-03-14', '04:00'), { drill: '2027-03-14', proof: '2027-03-14' }, true, false, false],
  ['it was made last month', on('2027-03-14', '04:00'), { drill: '2027-02-14', proof: '2027-03-13' }, true, true, true],
  [
    'a drill was refused this hour',
    on('2027-03-14', '04:59'),
    { ...never, refusedIn: '2027-03-14 04' },
    true,
    false,
    true,
  ],
  [
    'a drill was refused an hour ago',
    on('2027-03-14', '05:00'),
    { ...never, refusedIn: '2027-03-14 04' },
    true,
    true,
    true,
  ],
  ['the box does not know the time', on('1970-01-14', '04:00'), never, true, false, false],
];
for (const [what, now, begun, idle, drill, proof] of rows)
  test(`the calendar of rehearsals: ${what}`, () => {
    assert.deepEqual(dueNow(now, settings, begun, idle), { drill, proof });
  });

test('what is off is never due', () => {
  const off = { ...settings, monthly: 'off', inboundProof: 'off' } as const;
  assert.deepEqual(dueNow(on('2027-03-14', '03:30'), off, never, true), { drill: false, proof: false });
});

test('a wall time is read in the time zone of the box', () => {
  const at = new Date(2027, 2, 4, 5, 6).getTime();
  assert.deepEqual(localDay(at), { day: '2027-03-04', dayOfMonth: 4, time: '05:06' });
});

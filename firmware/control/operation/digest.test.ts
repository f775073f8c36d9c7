import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptRecord, CallRecord } from '../records/call-record-machine.ts';
import { momentOf } from '../routing/local-time.ts';
import {
  type DigestState,
  digestBelieved,
  digestDue,
  digestFrom,
  digestNoted,
  digestWords,
  recordsSince,
} from './digest.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Moments at which digests are sent between two dates, looking every 20 s or so. */
const sentBetween = (zone: string, at: string, from: string, until: string, startedAt = from): string[] => {
  const [begin, end] = [momentOf(zone, `${from} 00:00`)!, momentOf(zone, `${until} 00:00`)!];
  let state: DigestState = digestFrom(momentOf(zone, `${startedAt} 00:00`)!);
  const sent: string[] = [];
  for (let now = begin; now < end; now += 5 * MINUTE_MS) {
    if (!digestDue(state, { at, zone }, now)) continue;
    sent.push(new Date(now).toISOString().slice(0, 16));
    state = digestFrom(now);
  }
  return sent;
};

describe('a digest is due once a day by the clocks of its zone', () => {
  const table: readonly (readonly [zone: string, at: string, from: string, until: string, sent: string[]])[] = [
    [
      'Europe/Berlin',
      '07:30',
      '2027-03-27',
      '2027-03-30',
      ['2027-03-27T06:30', '2027-03-28T05:30', '2027-03-29T05:30'],
    ],
    // the hour that is left out: at the moment that follows
    [
      'Europe/Berlin',
      '02:30',
      '2027-03-27',
      '2027-03-30',
      ['2027-03-27T01:30', '2027-03-28T01:30', '2027-03-29T00:30'],
    ],
    // the hour that comes twice: the first of them
    [
      'Europe/Berlin',
      '02:30',
      '2027-10-30',
      '2027-11-02',
      ['2027-10-30T00:30', '2027-10-31T00:30', '2027-11-01T01:30'],
    ],
    [
      'America/New_York',
      '01:15',
      '2027-11-06',
      '2027-11-09',
      ['2027-11-06T05:15', '2027-11-07T05:15', '2027-11-08T06:15'],
    ],
    ['Australia/Lord_Howe', '02:00', '2027-10-02', '2027-10-04', ['2027-10-01T15:30', '2027-10-02T15:30']],
    ['Asia/Kolkata', '00:00', '2027-01-01', '2027-01-03', ['2027-01-01T18:30']],
  ];
  for (const [zone, at, from, until, sent] of table)
    it(`${at} in ${zone} from ${from} on`, () => assert.deepEqual(sentBetween(zone, at, from, until), sent));

  it('one that was missed while the box was off comes late, and only the last', () => {
    assert.deepEqual(sentBetween('Europe/Berlin', '07:30', '2027-01-10', '2027-01-12', '2027-01-05'), [
      '2027-01-09T23:00',
      '2027-01-10T06:30',
      '2027-01-11T06:30',
    ]);
  });

  it('a clock that is set back makes no second one, and one that was years ahead delays none for ever', () => {
    const time = { at: '07:30', zone: 'UTC' };
    const told = Date.UTC(2027, 0, 10, 7, 30);
    const back = told - HOUR_MS;
    const state = digestBelieved(digestFrom(told), back);
    assert.equal(digestDue(state, time, back), false);
    assert.equal(digestDue(state, time, told + MINUTE_MS), false);
    const ahead = digestBelieved(digestFrom(Date.UTC(2099, 0, 1)), back);
    assert.equal(digestDue(ahead, time, back), false);
    assert.equal(digestDue(ahead, time, told), true);
  });
});

describe('a digest tells', () => {
  const now = Date.UTC(2027, 2, 28, 5, 30);
  const told = now - 23 * HOUR_MS;
  const attempt = (id: string, cause: AttemptRecord['cause']): AttemptRecord => ({
    ...{ attempt: id, target: { kind: 'trunk', id, number: '5550100' }, why: 'first', afterMs: 0 },
    ...(cause === undefined ? {} : { cause }),
  });
  const record = (more: Partial<CallRecord>): CallRecord => ({
    ...{ id: 'call/1@1', at: told + HOUR_MS, from: { kind: 'phone', id: 'line/1', number: '11' }, dialled: '5550100' },
    ...{ attempts: [], lastedMs: 5000, endedBy: 'caller', cause: 'hungUp', sentence: 'hung up' },
    ...more,
  });
  const given = (more: object = {}) =>
    digestWords({
      ...{ state: digestFrom(told), now, zone: 'Europe/Berlin', records: [], atLeast: false, standing: [] },
      ...more,
    });

  it('a quiet day in two lines', () => {
    const { text, lines } = given();
    assert.equal(text, 'Digest: 0 calls, 0 failed, 0 alarms now');
    assert.deepEqual(lines, [
      'From 2027-03-27 07:30 to 2027-03-28 07:30 (Europe/Berlin).',
      'Calls: 0; answered 0; failed 0.',
    ]);
  });

  it('calls, those that failed, and those that took another way; the word of a callee is no failure', () => {
    const records = [
      record({ answeredAfterMs: 900, attempts: [attempt('primary', 'answered')] }),
      record({ answeredAfterMs: 900, attempts: [attempt('primary', 'serverSilent'), attempt('second', 'answered')] }),
      record({ answeredAfterMs: 900, attempts: [attempt('primary', 'busy'), attempt('second', 'answered')] }),
      record({ cause: 'busy', sentence: 'the callee is busy', attempts: [attempt('primary', 'busy')] }),
      record({
        ...{ cause: 'serverSilent', sentence: 'the softswitch did not answer', dialled: '112', emergency: true },
        attempts: [attempt('primary', 'serverSilent')],
      }),
      record({ ledOn: [{ by: 'main', why: 'failover', afterMs: 5 }] }),
    ];
    const { text, lines } = given({ records });
    assert.equal(text, 'Digest: 6 calls, 1 failed, 0 alarms now');
    assert.deepEqual(lines.slice(1), [
      'Calls: 6; answered 3; failed 1.',
      'Emergency calls: 1.',
      'Answered by another way after the first had failed: second 1.',
      'Led on by a forwarding or a failover: 1.',
      '',
      'Calls that failed:',
      '  2027-03-27 08:30  Phone 11 (line/1) called 112: the softswitch did not answer',
    ]);
  });

  it('alarms that stand, came and went; too many of anything are counted', () => {
    let state = digestFrom(told);
    for (let n = 0; n < 103; n++)
      state = digestNoted(state, { at: told + n * MINUTE_MS, is: 'raised', text: `no ${n}` });
    state = digestNoted(state, { at: now - MINUTE_MS, is: 'cleared', text: 'no 7' });
    const records = Array.from({ length: 33 }, () => record({ cause: 'congestion', sentence: 'no line is free' }));
    const { text, lines } = given({ state, records, standing: ['no 102'], atLeast: true });
    assert.equal(text, 'Digest: at least 33 calls, 33 failed, 1 alarm now');
    const came = lines.slice(lines.indexOf('Alarms that came and went:') + 1);
    assert.deepEqual(came.slice(0, 2), ['  4 changes before these', '  2027-03-27 07:34  no 4']);
    assert.ok(came.includes('  2027-03-28 07:29  Over: no 7'));
    assert.equal(lines.at(-1), '  and 3 before these');
    assert.equal(lines.filter((line) => line.includes('no line is free')).length, 30);
    assert.deepEqual(lines.slice(3, 5), ['Alarms that stand now:', '  no 102']);
  });

  it('each call once: in the digest of the time in which it ended', () => {
    const over = record({ at: told - HOUR_MS, lastedMs: 2 * HOUR_MS });
    const before = record({ at: told - HOUR_MS, lastedMs: HOUR_MS });
    assert.deepEqual(recordsSince([before, over], told, now), [over]);
    assert.deepEqual(recordsSince([before, over], told - 24 * HOUR_MS, told), [before]);
  });
});

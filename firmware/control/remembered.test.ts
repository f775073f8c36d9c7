import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptRecord } from './records/call-record-machine.ts';
import type { GoesOn } from './records/call-records.ts';
import { goingOn } from './remembered.ts';

const toll = { line: 'line/1', class: 'national' } as const;
const attempt = (name: string, more: Partial<AttemptRecord>): AttemptRecord => ({
  ...{ attempt: name, target: { kind: 'trunk', id: name, number: '030' }, why: '', afterMs: 0, toll },
  ...more,
});
const record = (more: Partial<GoesOn['record']>): GoesOn => ({
  call: 'call/1',
  record: {
    id: 'call/1@1000',
    at: 1000,
    from: { kind: 'phone', id: 'line/1', number: '11' },
    dialled: '030',
    attempts: [],
    ...more,
  },
});

test('of a call that is up its answered attempt is counted, with the time that it was talked', () => {
  const attempts = [attempt('a', { cause: 'congestion' }), attempt('b', { cause: 'answered' })];
  const up = goingOn(record({ attempts, answeredAfterMs: 500 }), 4500);
  assert.deepEqual(up.attempts, { b: { toll } });
  assert.deepEqual([up.answered, up.emergency], [{ attempt: 'b', talkedMs: 3000 }, false]);
});

test('of a call that rings the attempts that are under way are counted', () => {
  const attempts = [attempt('a', { cause: 'congestion' }), attempt('b', {})];
  const rings = goingOn(record({ attempts, emergency: true }), 4500);
  assert.deepEqual(rings.attempts, { b: { toll } });
  assert.deepEqual([rings.answered, rings.emergency], [undefined, true]);
});

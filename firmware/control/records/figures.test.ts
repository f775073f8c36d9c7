import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptRecord, CallRecord } from './call-record-machine.ts';
import { Figures, WINDOW } from './figures.ts';

const attempt = (id: string, more: Partial<AttemptRecord>): AttemptRecord => ({
  attempt: id,
  target: { kind: 'trunk', id, number: '5550100' },
  why: 'priority',
  afterMs: 0,
  ...more,
});
const record = (attempts: readonly AttemptRecord[], talkedMs?: number): CallRecord => ({
  id: 'call/1@1',
  at: 1,
  from: { kind: 'phone', id: 'line/1', number: '11' },
  dialled: '5550100',
  attempts,
  ...(talkedMs === undefined ? {} : { talkedMs }),
  lastedMs: 5000,
  endedBy: 'caller',
  cause: 'hungUp',
  sentence: '',
});
const answered = { cause: 'answered', lastedMs: 3000, rangAfterMs: 900 } as const;
const silent = { cause: 'serverSilent', lastedMs: 1200 } as const;

test('a call that failed over counts against the first trunk, and its duration for the one that took it', () => {
  const figures = new Figures();
  figures.add(record([attempt('a', silent), attempt('b', answered)], 60_000));
  figures.add(record([attempt('a', { ...answered, rangAfterMs: 300 })], 20_000));
  assert.deepEqual(figures.of('a')?.kept, { attempts: 2, answered: 1, asr: 0.5, acdS: 20, pddMs: 300 });
  assert.deepEqual(figures.of('b')?.kept, { attempts: 1, answered: 1, asr: 1, acdS: 60, pddMs: 900 });
  assert.equal(figures.of('c'), undefined);
});

test('an attempt that was answered without ringing has its answer as post-dial delay', () => {
  const figures = new Figures();
  figures.add(record([attempt('a', { cause: 'answered', lastedMs: 700 })], 1000));
  assert.equal(figures.of('a')?.recent.pddMs, 700);
});

test('the window holds the last hundred attempts, and what has left it is forgotten', () => {
  const figures = new Figures();
  for (let n = 0; n < WINDOW; n++) figures.add(record([attempt('a', silent)]));
  assert.equal(figures.of('a')?.recent.asr, 0);
  for (let n = 0; n < WINDOW / 2; n++) figures.add(record([attempt('a', answered)], 10_000));
  assert.deepEqual(figures.of('a')?.recent, { attempts: 100, answered: 50, asr: 0.5, acdS: 10, pddMs: 900 });
  assert.equal(figures.of('a')?.kept.attempts, 150);
});

test('phones and voices of the box are no trunks', () => {
  const figures = new Figures();
  figures.add(record([{ ...attempt('line/1', answered), target: { kind: 'phone', id: 'line/1', number: '11' } }], 5));
  assert.equal(figures.of('line/1'), undefined);
});

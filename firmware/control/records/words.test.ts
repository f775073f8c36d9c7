import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Target } from '../facts.ts';
import { type CallFailure, failureTable } from '../failure.ts';
import type { AttemptRecord, CallRecord } from './call-record-machine.ts';
import { recordWords } from './words.ts';

const at = new Date(2026, 4, 12, 14, 2).getTime();
const phone = { kind: 'phone', id: 'line/1', number: '11' } as const;
const trunk = (id: string): Target => ({ kind: 'trunk', id, number: '600' });
const attempt = (target: Target, more: Partial<AttemptRecord>): AttemptRecord => ({
  attempt: target.id,
  target,
  why: 'priority 1, up',
  afterMs: 0,
  lastedMs: 1300,
  ...more,
});
const record = (more: Partial<CallRecord>): CallRecord => ({
  id: `call/1@${at}`,
  at,
  from: phone,
  dialled: '600',
  attempts: [],
  lastedMs: 13_300,
  endedBy: 'caller',
  cause: 'hungUp',
  sentence: 'the call was ended by hanging up',
  ...more,
});
const words = (more: Partial<CallRecord>) => recordWords(record(more));

test('a call that the second softswitch answered beside a silent first', () => {
  const { title, attempts, end } = words({
    attempts: [
      attempt(trunk('A'), { cause: 'serverSilent', lastedMs: 1250 }),
      attempt(trunk('B'), { cause: 'answered', afterMs: 1200, lastedMs: 100, why: 'priority 2, up' }),
    ],
    answeredAfterMs: 1300,
    talkedMs: 12_000,
  });
  assert.equal(title, 'Phone 11 (line/1) called 600: answered by softswitch B after 1.3 s, talked 12 s');
  assert.deepEqual(attempts, [
    '1. softswitch A (priority 1, up): no answer within 1.2 s, the next was tried beside it',
    '2. softswitch B (priority 2, up): answered after 0.1 s',
  ]);
  assert.equal(end, 'The caller hung up after 13 s.');
});

test('a refusal shows the answer of the softswitch, and the next comes after it', () => {
  const { title, attempts, end } = words({
    attempts: [
      attempt(trunk('A'), { cause: 'serverFailed', status: 503, lastedMs: 40 }),
      attempt(trunk('B'), { cause: 'busy', status: 486, q850: 17, afterMs: 40, lastedMs: 200 }),
    ],
    cause: 'busy',
    sentence: failureTable.busy.sentence,
    endedBy: 'gateway',
    lastedMs: 260,
  });
  assert.equal(title, 'Phone 11 (line/1) called 600: the callee is busy');
  assert.deepEqual(attempts, [
    '1. softswitch A (priority 1, up): the softswitch failed (SIP 503), after 0.0 s',
    '2. softswitch B (priority 1, up): the callee is busy (SIP 486, cause 17), after 0.2 s',
  ]);
  assert.equal(end, 'It ended after 0.3 s: the callee is busy.');
});

const answeredBy = (target: Target): string =>
  words({
    attempts: [attempt(target, { cause: 'answered', lastedMs: 20_000 })],
    answeredAfterMs: 20_000,
    talkedMs: 7000,
  }).title.slice('Phone 11 (line/1) called 600: '.length);

test('every kind of target is named', () => {
  const rows: readonly (readonly [Target, string])[] = [
    [trunk('A'), 'answered by softswitch A after 20 s, talked 7.0 s'],
    [{ kind: 'phone', id: 'line/2', number: '12' }, 'answered by phone 12 (line/2) after 20 s, talked 7.0 s'],
    [{ kind: 'line', id: 'line/5', number: '600' }, 'answered by exchange line line/5 after 20 s, talked 7.0 s'],
    [{ kind: 'mailbox', id: 'line/2', number: '' }, 'the mailbox of line/2 took it after 20 s, 7.0 s'],
    [{ kind: 'mailboxMenu', id: 'line/1', number: '' }, 'heard the messages of line/1, 7.0 s'],
    [{ kind: 'sentence', id: 'noRoute', number: '' }, 'was told that there is no way to this number, after 20 s'],
  ];
  for (const [target, said] of rows) assert.equal(answeredBy(target), said);
});

test('every kind of caller is named', () => {
  const rows = [
    [{ kind: 'phone', id: 'line/1', number: '' }, 'Phone line/1 called 600'],
    [{ kind: 'trunk', id: 'A', number: '5551', name: 'Ann' }, '5551 (Ann) by softswitch A called 600'],
    [{ kind: 'line', id: 'line/5', number: '' }, 'A withheld number on exchange line line/5 called 600'],
    [{ kind: 'gateway', id: '', number: '' }, 'The gateway called 600'],
  ] as const;
  for (const [from, said] of rows) assert.ok(words({ from }).title.startsWith(`${said}:`), words({ from }).title);
  assert.match(words({ from: { kind: 'line', id: 'line/5', number: '7' }, dialled: '' }).title, /line\/5 called:/);
  assert.match(words({ dialled: '' }).title, /dialled nothing:/);
});

test('every failure has words in the line of its attempt and of the call', () => {
  for (const cause of Object.keys(failureTable) as CallFailure[]) {
    const { sentence } = failureTable[cause];
    const said = words({ attempts: [attempt(trunk('A'), { cause })], cause, sentence, endedBy: 'gateway' });
    assert.ok(said.title.endsWith(sentence), said.title);
    assert.ok(said.attempts[0]!.includes(cause === 'serverSilent' ? 'no answer within' : sentence), said.attempts[0]);
    assert.ok(said.end.includes(sentence), said.end);
  }
});

test('what the other ways became: released, or still tried when the caller gave up', () => {
  const elsewhere = words({ attempts: [attempt(trunk('A'), { cause: 'answeredElsewhere' })] });
  assert.match(elsewhere.attempts[0]!, /released after 1\.3 s: another way took the call$/);
  const givenUp = words({ attempts: [attempt(trunk('A'), { cause: 'hungUp' })], lastedMs: 3000 });
  assert.match(givenUp.attempts[0]!, /still tried when the caller hung up, after 1\.3 s$/);
  assert.match(givenUp.title, /given up after 3\.0 s$/);
  assert.equal(words({ endedBy: 'gateway' }).end, 'The gateway ended the call after 13 s.');
});

test('what a call showed of its caller and what it cost stand in its words', () => {
  const shows = { number: '+4930555100' };
  const { title, attempts } = words({
    attempts: [attempt(trunk('A'), { cause: 'answered', shows })],
    answeredAfterMs: 1300,
    talkedMs: 60_000,
    cost: 12_000,
  });
  assert.equal(title, 'Phone 11 (line/1) called 600: answered by softswitch A after 1.3 s, talked 1 min, cost 0.012');
  assert.equal(attempts[0], '1. softswitch A as +4930555100 (priority 1, up): answered after 1.3 s');
  const hidden = words({ attempts: [attempt(trunk('A'), { shows: { number: '600', withheld: true } })] });
  assert.match(hidden.attempts[0]!, /^1\. softswitch A as 600, number withheld \(/);
});

test('what a phone did by flash stands before how the call ended', () => {
  const by = { with: 'call/2', by: 'line/1' } as const;
  const { end } = words({
    transfers: [
      { ...by, how: 'blind', why: 'hook flash and hanging up', afterMs: 4_000 },
      { ...by, how: 'returned', why: 'the second party was not reached', afterMs: 9_000 },
    ],
  });
  assert.equal(
    end,
    'By line/1 it was led on, not answered yet, with call/2 after 4.0 s: hook flash and hanging up. ' +
      'By line/1 it came back: it was not joined with call/2 after 9.0 s: the second party was not reached. ' +
      'The caller hung up after 13 s.',
  );
});

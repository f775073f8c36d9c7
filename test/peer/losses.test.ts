import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenPromises, type FarLeg, farLegsOf, isKept, isLost, silenceExplained, transactionsOf } from './losses.ts';
import type { Relayed } from './relay.ts';

/** Messages as `> INVITE` and `< 200`, those that were lost with an x: `x> INVITE`. */
const log = (cseq: string, ...lines: readonly string[]): Relayed[] =>
  lines.map((line, at) => {
    const [how, kind] = line.split(' ') as [string, string];
    const direction = how.endsWith('>') ? 'out' : 'in';
    return { at, direction, dropped: how.startsWith('x'), kind, callId: 'c', name: '101>9001#1', cseq, copy: 1 };
  });

for (const [what, messages, fate] of [
  ['answered at the second try', ['x> INVITE', '> INVITE', '< 100', '< 200'], 'answered'],
  ['answered by the second copy of the answer', ['> INVITE', 'x< 200', '< 200'], 'answered'],
  ['refused', ['> INVITE', '< 503'], 'answered'],
  ['no copy of the request came through', ['x> INVITE', 'x> INVITE'], 'requestLost'],
  ['no copy of the answer came through', ['> INVITE', '< 180', 'x< 200', 'x< 200'], 'answerLost'],
  ['refused for a copy that came late', ['> REGISTER', 'x< 200', '> REGISTER', '< 400'], 'answerLost'],
  ['the softswitch said nothing', ['x> INVITE', '> INVITE'], 'unexplained'],
  ['it only rang', ['> INVITE', '< 180'], 'unexplained'],
] as const) {
  test(`${what}: ${fate}`, () => {
    const [transaction, ...more] = transactionsOf(log('1 INVITE', ...messages));
    assert.deepEqual(more, []);
    assert.equal(transaction!.fate, fate);
    assert.equal(isLost(transaction!), fate.endsWith('Lost'));
  });
}

test('a request that came through just before the log ends is cut off, not unexplained', () => {
  const fateAt = (endedAt: number) => transactionsOf(log('1 REGISTER', 'x> REGISTER', '> REGISTER'), endedAt)[0]!.fate;
  assert.equal(fateAt(200), 'cutOff');
  assert.equal(fateAt(300), 'unexplained');
});

test('a CANCEL that comes through when the INVITE was over was lost before', () => {
  const at = (from: number, messages: readonly Relayed[]) =>
    messages.map((each, index) => ({ ...each, at: from + index }));
  const invite = at(0, log('1 INVITE', '> INVITE', '< 100'));
  const over = at(20, log('1 INVITE', '< 200'));
  const fate = (first: string) =>
    transactionsOf([
      ...invite,
      ...at(10, log('1 CANCEL', first)),
      ...over,
      ...at(30, log('1 CANCEL', '> CANCEL')),
    ]).find(({ method }) => method === 'CANCEL')!.fate;
  assert.equal(fate('x> CANCEL'), 'requestLost');
  assert.equal(fate('> CANCEL'), 'unexplained');
});

test('each CSeq is a transaction of its own, an ACK and what comes from the far end are none', () => {
  const whole = [
    ...log('1 INVITE', '> INVITE', '< 407'),
    ...log('1 ACK', 'x> ACK'),
    ...log('2 INVITE', '> INVITE', '< 200'),
    ...log('3 BYE', 'x> BYE', '> BYE', '< 200'),
    ...log('1 BYE', '< BYE', '> 200'),
  ];
  assert.deepEqual(
    transactionsOf(whole).map(({ method, cseq, fate }) => `${cseq} ${method} ${fate}`),
    ['1 INVITE INVITE answered', '2 INVITE INVITE answered', '3 BYE BYE answered'],
  );
});

test('silence until then is explained by what was lost until then', () => {
  const first = log('1 INVITE', '> INVITE', '< 407');
  const second = log('2 INVITE', 'x> INVITE', '> INVITE', 'x< 100', 'x< 180', '< 180').map((each) => ({
    ...each,
    at: 1000 * (10 + each.at),
  }));
  const whole = [...first, ...second];
  assert.equal(silenceExplained(whole, '9001', 10_000), true);
  assert.equal(silenceExplained(whole, '9001', 11_200), true, 'the answer may be on its way');
  assert.equal(silenceExplained(whole, '9001', 11_900), false);
  assert.equal(silenceExplained(whole, '9001', 12_000), true);
  assert.equal(silenceExplained(whole, '9001', 13_000), true);
  assert.equal(silenceExplained(whole, '9001', 14_000), false);
  assert.equal(silenceExplained(whole, '9001', 14_000, /^(?!100)/), false);
  assert.equal(silenceExplained(whole, '9001', 13_900, /^(?!100)/), true);
  assert.equal(silenceExplained(log('2 INVITE', '> INVITE', '< 100', 'x< 180'), '9001', 5, /^(?!100)/), true);
  assert.equal(silenceExplained(log('2 INVITE', '> INVITE', '< 100'), '9001', 500, /^(?!100)/), false);
  assert.equal(silenceExplained(first, '9001', 14_000), false);
  assert.equal(silenceExplained(whole, '9002', 14_000), false);
});

test("the far end's record is put together by leg", () => {
  const legs = farLegsOf([
    'INVITE 9001 a',
    'INVITE 9001 b',
    'ACK 9001 a',
    'INVITE 9002 c',
    'BYE 9001 a cause=16',
    'ACK 9001 b',
    'BYE 9001 b cause=26',
    'CANCEL 9002 c',
    'INVITE 9003 d',
    'BYE 9003 d cause=16',
    'ACK 9004 e',
    '',
  ]);
  assert.deepEqual(
    legs.map(({ callId, end }) => `${callId} ${end}`),
    ['a bye', 'b endedElsewhere', 'c cancelled', 'd bye', 'e none'],
  );
  assert.deepEqual(
    legs.filter(isKept).map(({ callId }) => callId),
    ['a', 'd', 'e'],
  );
});

test('two confirmed legs and a leg left open are found; one whose BYE was lost whole is not', () => {
  const leg = (callId: string, end: FarLeg['end']): FarLeg => ({ number: '9001', callId, acknowledged: true, end });
  assert.deepEqual(brokenPromises([leg('a', 'bye'), leg('b', 'endedElsewhere')], []), []);
  assert.deepEqual(brokenPromises([leg('a', 'bye'), leg('b', 'bye')], []), ['9001 was confirmed 2 times']);
  assert.deepEqual(brokenPromises([leg('c', 'none')], transactionsOf(log('3 BYE', '> BYE', '< 200'))), [
    'the leg c of 9001 was left open',
  ]);
  assert.deepEqual(brokenPromises([leg('c', 'none')], transactionsOf(log('3 BYE', 'x> BYE', 'x> BYE'))), []);
});

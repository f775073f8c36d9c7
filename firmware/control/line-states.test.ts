import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from './facts.ts';
import { LineStates } from './line-states.ts';

const states = (...facts: readonly Fact[]): LineStates => {
  const lines = new LineStates();
  for (const [at, fact] of facts.entries()) lines.fold(fact, at, (dialled) => dialled === '112');
  return lines;
};
const began = (call: `call/${string}`, line: string, dialled = '34'): Fact => ({
  ...{ fact: 'callBegan', call, dialled, from: { kind: 'phone', id: line, number: '' } },
});
const tried = (call: `call/${string}`, line: string): Fact => ({
  ...{ fact: 'attemptBegan', call, attempt: line, why: '', target: { kind: 'line', id: line, number: '34' } },
});
const ended = (call: `call/${string}`): Fact => ({ fact: 'callEnded', call, cause: 'hungUp', by: 'caller' });

test('a port is busy with the call that began there, or that rings or dials there, until it ends', () => {
  const up = states(began('call/1', 'line/1'), tried('call/1', 'line/8'));
  const call = { call: 'call/1', emergency: false, beganMs: 0 };
  assert.deepEqual(up.of(['line/1', 'line/8', 'line/9']), [
    { id: 'line/1', is: 'busy', call },
    { id: 'line/8', is: 'busy', call },
    { id: 'line/9', is: 'free' },
  ]);
  up.fold({ fact: 'attemptEnded', call: 'call/1', attempt: 'line/8', cause: 'lineDead' }, 5, () => false);
  assert.equal(up.of(['line/8'])[0]?.is, 'free');
  up.fold(ended('call/1'), 6, () => false);
  assert.equal(up.of(['line/1'])[0]?.is, 'free');
});

test('of the calls of a softswitch the newest ordinary one is shown', () => {
  const over = (call: `call/${string}`): Fact => ({
    ...{ fact: 'attemptBegan', call, attempt: 'a', why: '', target: { kind: 'trunk', id: 'a', number: '34' } },
  });
  const incoming: Fact = {
    ...{ fact: 'callBegan', call: 'call/3', dialled: '5', from: { kind: 'trunk', id: 'a', number: '' } },
  };
  const up = states(began('call/1', 'line/1'), over('call/1'), began('call/2', 'line/2', '112'), over('call/2'));
  assert.equal(up.of(['a'])[0]?.call?.call, 'call/1', 'not the emergency call, though it is newer');
  up.fold(incoming, 9, () => false);
  assert.equal(up.of(['a'])[0]?.call?.call, 'call/3');
  for (const call of ['call/1', 'call/3'] as const) up.fold(ended(call), 10, () => false);
  assert.deepEqual(up.of(['a'])[0]?.call, { call: 'call/2', emergency: true, beganMs: 2 });
});

test('an emergency call is known by its number, or because somebody says so', () => {
  assert.equal(states(began('call/1', 'line/1', '112')).of(['line/1'])[0]?.call?.emergency, true);
  const from = { kind: 'phone', id: 'line/1', number: '' } as const;
  const told = states(began('call/1', 'line/1'), { fact: 'emergencyCall', call: 'call/1', from, dialled: '34' });
  assert.equal(told.of(['line/1'])[0]?.call?.emergency, true);
});

test('a port is out until it is in again; a call that goes on from before is there', () => {
  const lines = states({ fact: 'portOut', line: 'line/8', cause: 'cable' });
  assert.deepEqual(lines.of(['line/8']), [{ id: 'line/8', is: 'out' }]);
  lines.fold({ fact: 'portIn', line: 'line/8', cause: '' }, 0, () => false);
  assert.deepEqual(lines.of(['line/8']), [{ id: 'line/8', is: 'free' }]);
  const used = [
    ['caller', 'line/1'],
    ['exchange', 'line/8'],
  ] as const;
  lines.goesOn('call/old', new Map(used), 7, true);
  assert.deepEqual(lines.of(['line/8'])[0]?.call, { call: 'call/old', emergency: true, beganMs: 7 });
  lines.fold({ fact: 'attemptEnded', call: 'call/old', attempt: 'exchange', cause: 'congestion' }, 8, () => false);
  assert.deepEqual(lines.of(['line/8'])[0], { id: 'line/8', is: 'free' });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import type { CallId } from '../facts.ts';
import type { Cause } from '../failure.ts';
import { TrunkCounters } from './counters.ts';

const at = (ms: number) => ms as Instant;
let calls = 0;
/** One call over a trunk that ends so. */
const call = (counters: TrunkCounters, end: Cause | 'answered', trunk = 'a', now = at(0)): void => {
  const id: CallId = `call/${++calls}`;
  const target = { kind: 'trunk', id: trunk, number: '1' } as const;
  counters.fold({ fact: 'attemptBegan', call: id, attempt: trunk, target, why: '' }, now);
  if (end === 'answered') counters.fold({ fact: 'callAnswered', call: id, attempt: trunk, target }, now);
  else counters.fold({ fact: 'attemptEnded', call: id, attempt: trunk, cause: end }, now);
  counters.fold({ fact: 'callEnded', call: id, cause: 'hungUp', by: 'caller' }, now);
};
const many = (count: number, of: (index: number) => void): void =>
  Array.from({ length: count }, (_, i) => i).forEach(of);

describe('counts of a trunk', () => {
  it('new calls of the last second, of each trunk for itself', () => {
    const counters = new TrunkCounters();
    for (const ms of [0, 300, 900]) call(counters, 'busy', 'a', at(ms));
    call(counters, 'busy', 'b', at(900));
    assert.equal(counters.newCalls('a', at(950)), 3);
    assert.equal(counters.newCalls('a', at(1_000)), 2);
    assert.equal(counters.newCalls('a', at(1_899)), 1);
    assert.equal(counters.newCalls('a', at(1_900)), 0);
    assert.equal(counters.newCalls('b', at(950)), 1);
  });

  it('the share of answered calls is known from 20 on', () => {
    const counters = new TrunkCounters();
    many(19, () => call(counters, 'answered'));
    assert.equal(counters.asr('a'), undefined);
    call(counters, 'answered');
    assert.equal(counters.asr('a'), 1);
    assert.equal(counters.asr('b'), undefined);
  });

  it('what the callee or the caller said does not count', () => {
    const counters = new TrunkCounters();
    many(20, () => call(counters, 'answered'));
    for (const cause of ['busy', 'declined', 'hungUp', 'answeredElsewhere'] as const)
      many(20, () => call(counters, cause));
    assert.equal(counters.asr('a'), 1);
    call(counters, 'serverFailed');
    assert.ok(counters.asr('a')! < 1);
  });

  it('newer calls weigh more, and only the last hundred count', () => {
    const [good, bad] = [new TrunkCounters(), new TrunkCounters()];
    many(40, (index) => call(good, index < 20 ? 'serverFailed' : 'answered'));
    many(40, (index) => call(bad, index < 20 ? 'answered' : 'serverFailed'));
    assert.ok(good.asr('a')! > 0.55 && bad.asr('a')! < 0.45);
    many(100, () => call(bad, 'answered'));
    assert.equal(bad.asr('a'), 1);
  });

  it('an end that follows the answer counts no second time', () => {
    const counters = new TrunkCounters();
    const target = { kind: 'trunk', id: 'a', number: '1' } as const;
    many(20, (index) => {
      const id: CallId = `call/x${index}`;
      counters.fold({ fact: 'attemptBegan', call: id, attempt: 'a', target, why: '' }, at(0));
      counters.fold({ fact: 'callAnswered', call: id, attempt: 'a', target }, at(0));
      counters.fold({ fact: 'attemptEnded', call: id, attempt: 'a', cause: 'mediaLost' }, at(0));
    });
    assert.equal(counters.asr('a'), 1);
  });

  it('a trunk that was taken out leaves nothing to one of its name, also by calls that were up', () => {
    const counters = new TrunkCounters();
    many(20, () => call(counters, 'congestion'));
    const target = { kind: 'trunk', id: 'a', number: '1' } as const;
    counters.fold({ fact: 'attemptBegan', call: 'call/up', attempt: 'a', target, why: '' }, at(0));
    counters.forget('a');
    counters.fold({ fact: 'attemptEnded', call: 'call/up', attempt: 'a', cause: 'congestion' }, at(1));
    many(20, () => call(counters, 'answered'));
    assert.equal(counters.asr('a'), 1);
  });
});

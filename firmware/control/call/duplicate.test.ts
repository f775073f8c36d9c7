import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, type Instant } from '../../core/machine.ts';
import { type Identity, isSameCall, SAME_CALL_MS } from './duplicate.ts';
import { CallDriver, callAttempt } from './test-call-driver.ts';

const at = 5_000 as Instant;
const first: Identity = { trunk: 'a', callId: 'x', sessionId: 's', caller: '5551', callee: 'line/1', at };
const later = (over: Partial<Identity>, ms = 500): Identity => ({
  ...{ trunk: 'b', callId: 'y', sessionId: 't', caller: '5551', callee: 'line/1' },
  at: after(at, ms),
  ...over,
});

describe('the same call', () => {
  const table: readonly (readonly [what: string, second: Identity, answered: boolean, same: boolean])[] = [
    ['same caller and callee', later({}), false, true],
    ['at the last moment', later({}, SAME_CALL_MS), false, true],
    ['too late', later({}, SAME_CALL_MS + 1), false, false],
    ['over the same softswitch', later({ trunk: 'a' }), false, false],
    ['another callee', later({ callee: 'line/2' }), false, false],
    ['another caller', later({ caller: '5552' }), false, false],
    ['the first was answered', later({}), true, false],
    ['same Call-ID, however late', later({ callId: 'x', callee: '9' }, 60_000), false, true],
    ['same Call-ID of an answered one', later({ callId: 'x' }), true, true],
    ['same Session-ID', later({ sessionId: 's', caller: '1' }, 60_000), false, true],
  ];
  for (const [what, second, answered, same] of table) {
    it(`${what}: ${same ? 'is' : 'is not'}`, () => assert.equal(isSameCall(first, second, answered), same));
  }
  it('is not known by a caller who is withheld', () => {
    for (const caller of ['', 'anonymous', 'Anonymous', 'unavailable']) {
      assert.equal(isSameCall({ ...first, caller }, later({ caller }), false), false, caller);
    }
  });
});

const phone = callAttempt('phone', { targets: [{ kind: 'phone', id: 'line/1', number: '' }] });
/** Call a rings leg 100, and call b is the same call. */
const pair = (): CallDriver => {
  const calls = new CallDriver().begin('a', 1, 'trunk', { on: 'any', attempts: [phone] });
  calls.done('a callBegan', 'a attemptBegan', 'a setup leg/100 line/1');
  calls.begin('b', 2, 'trunk').tell('b', { type: 'joined', of: 'call/a', status: 482 });
  return calls.done('b callBegan', 'b callDuplicate');
};
const ringing = (): CallDriver =>
  pair().hear('a', 100, 'alerting', { media: false }).done('a callAlerting', 'a alert ringback', 'b alert ringback');

describe('a call that came over two softswitches', () => {
  it('rings once, and both callers are told', () => {
    ringing();
    const late = pair().hear('a', 100, 'alerting', { media: false });
    late.did.splice(0);
    late.begin('c', 3, 'trunk').tell('c', { type: 'joined', of: 'call/a', status: 482 });
    late.done('c callBegan', 'c callDuplicate', 'c alert ringback');
  });

  it('is answered once: the second is told 2 s later with the status that is set', () => {
    const calls = ringing().hear('a', 100, 'connect').done('a connect leg/1', 'a callAnswered');
    calls.turn(1_999).done().turn(1).done('b release leg/2 duplicate 482', 'b callEnded duplicate');
    assert.equal(calls.phase('a'), 'talking');
  });

  it('is told the same when the first hangs up within that time', () => {
    const calls = ringing().hear('a', 100, 'connect').turn(500);
    calls.hear('a', 100, 'released', { cause: 'hungUp' }).did.splice(0);
    calls.turn(1_499).done().turn(1).done('b release leg/2 duplicate 482', 'b callEnded duplicate');
  });

  it('goes on by the second when the first is cancelled, without a pause in the ringing', () => {
    const calls = ringing().hear('a', 1, 'released', { cause: 'hungUp' });
    calls.done(
      ...['a attemptEnded hungUp', 'a move leg/100 to call/b'],
      ...['b attemptBegan', 'b callAlerting', 'a callEnded hungUp'],
    );
    calls.hear('b', 100, 'connect').done('b connect leg/2', 'b callAnswered');
    calls.hear('b', 100, 'released', { cause: 'hungUp' }).done('b release leg/2 hungUp', 'b callEnded hungUp');
  });

  it('hands on to a third what the second took over', () => {
    const calls = ringing();
    calls.begin('c', 3, 'trunk').tell('c', { type: 'joined', of: 'call/a', status: 482 });
    calls.did.splice(0);
    calls.hear('a', 1, 'released', { cause: 'hungUp' }).did.splice(0);
    calls.hear('b', 2, 'released', { cause: 'hungUp' }).did.splice(0);
    calls.hear('c', 100, 'connect').done('c connect leg/3', 'c callAnswered');
  });

  it('is over for both when the callee does not take it', () => {
    ringing()
      .hear('a', 100, 'released', { cause: 'declined' })
      .done(
        ...['a attemptEnded declined', 'a release leg/1 declined'],
        ...['b release leg/2 declined', 'b callEnded declined', 'a callEnded declined'],
      );
  });

  it('leaves the first alone when the second is cancelled', () => {
    const calls = ringing().hear('b', 2, 'released', { cause: 'hungUp' }).done('b callEnded hungUp');
    calls.hear('a', 1, 'released', { cause: 'hungUp' });
    calls.done('a release leg/100 hungUp', 'a attemptEnded hungUp', 'a callEnded hungUp');
  });

  it('is refused a moment later when it comes after the answer', () => {
    const calls = new CallDriver().begin('a', 1, 'trunk', { on: 'any', attempts: [phone] }).hear('a', 100, 'connect');
    calls.did.splice(0);
    calls.begin('b', 2, 'trunk').tell('b', { type: 'joined', of: 'call/a', status: 486 });
    calls.done('b callBegan', 'b callDuplicate').turn(2_000);
    calls.done('b release leg/2 duplicate 486', 'b callEnded duplicate');
  });

  it('tells both softswitches every minute that it still rings', () => {
    const calls = ringing().turn(20_000).done();
    calls.tell('a', { type: 'lapse' }).done();
    const alerts = new CallDriver().begin('a', 1, 'trunk', {
      on: 'any',
      attempts: [{ ...phone, ringMs: 300_000 }],
    });
    alerts.hear('a', 100, 'alerting', { media: false }).did.splice(0);
    alerts.turn(60_000).done('a alert ringback').turn(60_000).done('a alert ringback');
  });
});

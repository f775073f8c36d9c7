import assert from 'node:assert/strict';
import { it } from 'node:test';
import { callAttempt as attempt, CallDriver } from './test-call-driver.ts';

const overlap = { waitMs: 4_000 };
const begun = ['callBegan', 'collect leg/1', 'attemptBegan', 'setup leg/100 a'].map((each) => `x ${each}`);
const incomplete = { cause: 'numberIncomplete', status: 484 };
/** A call whose number may grow, asked for at softswitch `a`, then by its other ways. */
const growing = () => {
  const calls = new CallDriver();
  calls.begin('x', 1, 'phone');
  calls.states.set('x', { ...calls.states.get('x')!, grows: true });
  return calls;
};

it('a longer number that leads nowhere ends the call with the reason for that', () => {
  const calls = growing()
    .plan('x', { on: 'any', attempts: [attempt('a', { overlap })] })
    .done(...begun);
  calls.hear('x', 100, 'released', incomplete).done('x attemptEnded numberIncomplete');
  calls.hear('x', 1, 'digit', { digit: '7' }).done('x callDialledOn', 'x plan 34567');
  calls.tell('x', { type: 'unroutable', cause: 'noRoute' }).done('x release leg/1 noRoute', 'x callEnded noRoute');
});

it('the softswitch that asked for more of the number comes first again, the others after it; without it the plan holds', () => {
  const to = (...ids: readonly string[]) => {
    const calls = growing().plan('x', { on: 'any', attempts: [attempt('a', { overlap })] });
    calls.hear('x', 100, 'released', incomplete).hear('x', 1, 'digit', { digit: '7' });
    const [first = 'a', ...more] = ids;
    calls.done(...begun, 'x attemptEnded numberIncomplete', 'x callDialledOn', 'x plan 34567');
    return calls.plan('x', { on: 'any', attempts: [attempt(first, { overlap }), ...more.map((id) => attempt(id))] });
  };
  const both = to('b', 'a').done('x attemptBegan', 'x setup leg/104 a');
  both.hear('x', 104, 'released', { cause: 'congestion', status: 503 });
  both.done('x attemptEnded congestion', 'x attemptBegan', 'x setup leg/105 b');
  to('b').done('x attemptBegan', 'x setup leg/104 b');
});

it('a softswitch that is lost before the phone rings leaves the ring time of the settings', () => {
  const rings = (lost: boolean) => {
    const calls = new CallDriver().begin('x', 1, 'trunk', {
      on: 'any',
      attempts: [attempt('a', { untilCancelled: true, ringMs: 30_000 })],
    });
    if (lost) calls.tell('x', { type: 'upstreamLost' });
    return calls.hear('x', 100, 'alerting', { media: false }).turn(40_000).phase('x');
  };
  assert.equal(rings(true), 'ended');
  assert.equal(rings(false), 'hunting');
});

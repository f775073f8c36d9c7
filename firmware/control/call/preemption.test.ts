import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Level } from '../routing/attempt.ts';
import { LINE_REST_MS } from './preemption.ts';
import { CallDriver, callAttempt } from './test-call-driver.ts';

const emergency = (...attempts: readonly ReturnType<typeof callAttempt>[]): Level =>
  ({ on: 'any', attempts, emergency: true }) as unknown as Level;
const line = (over = {}) =>
  callAttempt('line', { targets: [{ kind: 'line', id: 'line', number: '112' }], start: 'alone', ...over });

describe('an emergency call', () => {
  it('is reported before anything is tried', () => {
    new CallDriver()
      .begin('e', 1, 'phone', emergency(line()))
      .done('e callBegan', 'e emergencyCall', 'e attemptBegan', 'e setup leg/100 line');
  });

  it('ends the call that is in its way, and takes the way when it is free', () => {
    const calls = new CallDriver().begin('e', 1, 'phone', emergency(line({ preempts: 'call/v' })));
    calls.done('e callBegan', 'e emergencyCall', 'e callPreempted', 'e preempt call/v').turn(300).done();
    calls.tell('e', { type: 'cleared', call: 'call/other' }).done();
    // an exchange line must rest, or the exchange takes its end for a flash
    calls
      .tell('e', { type: 'cleared', call: 'call/v' })
      .done()
      .turn(LINE_REST_MS - 1)
      .done();
    calls.tell('e', { type: 'cleared', call: 'call/v' }).done().turn(1).done('e attemptBegan', 'e setup leg/100 line');
    calls.tell('e', { type: 'cleared', call: 'call/v' }).done();
  });

  it('waits no longer than a second for that', () => {
    const trunk = callAttempt('trunk', { preempts: 'call/v' });
    const calls = new CallDriver().begin('e', 1, 'phone', emergency(trunk));
    calls.did.splice(0);
    calls.turn(899).done().turn(1).done('e attemptBegan', 'e setup leg/100 trunk');
    const free = new CallDriver().begin('e', 1, 'phone', emergency(trunk));
    free.did.splice(0);
    free.tell('e', { type: 'cleared', call: 'call/v' }).done('e attemptBegan', 'e setup leg/100 trunk');
  });

  it('goes on after every answer, also after ringing', () => {
    const calls = new CallDriver().begin(
      'e',
      1,
      'phone',
      emergency(callAttempt('a'), callAttempt('b'), callAttempt('c')),
    );
    calls.did.splice(0);
    calls.hear('e', 100, 'released', { cause: 'declined', status: 603 });
    calls.done('e attemptEnded declined', 'e attemptBegan', 'e setup leg/101 b');
    calls.hear('e', 101, 'alerting', { media: false }).did.splice(0);
    calls.hear('e', 101, 'released', { cause: 'busy', status: 486 });
    calls.done('e attemptEnded busy', 'e attemptBegan', 'e setup leg/102 c');
  });

  it('has no limit of attempts', () => {
    const ids = ['a', 'b', 'c', 'd', 'f', 'g', 'h'];
    const calls = new CallDriver().begin('e', 1, 'phone', emergency(...ids.map((id) => callAttempt(id))));
    for (const [at] of ids.entries()) calls.hear('e', 100 + at, 'released', { cause: 'congestion', status: 503 });
    assert.equal(calls.did.filter((word) => word.includes('setup')).length, ids.length);
  });

  it('rings on when there is no other way, and goes on after the ring time when there is', () => {
    const alone = new CallDriver().begin('e', 1, 'phone', emergency(callAttempt('a')));
    alone.hear('e', 100, 'alerting', { media: false }).did.splice(0);
    alone.turn(600_000).done().hear('e', 100, 'connect').done('e connect leg/1', 'e callAnswered');
    const two = new CallDriver().begin('e', 1, 'phone', emergency(callAttempt('a'), callAttempt('b')));
    two.hear('e', 100, 'alerting', { media: false }).did.splice(0);
    two
      .turn(30_000)
      .done('e release leg/100 noAnswer', 'e attemptEnded noAnswer', 'e attemptBegan', 'e setup leg/101 b');
  });

  it('waits on for the last way that has taken it', () => {
    const calls = new CallDriver().begin('e', 1, 'phone', emergency(callAttempt('a')));
    calls.hear('e', 100, 'proceeding').did.splice(0);
    calls.turn(120_000).done();
  });
});

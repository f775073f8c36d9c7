import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Level } from '../routing/attempt.ts';
import { CallDriver, callAttempt } from './test-call-driver.ts';

const normal: Level = { on: 'any', attempts: [callAttempt('a')] };
const protect = (delayMs: number): Level => ({
  on: ['congestion', 'serverSilent', 'serverFailed'],
  attempts: [callAttempt('dear')],
  protect: { delayMs, again: [callAttempt('a')] },
});
const refused = { cause: 'congestion', status: 503 } as const;

/** Every normal way has failed; the caller is asked to wait by leg 104. */
const waits = (from: 'phone' | 'trunk' = 'phone', delayMs = 5_000): CallDriver => {
  const calls = new CallDriver().begin('c', 1, from, normal, protect(delayMs));
  calls.done('c callBegan', 'c attemptBegan', 'c setup leg/100 a').hear('c', 100, 'released', refused);
  return calls.done('c attemptEnded congestion', 'c callLedOn', 'c alert queued', 'c setup leg/101 pleaseWait');
};

describe('before protect trunks', () => {
  it('normal ways are tried again after a pause, and the caller hears that it goes on', () => {
    const calls = waits().hear('c', 101, 'progress', { media: true }).done('c alert leg/101');
    calls.turn(1_999).done().turn(1).done('c attemptBegan', 'c setup leg/102 a');
    calls.hear('c', 102, 'released', refused).done('c attemptEnded congestion');
    calls.turn(2_000).done('c attemptBegan', 'c setup leg/103 a');
    // the delay is over while that one has said nothing
    calls
      .turn(1_000)
      .done('c release leg/103 serverSilent', 'c attemptEnded serverSilent', 'c attemptBegan', 'c setup leg/104 dear');
    calls.hear('c', 104, 'alerting', { media: false });
    calls.done('c release leg/101 answeredElsewhere', 'c callAlerting', 'c alert ringback');
    calls.hear('c', 104, 'connect').done('c connect leg/1', 'c callAnswered');
  });

  it('a normal way that is back takes the call', () => {
    const calls = waits().turn(2_000).done('c attemptBegan', 'c setup leg/102 a');
    calls.hear('c', 102, 'connect').done('c release leg/101 answeredElsewhere', 'c connect leg/1', 'c callAnswered');
  });

  it('one that rings is let ring beyond the delay', () => {
    const calls = waits().turn(2_000);
    calls.hear('c', 102, 'alerting', { media: false }).did.splice(0);
    calls.turn(20_000).done().hear('c', 102, 'connect').done('c connect leg/1', 'c callAnswered');
  });

  it('a callee who declines is not rung again', () => {
    const calls = waits().turn(2_000);
    calls.did.splice(0);
    calls.hear('c', 102, 'released', { cause: 'declined', status: 603 });
    calls.done(
      ...['c attemptEnded declined', 'c release leg/101 answeredElsewhere'],
      ...['c release leg/1 declined', 'c callEnded declined'],
    );
  });

  it('no time is lost where there is no delay', () => {
    const calls = new CallDriver().begin('c', 1, 'phone', normal, protect(0)).hear('c', 100, 'released', refused);
    calls.did.splice(0, 3);
    calls.done('c attemptEnded congestion', 'c callLedOn', 'c attemptBegan', 'c setup leg/101 dear');
  });

  it('a softswitch that sent the call hears of it every minute', () => {
    const calls = waits('trunk', 180_000);
    calls.did.splice(0);
    let alerts = 0;
    for (let s = 0; s < 120; s++) {
      calls.turn(1_000);
      for (const word of calls.did.splice(0)) {
        if (word === 'c alert queued') alerts++;
        const leg = /setup leg\/(\d+) a/.exec(word)?.[1];
        if (leg !== undefined) calls.hear('c', Number(leg), 'released', refused);
      }
    }
    assert.equal(alerts, 2);
  });

  it('everything ends with the caller', () => {
    const calls = waits().turn(2_000);
    calls.did.splice(0);
    calls.hear('c', 1, 'released', { cause: 'hungUp' });
    calls.done(
      ...['c release leg/101 answeredElsewhere', 'c release leg/102 hungUp'],
      ...['c attemptEnded hungUp', 'c callEnded hungUp'],
    );
  });
});

describe('a level', () => {
  const refuses = (second: Level, why: object): CallDriver => {
    const calls = new CallDriver().begin('c', 1, 'phone', normal, second);
    calls.did.splice(0);
    return calls.hear('c', 100, 'released', why);
  };
  const busy = { cause: 'busy', status: 486 };
  it('that is another way to a callee who has declined is left out', () => {
    refuses({ on: 'any', attempts: [callAttempt('b')] }, busy).done(
      ...['c attemptEnded busy', 'c release leg/1 busy', 'c callEnded busy'],
    );
  });
  it('that leads elsewhere is entered, with limits of its own', () => {
    const four = ['b', 'c', 'd', 'e', 'f'].map((id) => callAttempt(id));
    const level = { on: 'any', attempts: four, elsewhere: true } as unknown as Level;
    const calls = refuses(level, busy);
    let begun = 0;
    for (let leg = 104; leg < 120 && calls.phase('c') === 'hunting'; leg++) {
      const words = calls.did.splice(0);
      const next = words.map((word) => /setup leg\/(\d+)/.exec(word)?.[1]).find((each) => each !== undefined);
      if (next === undefined) break;
      begun++;
      calls.hear('c', Number(next), 'released', refused);
    }
    assert.equal(begun, 4);
  });
  it('for which another had to be lost is passed over', () => {
    refuses({ on: 'any', attempts: [callAttempt('b')], elsewhere: true, after: ['other'] }, busy).done(
      ...['c attemptEnded busy', 'c release leg/1 busy', 'c callEnded busy'],
    );
    const named = refuses({ on: 'any', attempts: [callAttempt('b')], elsewhere: true, after: ['a'] }, busy);
    named.done('c attemptEnded busy', 'c attemptBegan', 'c setup leg/101 b');
  });
});

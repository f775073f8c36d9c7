import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, type Instant } from '../../core/machine.ts';
import type { LegEvent } from '../leg/leg.ts';
import type { Attempt } from '../routing/attempt.ts';
import { beginHunt, huntDeadline, stepHunt } from './hunt-machine.ts';
import type { HuntEffect } from './hunt-state.ts';
import { freshLimits } from './limits.ts';
import { CallDriver, callAttempt } from './test-call-driver.ts';

const start = 1_000 as Instant;
const asker = { caller: { number: '11' }, beside: 'leg/1' } as const;
const attempt = (id: string, accept: boolean): Attempt => ({
  ...{ id, targets: [{ kind: 'trunk', id, number: '5550100' }], start: 'hedged', silenceMs: 1_200, progressMs: 20_000 },
  ...{ ringMs: 20_000, verdicts: {}, bound: true, why: 'forwarding duty' },
  ...(accept ? { accept: true } : {}),
});
const words = (effects: readonly HuntEffect[]): string[] =>
  effects.map((effect) => {
    if ('note' in effect) return effect.note === 'attemptEnded' ? `ended ${effect.cause}` : effect.note;
    if (effect.do === 'setup') return `setup ${effect.leg} ${effect.target.id} beside ${effect.beside}`;
    return `${effect.do} ${'cause' in effect ? `${effect.leg} ${effect.cause}` : ''}`;
  });

/** The callee of an attempt that asks to accept has answered. */
const asked = (accept = true) => {
  let { state } = beginHunt([attempt('a', accept)], freshLimits(10, start), asker, start);
  const did: string[] = [];
  const tell = (event: Parameters<typeof stepHunt>[1], now = start) => {
    const out = stepHunt(state, event, asker, now);
    state = out.state;
    did.push(...words(out.effects));
    return state;
  };
  const leg = (type: LegEvent['type'], more: object = {}) => tell({ type, leg: 'leg/10', ...more } as LegEvent);
  leg('alerting', { media: false });
  leg('connect');
  return { tell, leg, did, state: () => state };
};

describe('an outside callee of a forwarded call', () => {
  it('is asked first, and has the call when 1 is pressed', () => {
    const { leg, did, state } = asked();
    assert.deepEqual(did, ['setup leg/11 acceptCall beside leg/10']);
    assert.equal(state().phase, 'alerting');
    leg('digit', { digit: '5' });
    assert.equal(state().phase, 'alerting');
    leg('digit', { digit: '1' });
    assert.deepEqual(did.slice(1), ['release leg/11 answeredElsewhere']);
    const won = state();
    assert.ok(won.phase === 'won');
    assert.deepEqual([won.leg, won.attempt], [{ leg: 'leg/10', is: 'connected' }, 'a']);
  });

  it('that is a voicemail loses it after 15 s', () => {
    const { tell, did, state } = asked();
    assert.equal(huntDeadline(state()), after(start, 15_000));
    tell({ type: 'lapse' }, after(start, 14_999));
    assert.equal(state().phase, 'alerting');
    tell({ type: 'lapse' }, after(start, 15_000));
    assert.deepEqual(did.slice(1), ['release leg/11 answeredElsewhere', 'release leg/10 noAnswer', 'ended noAnswer']);
    const lost = state();
    assert.ok(lost.phase === 'lost');
    assert.deepEqual([lost.failure, lost.spent.nextLeg], ['noAnswer', 12]);
  });

  it('declines it by hanging up', () => {
    const { leg, did, state } = asked();
    leg('released', { cause: 'hungUp' });
    assert.deepEqual(did.slice(1), ['release leg/11 answeredElsewhere', 'ended declined']);
    const lost = state();
    assert.ok(lost.phase === 'lost');
    assert.equal(lost.failure, 'declined');
  });

  it('is let go when the caller hangs up while it is asked', () => {
    const { tell, did } = asked();
    tell({ type: 'abandon', cause: 'hungUp' });
    assert.deepEqual(did.slice(1, 3), ['release leg/11 answeredElsewhere', 'release leg/10 hungUp']);
  });

  it('has the call at once where nothing is asked', () => {
    assert.equal(asked(false).state().phase, 'won');
  });

  it('rings for the caller while it is asked, although it answered without ringing', () => {
    const calls = new CallDriver().begin('c', 1, 'trunk', {
      on: 'any',
      attempts: [callAttempt('a', { accept: true })],
    });
    calls.done('c callBegan', 'c attemptBegan', 'c setup leg/100 a').hear('c', 100, 'connect');
    calls.done('c setup leg/101 acceptCall', 'c callAlerting', 'c alert ringback');
    calls.hear('c', 100, 'digit', { digit: '1' });
    calls.done('c release leg/101 answeredElsewhere', 'c connect leg/1', 'c callAnswered');
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LegEvent, LegId } from '../leg/leg.ts';
import type { RedirectAsk } from '../routing/redirect.ts';
import { verdictOn } from '../routing/verdict.ts';
import type { Call } from './call-state.ts';
import { redirectedAttempt } from './hunt-state.ts';
import { guarded } from './redirect.ts';
import { callAttempt } from './test-call-driver.ts';

const leg: LegId = 'leg/7';
const attempt = callAttempt('a', { toll: { line: 'line/1', class: 'local' } });
const calling = (more: object = {}): Call =>
  ({
    ...{ call: 'call/1', from: { kind: 'phone', id: 'line/1', number: '11' }, who: { number: '11' }, dialled: '5' },
    ...{ phase: 'hunting', hunt: { phase: 'seeking', open: [{ attempt, legs: [leg], heard: 'nothing', until: 0 }] } },
    ...more,
  }) as unknown as Call;
type Released = Extract<LegEvent, { type: 'released' }>;
const to = (...redirects: readonly string[]): Released => ({
  ...{ type: 'released', leg, cause: 'serverFailed', status: 302, redirects },
});

const asked: RedirectAsk[] = [];
const guard = (ask: RedirectAsk) => {
  asked.push(ask);
  return ask.number.startsWith('0900')
    ? ({ is: 'barred', why: 'premium' } as const)
    : ({ is: 'allowed', toll: { line: 'line/1', class: 'national' } } as const);
};

it('the first number that may be called is tried, on behalf of whom the attempt was made, and is charged as that', () => {
  const event = guarded(calling(), to('', '09001', '0301', '0302'), guard);
  assert.deepEqual(asked.at(-1), {
    ...{ from: { kind: 'phone', id: 'line/1', number: '11' }, caller: { number: '11' } },
    ...{ line: 'line/1', over: 'a', number: '0301' },
  });
  const next = redirectedAttempt(attempt, event, 1);
  assert.deepEqual([next?.targets[0].number, next?.toll?.class], ['0301', 'national']);
});

it('a redirection to nothing that may be called ends the call as a barred one', () => {
  const { cause, status, q850, redirects } = guarded(calling(), to('09001'), guard);
  assert.deepEqual([cause, status, redirects], ['barred', 302, undefined]);
  const about = { reached: 'nothing', bound: true, overrides: {}, redirected: false } as const;
  assert.equal(verdictOn({ ...about, cause, status, q850 }), 'stop');
});

it('nobody is asked for an emergency call, for a leg that is nobody’s, or for another end', () => {
  const before = asked.length;
  for (const [call, event] of [
    [calling({ emergency: true }), to('09001')],
    [undefined, to('09001')],
    [calling(), { ...to('09001'), leg: 'leg/8' as LegId }],
    [calling(), { ...to(), status: 486 }],
  ] as const) {
    assert.equal(guarded(call, event, guard), event);
  }
  assert.equal(asked.length, before);
});

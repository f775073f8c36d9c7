import { after, type Instant, type Machine, type Step } from '../../core/machine.ts';
import type { LegCommand, LegEvent, LegId } from '../leg/leg.ts';
import { ANSWER_PAUSE_MS } from './voice-leg.ts';

/** So long a test call may ring; with the sentence it is over long before an operator loses patience. */
export const LONGEST_RINGING_MS = 60_000;
/** The sentence takes a few seconds; an engine that does not say that it has ended must not hold the call. */
export const LONGEST_SAYING_MS = 30_000;

/** The calling leg of a test call: rings out, pauses after the answer, speaks, pauses, hangs up. */
export type TestCall =
  | { readonly phase: 'calling' | 'answered' | 'speaking' | 'said'; readonly leg: LegId; readonly until: Instant }
  | { readonly phase: 'gone'; readonly leg: LegId };
export type TestCallEvent =
  | { readonly type: 'command'; readonly command: LegCommand }
  | { readonly type: 'opened' | 'mediaFailed' | 'said' };
export type TestCallEffect = { readonly tell: LegEvent } | { readonly do: 'speak' | 'close' };
type Out = Step<TestCall, TestCallEffect>;

export const beginTestCall = (leg: LegId, now: Instant): TestCall => ({
  phase: 'calling',
  leg,
  until: after(now, LONGEST_RINGING_MS),
});

export const testCallMachine: Machine<TestCall, TestCallEvent, TestCallEffect> = {
  step: (call, event, now) => {
    const stay: Out = { state: call, effects: [] };
    if (call.phase === 'gone') return stay;
    switch (event.type) {
      case 'lapse':
        return now >= call.until ? lapsed(call, now) : stay;
      case 'command':
        return commanded(call, event.command, now);
      case 'mediaFailed':
        return gone(call.leg, 'mediaLost');
      case 'said':
        return call.phase === 'speaking' ? said(call.leg, now) : stay;
      default:
        return stay;
    }
  },
  deadline: (call) => ('until' in call ? call.until : undefined),
  over: (call) => call.phase === 'gone',
};

function commanded(call: Extract<TestCall, { until: Instant }>, command: LegCommand, now: Instant): Out {
  if (command.do === 'release') return gone(call.leg, command.cause);
  if (command.do !== 'connect' || call.phase !== 'calling') return { state: call, effects: [] };
  return { state: { phase: 'answered', leg: call.leg, until: after(now, ANSWER_PAUSE_MS) }, effects: [] };
}

function lapsed({ phase, leg }: TestCall, now: Instant): Out {
  if (phase !== 'answered') return gone(leg, 'hungUp');
  return { state: { phase: 'speaking', leg, until: after(now, LONGEST_SAYING_MS) }, effects: [{ do: 'speak' }] };
}

/** The far end still has the end of it in its buffer: whoever hangs up now cuts it off. */
const said = (leg: LegId, now: Instant): Out => ({
  state: { phase: 'said', leg, until: after(now, ANSWER_PAUSE_MS) },
  effects: [],
});

const gone = (leg: LegId, cause: Extract<LegEvent, { type: 'released' }>['cause']): Out => ({
  state: { phase: 'gone', leg },
  effects: [{ do: 'close' }, { tell: { type: 'released', leg, cause } }],
});

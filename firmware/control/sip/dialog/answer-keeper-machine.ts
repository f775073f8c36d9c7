import { after, earliest, type Instant, type Machine } from '../../../core/machine.ts';
import type { Timers } from '../transaction/timers.ts';

/**
 * Repeats our 2xx to an INVITE until its ACK, over every transport (RFC 3261 §13.3.1.4): T1 doubling to T2, and
 * after 64 · T1 the dialog is to be ended.
 */
export type AnswerKeeper =
  | { readonly is: 'waiting'; readonly waitMs: number; readonly resendAt: Instant; readonly endAt: Instant }
  | { readonly is: 'over' };
export type AnswerKeeperEffect = { readonly do: 'resend' } | { readonly tell: 'neverAcknowledged' };

export const answerSent = (timers: Timers, now: Instant): AnswerKeeper => ({
  is: 'waiting',
  waitMs: timers.t1,
  resendAt: after(now, timers.t1),
  endAt: after(now, timers.giveUp),
});

export const answerKeeperMachine = (
  timers: Timers,
): Machine<AnswerKeeper, { type: 'acknowledged' }, AnswerKeeperEffect> => ({
  step(state, event, now) {
    if (state.is === 'over') return { state, effects: [] };
    if (event.type === 'acknowledged') return { state: { is: 'over' }, effects: [] };
    if (now >= state.endAt) return { state: { is: 'over' }, effects: [{ tell: 'neverAcknowledged' }] };
    if (now < state.resendAt) return { state, effects: [] };
    const waitMs = Math.min(state.waitMs * 2, timers.t2);
    return { state: { ...state, waitMs, resendAt: after(state.resendAt, waitMs) }, effects: [{ do: 'resend' }] };
  },
  deadline: (state) => (state.is === 'over' ? undefined : earliest(state.resendAt, state.endAt)),
  over: (state) => state.is === 'over',
});

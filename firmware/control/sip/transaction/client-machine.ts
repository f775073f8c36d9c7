import { after, earliest, type Instant, type Machine } from '../../../core/machine.ts';
import type { ClientEffect } from './invite-client-machine.ts';
import type { Timers } from './timers.ts';

/**
 * Non-INVITE client transaction, RFC 3261 §17.1.2.
 *
 * ```
 * trying ─1xx→ proceeding ─final→ completed ─K→ over
 *   │ E: resend, T1 doubling to T2   │ E: resend at T2
 *   └ F: timeout → over  ←───────────┘
 * ```
 */
export type Client =
  | {
      readonly is: 'trying' | 'proceeding';
      readonly waitMs: number;
      readonly resendAt?: Instant;
      readonly giveUpAt: Instant;
    }
  | { readonly is: 'completed'; readonly endAt: Instant }
  | { readonly is: 'over' };
export type ClientEvent =
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'transportFailed' }
  /** A newer request has taken its place: no further copy. */
  | { readonly type: 'abandoned' };

/** State right after the first copy was sent; `giveUpAfterMs` ends it earlier than Timer F. */
export const clientTrying = (timers: Timers, reliable: boolean, now: Instant, giveUpAfterMs?: number): Client => ({
  is: 'trying',
  waitMs: timers.t1,
  ...(reliable ? {} : { resendAt: after(now, timers.t1) }),
  giveUpAt: after(now, Math.min(timers.giveUp, giveUpAfterMs ?? timers.giveUp)),
});

/** State of a request that a plane before us has sent: it is sent again at once. */
export const clientResumed = (timers: Timers, reliable: boolean, now: Instant): Client => ({
  is: 'trying',
  waitMs: timers.t1 / 2,
  ...(reliable ? {} : { resendAt: now }),
  giveUpAt: after(now, timers.giveUp),
});

export const clientMachine = (timers: Timers, reliable: boolean): Machine<Client, ClientEvent, ClientEffect> => ({
  step(state, event, now) {
    if (state.is === 'over') return { state, effects: [] };
    if (event.type === 'lapse') return lapsed(state, timers, now);
    if (state.is === 'completed') return { state, effects: [] };
    if (event.type === 'transportFailed') return { state: { is: 'over' }, effects: [{ tell: 'transport' }] };
    if (event.type === 'abandoned') {
      const { resendAt: _, ...silent } = state;
      return { state: silent, effects: [] };
    }
    const effects: ClientEffect[] = [{ tell: 'response' }];
    if (event.status < 200) return { state: { ...state, is: 'proceeding', waitMs: timers.t2 }, effects };
    const next: Client = reliable ? { is: 'over' } : { is: 'completed', endAt: after(now, timers.t4) };
    return { state: next, effects };
  },
  deadline(state) {
    if (state.is === 'over') return undefined;
    return state.is === 'completed' ? state.endAt : earliest(state.resendAt, state.giveUpAt);
  },
  over: (state) => state.is === 'over',
});

const lapsed = (
  state: Exclude<Client, { is: 'over' }>,
  timers: Timers,
  now: Instant,
): { state: Client; effects: ClientEffect[] } => {
  if (state.is === 'completed') {
    return { state: now >= state.endAt ? { is: 'over' } : state, effects: [] };
  }
  if (now >= state.giveUpAt) return { state: { is: 'over' }, effects: [{ tell: 'silence' }] };
  if (state.resendAt === undefined || now < state.resendAt) return { state, effects: [] };
  const waitMs = state.is === 'proceeding' ? timers.t2 : Math.min(state.waitMs * 2, timers.t2);
  return { state: { ...state, waitMs, resendAt: after(state.resendAt, waitMs) }, effects: [{ do: 'send' }] };
};

import { after, earliest, type Instant, type Machine } from '../../../core/machine.ts';
import type { Timers } from './timers.ts';

/**
 * INVITE server transaction, RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1.
 *
 * ```
 * proceeding ─2xx→ accepted ─L→ over                       (repeated INVITE: absorbed)
 *     └─3xx..6xx→ completed ─ACK→ confirmed ─I→ over       (G: resend; H without ACK: over)
 * ```
 * The 2xx itself is repeated above, by the keeper of the dialog's answer (§13.3.1.4).
 */
export type InviteServer =
  | { readonly is: 'proceeding'; readonly answered: boolean; readonly againAt?: Instant }
  | { readonly is: 'accepted'; readonly endAt: Instant }
  | { readonly is: 'completed'; readonly waitMs: number; readonly resendAt?: Instant; readonly endAt: Instant }
  | { readonly is: 'confirmed'; readonly endAt: Instant }
  | { readonly is: 'over' };
export type InviteServerEvent =
  | { readonly type: 'request' }
  | { readonly type: 'ack' }
  | { readonly type: 'respond'; readonly status: number }
  | { readonly type: 'transportFailed' };
/** `send` is the answer just handed down, `resend` the last one, `trying` a 100 of the transaction's own. */
export type ServerEffect =
  | { readonly do: 'send' | 'resend' | 'trying' }
  | { readonly tell: 'ack' | 'neverAcknowledged' };

export const inviteServerMachine = (
  timers: Timers,
  reliable: boolean,
): Machine<InviteServer, InviteServerEvent, ServerEffect> => ({
  step(state, event, now) {
    switch (event.type) {
      case 'lapse':
        return lapsed(state, timers, now);
      case 'request':
        return { state, effects: repeated(state) };
      case 'ack':
        return acknowledged(state, timers, reliable, now);
      case 'respond':
        return respond(state, event.status, timers, reliable, now);
      case 'transportFailed':
        return state.is === 'completed' ? { state: { is: 'over' }, effects: [] } : { state, effects: [] };
    }
  },
  deadline(state) {
    if (state.is === 'over') return undefined;
    if (state.is === 'proceeding') return state.againAt;
    return state.is === 'completed' ? earliest(state.resendAt, state.endAt) : state.endAt;
  },
  over: (state) => state.is === 'over',
});

type Step = { state: InviteServer; effects: ServerEffect[] };

const ringing = (timers: Timers, now: Instant): InviteServer => ({
  is: 'proceeding',
  answered: true,
  againAt: after(now, timers.ringing),
});

const repeated = (state: InviteServer): ServerEffect[] => {
  if (state.is === 'completed') return [{ do: 'resend' }];
  if (state.is !== 'proceeding') return [];
  return [{ do: state.answered ? 'resend' : 'trying' }];
};

const respond = (state: InviteServer, status: number, timers: Timers, reliable: boolean, now: Instant): Step => {
  const send: ServerEffect = { do: 'send' };
  if (state.is === 'accepted' && status >= 200 && status < 300) return { state, effects: [send] };
  if (state.is !== 'proceeding') return { state, effects: [] };
  if (status < 200) return { state: ringing(timers, now), effects: [send] };
  const endAt = after(now, timers.giveUp);
  if (status < 300) return { state: { is: 'accepted', endAt }, effects: [send] };
  const resendAt = after(now, timers.t1);
  const next: InviteServer = { is: 'completed', waitMs: timers.t1, endAt, ...(reliable ? {} : { resendAt }) };
  return { state: next, effects: [send] };
};

const acknowledged = (state: InviteServer, timers: Timers, reliable: boolean, now: Instant): Step => {
  if (state.is === 'accepted') return { state, effects: [{ tell: 'ack' }] };
  if (state.is !== 'completed') return { state, effects: [] };
  return { state: reliable ? { is: 'over' } : { is: 'confirmed', endAt: after(now, timers.t4) }, effects: [] };
};

const lapsed = (state: InviteServer, timers: Timers, now: Instant): Step => {
  if (state.is === 'over') return { state, effects: [] };
  if (state.is === 'proceeding') {
    if (state.againAt === undefined || now < state.againAt) return { state, effects: [] };
    return state.answered
      ? { state: ringing(timers, now), effects: [{ do: 'resend' }] }
      : { state: { is: 'proceeding', answered: false }, effects: [{ do: 'trying' }] };
  }
  if (now >= state.endAt) {
    return { state: { is: 'over' }, effects: state.is === 'completed' ? [{ tell: 'neverAcknowledged' }] : [] };
  }
  if (state.is !== 'completed' || state.resendAt === undefined || now < state.resendAt) return { state, effects: [] };
  const waitMs = Math.min(state.waitMs * 2, timers.t2);
  return { state: { ...state, waitMs, resendAt: after(state.resendAt, waitMs) }, effects: [{ do: 'resend' }] };
};

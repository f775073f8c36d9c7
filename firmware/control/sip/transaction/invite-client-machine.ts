import { after, earliest, type Instant, type Machine } from '../../../core/machine.ts';
import type { Timers } from './timers.ts';

/**
 * INVITE client transaction, RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2.
 *
 * ```
 * calling ─1xx→ proceeding ─2xx→ accepted ─M→ over
 *    │ A: resend        └─3xx..6xx→ completed ─D→ over      (each repeated final: ACK)
 *    └ B: timeout → over
 * ```
 */
export type InviteClient =
  | { readonly is: 'calling'; readonly waitMs: number; readonly resendAt?: Instant; readonly giveUpAt: Instant }
  | { readonly is: 'proceeding'; readonly giveUpAt?: Instant }
  | { readonly is: 'accepted'; readonly endAt: Instant }
  | { readonly is: 'completed'; readonly endAt: Instant }
  | { readonly is: 'over' };
export type InviteClientEvent =
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'transportFailed' }
  /** Nobody wants the call any more: no further copy, so that a far end that wakes up late rings nobody. */
  | { readonly type: 'abandoned' }
  /** CANCEL was sent: without a final answer the end is 64 · T1 away (§9.1). */
  | { readonly type: 'cancelled' };
export type ClientEffect =
  | { readonly do: 'send' }
  | { readonly do: 'ack' }
  | { readonly tell: 'response' | 'silence' | 'transport' };

/** State right after the first copy was sent. */
export const inviteCalling = (timers: Timers, reliable: boolean, now: Instant): InviteClient => ({
  is: 'calling',
  waitMs: timers.t1,
  ...(reliable ? {} : { resendAt: after(now, timers.t1) }),
  giveUpAt: after(now, timers.giveUp),
});

/**
 * State of an INVITE that a plane before us has sent: what nobody has answered is sent again at once, over a reliable
 * transport once, as its connection ended with that plane. A far end that has it knows the copy by its branch, and says
 * again what it said last (§17.2.1, §17.2.3).
 */
export const inviteResumed = (
  timers: Timers,
  now: Instant,
  from: {
    readonly heard: boolean;
    readonly abandoned?: boolean;
    readonly acceptedUntil?: Instant;
  },
): InviteClient => {
  if (from.acceptedUntil !== undefined) return { is: 'accepted', endAt: from.acceptedUntil };
  if (from.heard) return { is: 'proceeding' };
  const giveUpAt = after(now, timers.giveUp);
  return { is: 'calling', waitMs: timers.t1 / 2, ...(from.abandoned ? {} : { resendAt: now }), giveUpAt };
};

export const inviteClientMachine = (
  timers: Timers,
  reliable: boolean,
): Machine<InviteClient, InviteClientEvent, ClientEffect> => ({
  step(state, event, now) {
    if (event.type === 'lapse') return lapsed(state, reliable, now);
    if (event.type === 'transportFailed') return failed(state);
    if (event.type === 'abandoned') {
      if (state.is !== 'calling') return { state, effects: [] };
      return { state: { is: 'calling', waitMs: state.waitMs, giveUpAt: state.giveUpAt }, effects: [] };
    }
    if (event.type === 'cancelled') {
      const waits = state.is === 'proceeding' && state.giveUpAt === undefined;
      return { state: waits ? { is: 'proceeding', giveUpAt: after(now, timers.giveUp) } : state, effects: [] };
    }
    return answered(state, event.status, timers, reliable, now);
  },
  deadline(state) {
    if (state.is === 'calling') return earliest(state.resendAt, state.giveUpAt);
    if (state.is === 'proceeding') return state.giveUpAt;
    return state.is === 'over' ? undefined : state.endAt;
  },
  over: (state) => state.is === 'over',
});

type Step = { state: InviteClient; effects: ClientEffect[] };
const over: InviteClient = { is: 'over' };

const lapsed = (state: InviteClient, reliable: boolean, now: Instant): Step => {
  if (state.is === 'accepted' || state.is === 'completed') {
    return now < state.endAt ? { state, effects: [] } : { state: over, effects: [] };
  }
  if (state.is === 'over' || state.giveUpAt === undefined) return { state, effects: [] };
  if (now >= state.giveUpAt) return { state: over, effects: [{ tell: 'silence' }] };
  if (state.is !== 'calling' || state.resendAt === undefined || now < state.resendAt) return { state, effects: [] };
  const { resendAt, ...calling } = { ...state, waitMs: state.waitMs * 2 };
  const next = reliable ? calling : { ...calling, resendAt: after(resendAt!, calling.waitMs) };
  return { state: next, effects: [{ do: 'send' }] };
};

const failed = (state: InviteClient): Step =>
  state.is === 'calling' || state.is === 'proceeding'
    ? { state: over, effects: [{ tell: 'transport' }] }
    : { state, effects: [] };

const answered = (state: InviteClient, status: number, timers: Timers, reliable: boolean, now: Instant): Step => {
  const tell: ClientEffect = { tell: 'response' };
  if (state.is === 'over') return { state, effects: [] };
  if (state.is === 'completed') return { state, effects: status >= 300 ? [{ do: 'ack' }] : [] };
  if (state.is === 'accepted') return { state, effects: status >= 200 && status < 300 ? [tell] : [] };
  if (status < 200) return { state: state.is === 'calling' ? { is: 'proceeding' } : state, effects: [tell] };
  if (status < 300) return { state: { is: 'accepted', endAt: after(now, timers.giveUp) }, effects: [tell] };
  const next: InviteClient = reliable ? over : { is: 'completed', endAt: after(now, timers.d) };
  return { state: next, effects: [{ do: 'ack' }, tell] };
};

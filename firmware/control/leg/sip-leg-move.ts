import { after, earliest, type Instant, type Lapse } from '../../core/machine.ts';
import type { MediaWay, Negotiator } from './negotiator.ts';
import { confirmed } from './sip-leg-session.ts';
import {
  type Base,
  type In,
  newer,
  type Out,
  type SipLeg,
  type SipLegEffect,
  type SipLegEvent,
  stay,
} from './sip-leg-state.ts';

const AGAIN_MS = 1_000;

type Confirmed = In<'confirmed'>;
type Offered = In<'offered'>;

/** When a confirmed leg has something to ask again. */
export const confirmedDeadline = (leg: Confirmed): Instant | undefined =>
  earliest(leg.reoffer === 'none' ? leg.againAt : undefined, moveDeadline(leg));

/** When the net is to be bound again, or the far end can be told. One that has not been answered is told by the answer. */
export const moveDeadline = (leg: Confirmed | Offered): Instant | undefined => {
  const { move } = leg;
  if (move === undefined || move.is === 'asked') return undefined;
  if (move.is === 'binding') return move.at;
  return leg.phase === 'confirmed' && leg.reoffer === 'none' ? move.at : undefined;
};

/**
 * A confirmed leg, and what it owes since its own address has changed (U18):
 *
 *   moved ──▶ binding ──bound──▶ owed ──no other offer is open──▶ asked ──2xx──▶ (nothing)
 *               ▲ │ refused        ▲                                │ no way, or 408 and 5xx
 *               └─┘ again          └────────────────────────────────┘ again
 *
 * Another refusal leaves it at that: whether audio comes all the same decides, as with any call (RFC 3261 §14.1). A far
 * end that knows no such dialog ends it (481, in the user agent).
 */
export function confirmedOrMoving(sdp: Negotiator, leg: Confirmed, event: SipLegEvent | Lapse, now: Instant): Out {
  return told(sdp, stepped(sdp, leg, event, now), now);
}

function stepped(sdp: Negotiator, leg: Confirmed, event: SipLegEvent | Lapse, now: Instant): Out {
  if ('sip' in event) {
    const out = confirmed(sdp, leg, event, now);
    return event.sip === 'reofferAnswered' ? answered(out, event.status, now) : out;
  }
  switch (event.type) {
    case 'moved':
      return moved(leg, event.way);
    case 'bound':
      return bound(leg, event.local, now);
    case 'unbound':
      return unbound(leg, now);
    case 'lapse':
      return leg.move?.is === 'binding' ? lapsed(leg, now) : confirmed(sdp, leg, event, now);
    default:
      return confirmed(sdp, leg, event, now);
  }
}

/**
 * A leg that rings here when its own address changes: audio is bound there, and our answer, which has not left yet, names
 * it. One that has left in a 183 stands (RFC 3261 §13.2.1): the far end is told by a re-INVITE after the 200. `undefined`:
 * the event has nothing to do with that.
 */
export function offeredMoving(
  sdp: Negotiator,
  leg: Offered,
  event: SipLegEvent | Lapse,
  now: Instant,
): Out | undefined {
  if ('sip' in event) return undefined;
  switch (event.type) {
    case 'moved':
      return moved(leg, event.way);
    case 'bound':
      return answeredAnew(sdp, bound(leg, event.local, now));
    case 'unbound':
      return unbound(leg, now);
    case 'lapse':
      return lapsed(leg, now);
    default:
      return undefined;
  }
}

function answeredAnew(sdp: Negotiator, out: Out): Out {
  const leg = out.state;
  if (leg.phase !== 'offered' || leg.move?.is !== 'owed' || leg.told) return out;
  const { offer, move: _, ...rest } = leg;
  if (offer === undefined) return leg.answer === undefined ? stay(rest) : out;
  const answer = sdp.answer(leg.local, offer);
  return answer ? stay({ ...rest, offer, answer }) : out;
}

export const bindEffect = (leg: Base): SipLegEffect => ({ do: 'bind', address: leg.way.address });

function moved(leg: Confirmed | Offered, way: MediaWay): Out {
  if (leg.move === undefined && leg.local.address === way.address) return stay(leg);
  const next: Confirmed | Offered = { ...leg, way, move: { is: 'binding' } };
  return stay(next, bindEffect(next));
}

function bound(leg: Confirmed | Offered, [address, port]: readonly [string, number], now: Instant): Out {
  // the answer to an earlier change is no news: another is on its way
  if (leg.move?.is !== 'binding' || address !== leg.way.address) return stay(leg);
  return stay({ ...leg, local: { ...leg.local, address, port }, move: { is: 'owed', at: now } });
}

function unbound(leg: Confirmed | Offered, now: Instant): Out {
  return leg.move?.is === 'binding' ? stay({ ...leg, move: { is: 'binding', at: after(now, AGAIN_MS) } }) : stay(leg);
}

function lapsed(leg: Confirmed | Offered, now: Instant): Out {
  const { move } = leg;
  if (move?.is !== 'binding' || move.at === undefined || now < move.at) return stay(leg);
  return stay({ ...leg, move: { is: 'binding' } }, bindEffect(leg));
}

/** Tells the far end where we are now, as soon as that can be. */
function told(sdp: Negotiator, out: Out, now: Instant): Out {
  const leg = out.state;
  if (leg.phase !== 'confirmed' || leg.move?.is !== 'owed' || leg.reoffer !== 'none' || now < leg.move.at) return out;
  const local = newer(leg.local);
  const state: SipLeg = { ...leg, local, reoffer: 'ours', move: { is: 'asked' } };
  return { state, effects: [...out.effects, { do: 'reoffer', sdp: sdp.offer(local, leg.want) }] };
}

function answered(out: Out, status: number, now: Instant): Out {
  const leg = out.state;
  if (leg.phase !== 'confirmed' || leg.move?.is !== 'asked') return out;
  const { move: _, ...settled } = leg;
  const again = status === 408 || status >= 500;
  const state: SipLeg = again ? { ...settled, move: { is: 'owed', at: after(now, AGAIN_MS) } } : settled;
  return { state, effects: out.effects };
}

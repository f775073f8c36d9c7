import { after, earliest, type Instant, type Lapse } from '../../core/machine.ts';
import type { MediaWay, Negotiator } from './negotiator.ts';
import { confirmed } from './sip-leg-session.ts';
import { type In, newer, type Out, type SipLeg, type SipLegEffect, type SipLegEvent, stay } from './sip-leg-state.ts';

const AGAIN_MS = 1_000;

type Confirmed = In<'confirmed'>;

/** When a confirmed leg has something to ask again. */
export const confirmedDeadline = (leg: Confirmed): Instant | undefined =>
  earliest(leg.reoffer === 'none' ? leg.againAt : undefined, moveDeadline(leg));

const moveDeadline = ({ move, reoffer }: Confirmed): Instant | undefined => {
  if (move === undefined || move.is === 'asked') return undefined;
  return move.is === 'owed' && reoffer !== 'none' ? undefined : move.at;
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
      return leg.move?.is === 'binding'
        ? stay({ ...leg, move: { is: 'binding', at: after(now, AGAIN_MS) } })
        : stay(leg);
    case 'lapse':
      return leg.move?.is === 'binding' ? lapsed(leg, now) : confirmed(sdp, leg, event, now);
    default:
      return confirmed(sdp, leg, event, now);
  }
}

const bind = (leg: Confirmed): SipLegEffect => ({ do: 'bind', address: leg.way.address });

function moved(leg: Confirmed, way: MediaWay): Out {
  if (leg.move === undefined && leg.local.address === way.address) return stay(leg);
  const next: Confirmed = { ...leg, way, move: { is: 'binding' } };
  return stay(next, bind(next));
}

function bound(leg: Confirmed, [address, port]: readonly [string, number], now: Instant): Out {
  // the answer to an earlier change is no news: another is on its way
  if (leg.move?.is !== 'binding' || address !== leg.way.address) return stay(leg);
  return stay({ ...leg, local: { ...leg.local, address, port }, move: { is: 'owed', at: now } });
}

function lapsed(leg: Confirmed, now: Instant): Out {
  const { move } = leg;
  if (move?.is !== 'binding' || move.at === undefined || now < move.at) return stay(leg);
  return stay({ ...leg, move: { is: 'binding' } }, bind(leg));
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

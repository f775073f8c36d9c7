import type { Instant, Lapse } from '../../core/machine.ts';
import type { Mode } from '../../engine-protocol/ids.ts';
import type { SipSignal } from '../sip/face.ts';
import { digitOfInfo, INFO_DTMF_TYPE, infoOfDigit } from './info-digit.ts';
import type { LegCommand } from './leg.ts';
import type { Agreed, Negotiator } from './negotiator.ts';
import {
  failed,
  type In,
  mediaEffect,
  newer,
  type Out,
  released,
  type SipLeg,
  type SipLegEffect,
  type SipLegEvent,
  stay,
} from './sip-leg-state.ts';

/** A confirmed leg: re-INVITEs of both ends, digits, and how it ends. */
export function confirmed(sdp: Negotiator, leg: In<'confirmed'>, event: SipLegEvent | Lapse, now: Instant): Out {
  if (!('sip' in event)) return ours(sdp, leg, event, now);
  switch (event.sip) {
    case 'bye':
      return failed(leg, 'hungUp');
    case 'neverAcknowledged':
      return failed(leg, 'serverSilent');
    case 'acknowledged':
      return leg.reoffer === 'late' && event.sdp !== undefined ? agree(leg, sdp.read(leg.local, event.sdp)) : stay(leg);
    case 'reoffered':
      return reoffered(sdp, leg, event.sdp);
    case 'reofferAnswered':
      return reofferAnswered(sdp, leg, event.status, event.sdp);
    case 'info':
      return info(leg, event);
    default:
      return stay(leg);
  }
}

/** What comes from our side of a confirmed leg. */
function ours(
  sdp: Negotiator,
  leg: In<'confirmed'>,
  event: Exclude<SipLegEvent, SipSignal> | Lapse,
  now: Instant,
): Out {
  switch (event.type) {
    case 'mediaLost':
    case 'mediaFailed':
      return released(leg, 'mediaLost', now);
    case 'digit':
      return stay(leg, { tell: { type: 'digit', leg: leg.leg, digit: event.digit } });
    case 'command':
      return commanded(sdp, leg, event.command);
    default:
      return stay(leg);
  }
}

function commanded(sdp: Negotiator, leg: In<'confirmed'>, command: LegCommand): Out {
  switch (command.do) {
    case 'hold':
      return reoffer(sdp, leg, 'sendOnly');
    case 'resume':
      return reoffer(sdp, leg, 'sendReceive');
    case 'digit':
      if (leg.way.digits === 'info') return stay(leg, infoOf(command.digit));
      return stay(leg, {
        do: 'signal',
        play: { digits: command.digit, by: leg.way.digits === 'event' ? 'event' : 'dtmf' },
      });
    default:
      return stay(leg);
  }
}

const infoOf = (digit: string): SipLegEffect => ({ do: 'info', contentType: INFO_DTMF_TYPE, body: infoOfDigit(digit) });

function reoffer(sdp: Negotiator, leg: In<'confirmed'>, want: Mode): Out {
  if (leg.reoffer !== 'none' || leg.want === want) return stay(leg);
  const local = newer(leg.local);
  const effects: SipLegEffect[] = leg.media ? [mediaEffect(leg, leg.media, want)] : [];
  return stay({ ...leg, local, want, reoffer: 'ours' }, ...effects, { do: 'reoffer', sdp: sdp.offer(local, want) });
}

function reofferAnswered(sdp: Negotiator, leg: In<'confirmed'>, status: number, body: string | undefined): Out {
  const settled: In<'confirmed'> = { ...leg, reoffer: 'none' };
  // A refused re-INVITE leaves the session as it was (RFC 3261 §14.1); what we do with our own audio stands.
  if (status >= 300 || body === undefined) return stay(settled);
  return agree(settled, sdp.read(leg.local, body));
}

/** re-INVITE of the far end: hold, resume, another address or codec. */
function reoffered(sdp: Negotiator, leg: In<'confirmed'>, offer: string | undefined): Out {
  // Both offered at once: the far end tries again (RFC 3261 §14.2).
  if (leg.reoffer === 'ours') return stay(leg, { do: 'respond', status: 491 });
  const local = newer(leg.local);
  if (offer === undefined) {
    return stay({ ...leg, local, reoffer: 'late' }, { do: 'respond', status: 200, sdp: sdp.offer(local, leg.want) });
  }
  const answer = sdp.answer(local, offer);
  if (!answer) return stay(leg, { do: 'respond', status: 488 });
  const next = agree({ ...leg, local }, answer.agreed);
  return { state: next.state, effects: [{ do: 'respond', status: 200, sdp: answer.sdp }, ...next.effects] };
}

/** Takes what was agreed into the net, and tells the call when the far end began or ended holding us. */
function agree(leg: In<'confirmed'>, agreed: Agreed | undefined): Out {
  const settled: In<'confirmed'> = { ...leg, reoffer: 'none' };
  if (!agreed) return stay(settled);
  const farHolds = leg.want === 'sendReceive' && agreed.mode !== 'sendReceive';
  const state: SipLeg = { ...settled, media: agreed, farHolds };
  const media = mediaEffect(leg, agreed, leg.want);
  if (farHolds === leg.farHolds) return stay(state, media);
  return stay(state, media, { tell: { type: farHolds ? 'held' : 'resumed', leg: leg.leg } });
}

function info(leg: In<'confirmed'>, event: Extract<SipSignal, { sip: 'info' }>): Out {
  const digit = digitOfInfo(event.contentType, event.body);
  return digit === undefined ? stay(leg) : stay(leg, { tell: { type: 'digit', leg: leg.leg, digit } });
}

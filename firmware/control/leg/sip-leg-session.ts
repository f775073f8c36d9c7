import { after, type Instant, type Lapse } from '../../core/machine.ts';
import type { Mode } from '../../engine-protocol/ids.ts';
import type { NetSignal } from '../../engine-protocol/signals.ts';
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

/** A far end that refuses to be taken back from hold is asked again so often. */
const AGAIN_MS = 2_000;
/**
 * From the first refusal on, until it is given up. Silence (408) comes after 64·T1 only: it is asked once more, where
 * RFC 3261 §14.1 would end the call at once, as a softswitch may be gone for a moment.
 */
const RESUME_BUDGET_MS = 30_000;

/** A confirmed leg: re-INVITEs of both ends, digits, and how it ends. */
export function confirmed(sdp: Negotiator, leg: In<'confirmed'>, event: SipLegEvent | Lapse, now: Instant): Out {
  const out = stepped(sdp, leg, event, now);
  const { state } = out;
  if (state.phase !== 'confirmed' || !state.owes || state.reoffer !== 'none') return out;
  const next = offer(sdp, state);
  return { state: next.state, effects: [...out.effects, ...next.effects] };
}

function stepped(sdp: Negotiator, leg: In<'confirmed'>, event: SipLegEvent | Lapse, now: Instant): Out {
  if (!('sip' in event)) return ours(leg, event, now);
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
      return reofferAnswered(sdp, leg, event, now);
    case 'reofferDue':
      return leg.reoffer === 'ours' ? offer(sdp, leg) : stay(leg);
    case 'info':
      return info(leg, event);
    default:
      return stay(leg);
  }
}

/** What comes from our side of a confirmed leg. */
function ours(leg: In<'confirmed'>, event: Exclude<SipLegEvent, SipSignal> | Lapse, now: Instant): Out {
  switch (event.type) {
    case 'mediaLost':
    case 'mediaFailed':
      return released(leg, 'mediaLost', now);
    case 'digit':
      return stay(leg, { tell: { type: 'digit', leg: leg.leg, digit: event.digit } });
    case 'command':
      return commanded(leg, event.command);
    case 'lapse':
      return leg.againAt !== undefined && now >= leg.againAt ? stay({ ...leg, owes: true }) : stay(leg);
    default:
      return stay(leg);
  }
}

function commanded(leg: In<'confirmed'>, command: LegCommand): Out {
  switch (command.do) {
    case 'hold':
      return want(leg, 'sendOnly', { tone: 'hold' });
    case 'resume':
      return want(leg, 'sendReceive', 'none');
    case 'alert':
      return stay(leg, { do: 'signal', play: { tone: 'ringback' } });
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

/** Hold and resume: with our own audio at once, with the far end as soon as no other offer is open (RFC 3261 §14.1). */
function want(leg: In<'confirmed'>, mode: Mode, play: NetSignal | 'none'): Out {
  const heard: SipLegEffect = { do: 'signal', play };
  if (leg.want === mode) return stay(leg, heard);
  const effects: SipLegEffect[] = leg.media ? [mediaEffect(leg, leg.media, mode)] : [];
  const { resumeBy: _, ...rest } = leg;
  return stay({ ...rest, want: mode, owes: true }, ...effects, heard);
}

function offer(sdp: Negotiator, leg: In<'confirmed'>): Out {
  const { owes: _, againAt: __, ...rest } = leg;
  const local = newer(leg.local);
  return stay({ ...rest, local, reoffer: 'ours' }, { do: 'reoffer', sdp: sdp.offer(local, leg.want) });
}

function reofferAnswered(
  sdp: Negotiator,
  leg: In<'confirmed'>,
  { status, sdp: body }: Extract<SipSignal, { sip: 'reofferAnswered' }>,
  now: Instant,
): Out {
  const settled: In<'confirmed'> = { ...leg, reoffer: 'none' };
  if (status < 300 && body !== undefined) return agree(settled, sdp.read(leg.local, body));
  // A refused re-INVITE leaves the session as it was (RFC 3261 §14.1); what we do with our own audio stands. Nobody
  // stays on hold for that.
  const isLeftHeld = leg.want === 'sendReceive' && leg.media?.mode === 'sendOnly' && !leg.farHolds;
  return isLeftHeld ? resumeRefused(settled, status, now) : stay(settled);
}

/** A far end that was held and does not come back: asked again for a while, then there is nobody to talk to. */
function resumeRefused(leg: In<'confirmed'>, status: number, now: Instant): Out {
  const resumeBy = leg.resumeBy ?? after(now, RESUME_BUDGET_MS);
  if (now >= resumeBy) return released(leg, status === 408 ? 'serverSilent' : 'serverFailed', now);
  return stay({ ...leg, resumeBy, againAt: after(now, AGAIN_MS) });
}

/** re-INVITE of the far end: hold, resume, another address or codec. */
function reoffered(sdp: Negotiator, leg: In<'confirmed'>, theirs: string | undefined): Out {
  // Ours met one of theirs and waits its time (RFC 3261 §14.1; one that is open is refused by the user agent): it is
  // made anew after this one.
  const owes = leg.reoffer === 'ours' ? { owes: true as const } : {};
  const local = newer(leg.local);
  if (theirs === undefined) {
    return stay(
      { ...leg, ...owes, local, reoffer: 'late' },
      { do: 'respond', status: 200, sdp: sdp.offer(local, leg.want) },
    );
  }
  const answer = sdp.answer(local, theirs);
  if (!answer) return stay(leg, { do: 'respond', status: 488 });
  const next = agree({ ...leg, ...owes, local }, answer.agreed);
  return { state: next.state, effects: [{ do: 'respond', status: 200, sdp: answer.sdp }, ...next.effects] };
}

/** Takes what was agreed into the net, and tells the call when the far end began or ended holding us. */
function agree(leg: In<'confirmed'>, agreed: Agreed | undefined): Out {
  const { resumeBy: _, ...rest } = leg;
  const settled: In<'confirmed'> = { ...rest, reoffer: 'none' };
  if (!agreed) return stay(settled);
  // what was answered was another want than the one of now
  const farHolds = leg.owes ? leg.farHolds : leg.want === 'sendReceive' && agreed.mode !== 'sendReceive';
  const state: SipLeg = { ...settled, media: agreed, farHolds };
  const media = mediaEffect(leg, agreed, leg.want);
  if (farHolds === leg.farHolds) return stay(state, media);
  return stay(state, media, { tell: { type: farHolds ? 'held' : 'resumed', leg: leg.leg } });
}

function info(leg: In<'confirmed'>, event: Extract<SipSignal, { sip: 'info' }>): Out {
  const digit = digitOfInfo(event.contentType, event.body);
  return digit === undefined ? stay(leg) : stay(leg, { tell: { type: 'digit', leg: leg.leg, digit } });
}

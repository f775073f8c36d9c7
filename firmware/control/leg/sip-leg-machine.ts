import { after, type Instant, type Lapse, type Machine } from '../../core/machine.ts';
import { type Cause, failureTable } from '../failure.ts';
import { failureOfAnswer } from '../routing/verdict.ts';
import type { Reason, SipSignal } from '../sip/face.ts';
import { isUri, parseUri, userOf } from '../sip/message/uri.ts';
import type { LegCommand } from './leg.ts';
import type { Negotiator } from './negotiator.ts';
import { bindEffect, confirmedDeadline, confirmedOrMoving, moveDeadline, offeredMoving } from './sip-leg-move.ts';
import {
  base,
  END_WAIT_MS,
  failed,
  gone,
  type In,
  mediaEffect,
  type Out,
  released,
  type SipLeg,
  type SipLegEffect,
  type SipLegEvent,
  stay,
  streamOf,
} from './sip-leg-state.ts';

export type { SipLeg, SipLegEffect, SipLegEvent };

/**
 * One SIP leg, placed or offered, over one INVITE and its dialog. Offer and answer are handed in, so that it stays
 * pure. A CANCEL waits for a provisional answer (RFC 3261 §9.1); a 2xx that comes after `release` is ended by BYE.
 */
export const sipLegMachine = (sdp: Negotiator): Machine<SipLeg, SipLegEvent, SipLegEffect> => ({
  step: (leg, event, now) => {
    if ('type' in event && event.type === 'command' && event.command.do === 'release') {
      return released(leg, event.command.cause, now, event.command.status);
    }
    const out = stepped(sdp, leg, event, now);
    return 'sip' in event ? { state: out.state, effects: [{ do: 'hear', signal: event }, ...out.effects] } : out;
  },
  deadline: (leg) => {
    if ('until' in leg) return leg.until;
    if (leg.phase === 'offered') return moveDeadline(leg);
    return leg.phase === 'confirmed' ? confirmedDeadline(leg) : undefined;
  },
  over: (leg) => leg.phase === 'gone',
});

function stepped(sdp: Negotiator, leg: SipLeg, event: SipLegEvent | Lapse, now: Instant): Out {
  switch (leg.phase) {
    case 'opening':
      return opening(sdp, leg, event);
    case 'calling':
      return calling(sdp, leg, event, now);
    case 'arriving':
      return arriving(sdp, leg, event);
    case 'offered':
      return offeredMoving(sdp, leg, event, now) ?? offered(sdp, leg, event);
    case 'confirmed':
      return confirmedOrMoving(sdp, leg, event, now);
    case 'cancelOwed':
    case 'cancelling':
      return cancelling(leg, event, now);
    case 'leaving':
      return 'sip' in event && event.sip !== 'ended' ? stay(leg) : leaving(leg, event, now);
    case 'gone':
      return stay(leg);
  }
}

// ── release, from any phase ─────────────────────────────────────────────────────────────────────

function cancelling(leg: In<'cancelOwed' | 'cancelling'>, event: SipLegEvent | Lapse, now: Instant): Out {
  const tell: SipLegEffect = { tell: { type: 'released', leg: leg.leg, cause: leg.cause } };
  if (!('sip' in event)) return event.type === 'lapse' && now >= leg.until ? gone(leg, tell) : stay(leg);
  switch (event.sip) {
    case 'provisional':
      return leg.phase === 'cancelOwed'
        ? stay({ ...leg, phase: 'cancelling' }, { do: 'cancel', cause: leg.cause })
        : stay(leg);
    case 'accepted':
      return stay(
        { ...base(leg), phase: 'leaving', until: after(now, END_WAIT_MS) },
        { do: 'bye', cause: leg.cause },
        tell,
      );
    case 'refused':
    case 'unanswered':
    case 'ended':
    case 'bye':
      return gone(leg, tell);
    default:
      return stay(leg);
  }
}

function leaving(leg: In<'leaving'>, event: SipLegEvent | Lapse, now: Instant): Out {
  if ('sip' in event) return gone(leg);
  return event.type === 'lapse' && now >= leg.until ? gone(leg) : stay(leg);
}

// ── placed ──────────────────────────────────────────────────────────────────────────────────────

function opening(sdp: Negotiator, leg: In<'opening'>, event: SipLegEvent | Lapse): Out {
  if ('sip' in event) return stay(leg);
  if (event.type === 'mediaFailed') return failed(leg, 'mediaLost');
  if (event.type !== 'opened') return stay(leg);
  const local = streamOf(leg, event.local);
  const state: SipLeg = { ...base(leg), phase: 'calling', heard: 'nothing', local };
  return stay(state, { do: 'invite', sdp: sdp.offer(local, 'sendReceive'), asked: leg.asked });
}

function calling(sdp: Negotiator, leg: In<'calling'>, event: SipLegEvent | Lapse, now: Instant): Out {
  if (!('sip' in event)) return event.type === 'mediaFailed' ? released(leg, 'mediaLost', now) : stay(leg);
  switch (event.sip) {
    case 'sent':
    case 'challenged':
      return stay(leg, { tell: { type: event.sip, leg: leg.leg } });
    case 'provisional':
      return provisional(sdp, leg, event.status, event.sdp);
    case 'accepted':
      return accepted(sdp, leg, event.sdp, now);
    case 'refused':
      return refused(leg, event);
    case 'unanswered':
      return failed(leg, unanswered[event.why]);
    case 'bye':
      return failed(leg, 'hungUp');
    default:
      return stay(leg);
  }
}

const unanswered = { silence: 'serverSilent', transport: 'serverUnreachable', moved: 'addressChanged' } as const;

function provisional(sdp: Negotiator, leg: In<'calling'>, status: number, body: string | undefined): Out {
  if (status < 180 || status === 199) {
    const state: SipLeg = leg.heard === 'nothing' ? { ...leg, heard: 'proceeding' } : leg;
    return stay(state, { tell: { type: 'proceeding', leg: leg.leg } });
  }
  const media = (body === undefined ? undefined : sdp.read(leg.local, body)) ?? leg.media;
  const tell: SipLegEffect = {
    tell: { type: status === 180 ? 'alerting' : 'progress', leg: leg.leg, media: media !== undefined },
  };
  const state: SipLeg = { ...leg, heard: 'early', ...(media ? { media } : {}) };
  return media && media !== leg.media ? stay(state, mediaEffect(leg, media, 'sendReceive'), tell) : stay(state, tell);
}

function accepted(sdp: Negotiator, leg: In<'calling'>, body: string | undefined, now: Instant): Out {
  const media = (body === undefined ? undefined : sdp.read(leg.local, body)) ?? leg.media;
  if (!media) {
    // Answered without audio that we can speak: the dialog stands and must be ended (RFC 3261 §13.2.2.4).
    const state: SipLeg = { ...base(leg), phase: 'leaving', until: after(now, END_WAIT_MS) };
    const tell: SipLegEffect = { tell: { type: 'released', leg: leg.leg, cause: 'serverFailed' } };
    return stay(state, { do: 'bye', cause: 'serverFailed' }, { do: 'close' }, tell);
  }
  const { local } = leg;
  return stay(
    { ...base(leg), phase: 'confirmed', local, want: 'sendReceive', media, farHolds: false, reoffer: 'none' },
    mediaEffect(leg, media, 'sendReceive'),
    { tell: { type: 'connect', leg: leg.leg } },
  );
}

function refused(leg: SipLeg, answer: Extract<SipSignal, { sip: 'refused' }>): Out {
  const { status, contacts, thread } = answer;
  const q850 = answer.reason?.q850;
  const cause = failureOfAnswer(status, q850);
  return failed(leg, cause, {
    status,
    ...(cause === 'numberIncomplete' && thread ? { thread } : {}),
    ...(q850 === undefined ? {} : { q850 }),
    ...(status < 400 ? { redirects: contacts.flatMap(numberOf) } : {}),
  });
}

/** The number that a Contact names, if it names one. */
const numberOf = (contact: string): string[] => {
  const uri = parseUri(contact);
  return isUri(uri) && userOf(uri) !== '' ? [userOf(uri)] : [];
};

// ── offered ─────────────────────────────────────────────────────────────────────────────────────

function arriving(sdp: Negotiator, leg: In<'arriving'>, event: SipLegEvent | Lapse): Out {
  if ('sip' in event) return event.sip === 'cancelled' ? callerGone(leg, event.reason) : stay(leg);
  if (event.type === 'command') return stay({ ...leg, owed: owedBy(event.command) ?? leg.owed });
  if (event.type === 'mediaFailed') return refuse(leg, 'mediaLost', failureTable.mediaLost.status);
  if (event.type === 'moved') return stay({ ...leg, way: event.way });
  if (event.type !== 'opened') return stay(leg);
  const local = streamOf(leg, event.local);
  const answer = leg.offer === undefined ? undefined : sdp.answer(local, leg.offer);
  if (leg.offer !== undefined && !answer) return refuse(leg, 'serverFailed', 488);
  const offer = leg.offer === undefined ? {} : { offer: leg.offer };
  const ready: In<'offered'> = { ...base(leg), phase: 'offered', local, ...offer, ...(answer ? { answer } : {}) };
  if (local.address === leg.way.address) return settled(sdp, ready, leg.owed);
  // our own address changed while the net was opened
  const out = settled(sdp, { ...ready, move: { is: 'binding' } }, leg.owed);
  return { state: out.state, effects: [...out.effects, bindEffect(leg)] };
}

/** What was asked of the leg while its net was opened. */
function settled(sdp: Negotiator, ready: In<'offered'>, owed: In<'arriving'>['owed']): Out {
  switch (owed) {
    case 'nothing':
      return stay(ready);
    case 'connect':
      return answered(sdp, ready);
    case 'queued':
      return stay(ready, { do: 'respond', status: 182 });
    default:
      return ring(ready, owed === 'early');
  }
}

const owedBy = (command: LegCommand): In<'arriving'>['owed'] | undefined => {
  if (command.do === 'connect') return 'connect';
  if (command.do === 'alert' && command.hear === 'queued') return 'queued';
  if (command.do === 'alert') return command.hear === 'local ringback' ? 'alert' : 'early';
  return undefined;
};

const refuse = (leg: SipLeg, cause: Cause, status: number): Out =>
  gone(leg, { do: 'respond', status, cause }, { do: 'close' }, { tell: { type: 'released', leg: leg.leg, cause } });

const callerGone = (leg: SipLeg, reason: Reason | undefined): Out =>
  failed(leg, reason?.q850 === 26 ? 'answeredElsewhere' : 'hungUp');

function offered(sdp: Negotiator, leg: In<'offered'>, event: SipLegEvent | Lapse): Out {
  if ('sip' in event) {
    if (event.sip === 'cancelled') return callerGone(leg, event.reason);
    return event.sip === 'bye' ? failed(leg, 'hungUp') : stay(leg);
  }
  if (event.type === 'mediaFailed') return refuse(leg, 'mediaLost', failureTable.mediaLost.status);
  if (event.type !== 'command') return stay(leg);
  if (event.command.do === 'connect') return answered(sdp, leg);
  if (event.command.do !== 'alert') return stay(leg);
  const { hear } = event.command;
  return hear === 'queued' ? stay(leg, { do: 'respond', status: 182 }) : ring(leg, hear !== 'local ringback');
}

/** 180, or 183 with our answer so that the caller hears the callee's own network. */
function ring(leg: In<'offered'>, early: boolean): Out {
  if (!early || !leg.answer) return stay(leg, { do: 'respond', status: 180 });
  const { sdp, agreed } = leg.answer;
  return stay({ ...leg, told: true }, mediaEffect(leg, agreed, 'sendReceive'), { do: 'respond', status: 183, sdp });
}

function answered(sdp: Negotiator, leg: In<'offered'>): Out {
  const { local, answer, move } = leg;
  const moves = move === undefined ? {} : { move };
  const state = { ...base(leg), phase: 'confirmed', local, want: 'sendReceive', farHolds: false, ...moves } as const;
  if (!answer) {
    return stay({ ...state, reoffer: 'late' }, { do: 'respond', status: 200, sdp: sdp.offer(local, 'sendReceive') });
  }
  return stay({ ...state, media: answer.agreed, reoffer: 'none' }, mediaEffect(leg, answer.agreed, 'sendReceive'), {
    do: 'respond',
    status: 200,
    sdp: answer.sdp,
  });
}

import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import type { Mode } from '../../engine-protocol/ids.ts';
import type { NetMedia } from '../../engine-protocol/messages.ts';
import type { NetSignal } from '../../engine-protocol/signals.ts';
import { type Cause, failureTable, isFailure } from '../failure.ts';
import { failureOfAnswer } from '../routing/verdict.ts';
import type { Reason, SipSignal } from '../sip/face.ts';
import { isUri, parseUri, userOf } from '../sip/message/uri.ts';
import { digitOfInfo, INFO_DTMF_TYPE, infoOfDigit } from './info-digit.ts';
import type { LegCommand, LegEvent, LegId } from './leg.ts';
import { type Agreed, type LocalStream, type MediaWay, type Negotiator, netMedia } from './negotiator.ts';

/** Longest wait for an end that the far end owes us; above 64·T1 of every setting, which the user agent waits. */
const END_WAIT_MS = 70_000;

type Base = { readonly leg: LegId; readonly way: MediaWay };
type Streaming = Base & { readonly local: LocalStream };

export type SipLeg =
  /** Placed: the net is being opened, nothing has left. */
  | (Base & { readonly phase: 'opening' })
  | (Streaming & {
      readonly phase: 'calling';
      readonly heard: 'nothing' | 'proceeding' | 'early';
      readonly media?: Agreed;
    })
  /** It calls us and the net is being opened; what was asked meanwhile is owed. */
  | (Base & {
      readonly phase: 'arriving';
      readonly offer?: string;
      readonly owed: 'nothing' | 'alert' | 'early' | 'connect';
    })
  | (Streaming & { readonly phase: 'offered'; readonly answer?: { readonly sdp: string; readonly agreed: Agreed } })
  | (Streaming & {
      readonly phase: 'confirmed';
      /** What we want to do with the audio: `sendOnly` while we hold. */
      readonly want: Mode;
      /** Undefined until the answer to a late offer of ours has come. */
      readonly media?: Agreed;
      readonly farHolds: boolean;
      readonly reoffer: 'none' | 'ours' | 'late';
    })
  // Released by the coordinator: from here only `released` goes up.
  | (Base & { readonly phase: 'cancelOwed' | 'cancelling'; readonly cause: Cause; readonly until: Instant })
  | (Base & { readonly phase: 'leaving'; readonly until: Instant })
  | (Base & { readonly phase: 'gone' });
type In<P extends SipLeg['phase']> = Extract<SipLeg, { phase: P }>;

export type SipLegEvent =
  | SipSignal
  | { readonly type: 'command'; readonly command: LegCommand }
  /** The net is open; `local` is where it listens. */
  | { readonly type: 'opened'; readonly local: readonly [address: string, port: number] }
  | { readonly type: 'mediaFailed' | 'mediaLost' }
  /** A digit of our side that the trunk wants as INFO. */
  | { readonly type: 'digit'; readonly digit: string };

export type SipLegEffect =
  | { readonly tell: LegEvent }
  | { readonly do: 'invite' | 'reoffer'; readonly sdp: string }
  /** A CANCEL is owed: nothing more is sent until the far end has shown that it lives. */
  | { readonly do: 'abandon' }
  | { readonly do: 'cancel' | 'bye'; readonly cause: Cause }
  | { readonly do: 'respond'; readonly status: number; readonly sdp?: string; readonly cause?: Cause }
  | { readonly do: 'info'; readonly contentType: string; readonly body: string }
  | { readonly do: 'media'; readonly mode: Mode; readonly media: NetMedia }
  | { readonly do: 'signal'; readonly play: NetSignal }
  /** Whatever comes from the softswitch is evidence of its health. */
  | { readonly do: 'hear'; readonly signal: SipSignal }
  /** Subtracts the net. */
  | { readonly do: 'close' };
type Out = Step<SipLeg, SipLegEffect>;

const stay = (state: SipLeg, ...effects: SipLegEffect[]): Out => ({ state, effects });
const gone = (leg: Base, ...effects: SipLegEffect[]): Out => ({ state: { ...base(leg), phase: 'gone' }, effects });
const base = ({ leg, way }: Base): Base => ({ leg, way });

/** Deterministic `o=` session number: the leg's own. */
const sessionOf = (leg: LegId): number => Number(leg.slice('leg/'.length));

const streamOf = (leg: Base, [address, port]: readonly [string, number]): LocalStream => ({
  address,
  port,
  codecs: leg.way.codecs,
  telephoneEvents: leg.way.digits === 'event',
  session: sessionOf(leg.leg),
  version: 1,
});
const newer = (local: LocalStream): LocalStream => ({ ...local, version: local.version + 1 });

/**
 * One SIP leg, placed or offered, over one INVITE and its dialog. Offer and answer are handed in, so that it stays
 * pure. A CANCEL waits for a provisional answer (RFC 3261 §9.1); a 2xx that comes after `release` is ended by BYE.
 */
export const sipLegMachine = (sdp: Negotiator): Machine<SipLeg, SipLegEvent, SipLegEffect> => ({
  step: (leg, event, now) => {
    if ('type' in event && event.type === 'command' && event.command.do === 'release') {
      return released(leg, event.command.cause, now);
    }
    const out = stepped(sdp, leg, event, now);
    return 'sip' in event ? { state: out.state, effects: [{ do: 'hear', signal: event }, ...out.effects] } : out;
  },
  deadline: (leg) => ('until' in leg ? leg.until : undefined),
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
      return offered(sdp, leg, event);
    case 'confirmed':
      return confirmed(sdp, leg, event, now);
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

function released(leg: SipLeg, cause: Cause, now: Instant): Out {
  const until = after(now, END_WAIT_MS);
  const tell: SipLegEffect = { tell: { type: 'released', leg: leg.leg, cause } };
  switch (leg.phase) {
    case 'opening':
      return gone(leg, { do: 'close' }, tell);
    case 'calling':
      return leg.heard === 'nothing'
        ? stay({ ...base(leg), phase: 'cancelOwed', cause, until }, { do: 'abandon' }, { do: 'close' })
        : stay({ ...base(leg), phase: 'cancelling', cause, until }, { do: 'close' }, { do: 'cancel', cause });
    case 'arriving':
    case 'offered':
      return gone(leg, { do: 'respond', status: statusOf(cause), cause }, { do: 'close' }, tell);
    case 'confirmed':
      return stay({ ...base(leg), phase: 'leaving', until }, { do: 'bye', cause }, { do: 'close' }, tell);
    default:
      return stay(leg);
  }
}

/** Final answer to a caller whose call came to nothing. */
const statusOf = (cause: Cause): number => (isFailure(cause) ? failureTable[cause].status : 480);

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
  return stay(state, { do: 'invite', sdp: sdp.offer(local, 'sendReceive') });
}

/** The leg ends by itself: the net goes, the call is told. */
const failed = (
  leg: SipLeg,
  cause: Cause,
  more: { status?: number; q850?: number; redirects?: readonly string[] } = {},
): Out => gone(leg, { do: 'close' }, { tell: { type: 'released', leg: leg.leg, cause, ...more } });

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
      return failed(leg, event.why === 'silence' ? 'serverSilent' : 'serverUnreachable');
    case 'bye':
      return failed(leg, 'hungUp');
    default:
      return stay(leg);
  }
}

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
  const { status, contacts } = answer;
  const q850 = answer.reason?.q850;
  return failed(leg, failureOfAnswer(status, q850), {
    status,
    ...(q850 === undefined ? {} : { q850 }),
    ...(status < 400 ? { redirects: contacts.flatMap(numberOf) } : {}),
  });
}

/** The number that a Contact names, if it names one. */
const numberOf = (contact: string): string[] => {
  const uri = parseUri(contact);
  return isUri(uri) && userOf(uri) !== '' ? [userOf(uri)] : [];
};

/** What we want and what the far end wants, as one mode of our net. */
const bothWant = (ours: Mode, agreed: Mode): Mode => {
  const send = speaks(ours) && speaks(agreed);
  const receive = hears(ours) && hears(agreed);
  if (send) return receive ? 'sendReceive' : 'sendOnly';
  return receive ? 'receiveOnly' : 'inactive';
};
const speaks = (mode: Mode): boolean => mode === 'sendReceive' || mode === 'sendOnly';
const hears = (mode: Mode): boolean => mode === 'sendReceive' || mode === 'receiveOnly';

const mediaEffect = (leg: Base, agreed: Agreed, want: Mode): SipLegEffect => ({
  do: 'media',
  mode: bothWant(want, agreed.mode),
  media: netMedia(leg.way, agreed),
});

// ── offered ─────────────────────────────────────────────────────────────────────────────────────

function arriving(sdp: Negotiator, leg: In<'arriving'>, event: SipLegEvent | Lapse): Out {
  if ('sip' in event) return event.sip === 'cancelled' ? callerGone(leg, event.reason) : stay(leg);
  if (event.type === 'command') return stay({ ...leg, owed: owedBy(event.command) ?? leg.owed });
  if (event.type === 'mediaFailed') return refuse(leg, 'mediaLost', failureTable.mediaLost.status);
  if (event.type !== 'opened') return stay(leg);
  const local = streamOf(leg, event.local);
  const answer = leg.offer === undefined ? undefined : sdp.answer(local, leg.offer);
  if (leg.offer !== undefined && !answer) return refuse(leg, 'serverFailed', 488);
  const ready: In<'offered'> = { ...base(leg), phase: 'offered', local, ...(answer ? { answer } : {}) };
  switch (leg.owed) {
    case 'nothing':
      return stay(ready);
    case 'connect':
      return answered(sdp, ready);
    default:
      return ring(ready, leg.owed === 'early');
  }
}

const owedBy = (command: LegCommand): In<'arriving'>['owed'] | undefined => {
  if (command.do === 'connect') return 'connect';
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
  return event.command.do === 'alert' ? ring(leg, event.command.hear !== 'local ringback') : stay(leg);
}

/** 180, or 183 with our answer so that the caller hears the callee's own network. */
function ring(leg: In<'offered'>, early: boolean): Out {
  if (!early || !leg.answer) return stay(leg, { do: 'respond', status: 180 });
  const { sdp, agreed } = leg.answer;
  return stay(leg, mediaEffect(leg, agreed, 'sendReceive'), { do: 'respond', status: 183, sdp });
}

function answered(sdp: Negotiator, leg: In<'offered'>): Out {
  const { local, answer } = leg;
  const state = { ...base(leg), phase: 'confirmed', local, want: 'sendReceive', farHolds: false } as const;
  if (!answer) {
    return stay({ ...state, reoffer: 'late' }, { do: 'respond', status: 200, sdp: sdp.offer(local, 'sendReceive') });
  }
  return stay({ ...state, media: answer.agreed, reoffer: 'none' }, mediaEffect(leg, answer.agreed, 'sendReceive'), {
    do: 'respond',
    status: 200,
    sdp: answer.sdp,
  });
}

// ── confirmed ───────────────────────────────────────────────────────────────────────────────────

function confirmed(sdp: Negotiator, leg: In<'confirmed'>, event: SipLegEvent | Lapse, now: Instant): Out {
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
      return stay(leg, infoOf(event.digit));
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

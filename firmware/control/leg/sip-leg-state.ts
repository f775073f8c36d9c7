import { after, type Instant, type Step } from '../../core/machine.ts';
import type { Mode } from '../../engine-protocol/ids.ts';
import type { NetMedia } from '../../engine-protocol/messages.ts';
import type { NetSignal } from '../../engine-protocol/signals.ts';
import type { InviteThread } from '../facts.ts';
import { type Cause, failureTable, isFailure } from '../failure.ts';
import type { SipSignal } from '../sip/face.ts';
import type { LegCommand, LegEvent, LegId, Setup } from './leg.ts';
import { type Agreed, type LocalStream, type MediaWay, netMedia } from './negotiator.ts';

/** Longest wait for an end that the far end owes us; above 64·T1 of every setting, which the user agent waits. */
export const END_WAIT_MS = 70_000;

/** `trunk`: the id of the trunk that it goes over. */
export type Base = { readonly leg: LegId; readonly trunk: string; readonly way: MediaWay };
export type Streaming = Base & { readonly local: LocalStream };

/** Who is called, and by whom. */
export type Asked = Pick<Setup, 'target' | 'caller' | 'shows' | 'thread'>;

/** What a confirmed leg owes after a change of its own address (`sip-leg-move.ts`). */
export type Move =
  /** The net is being bound at the new address; `at`: to be asked again then. */
  | { readonly is: 'binding'; readonly at?: Instant }
  /** The far end is to be told by a re-INVITE, then or as soon as no other is under way. */
  | { readonly is: 'owed'; readonly at: Instant }
  | { readonly is: 'asked' };

/** One SIP leg from either side; each phase has what it needs and no more. */
export type SipLeg =
  /** Placed: the net is being opened, nothing has left. */
  | (Base & { readonly phase: 'opening'; readonly asked: Asked })
  | (Streaming & {
      readonly phase: 'calling';
      readonly heard: 'nothing' | 'proceeding' | 'early';
      readonly media?: Agreed;
    })
  /** It calls us and the net is being opened; what was asked meanwhile is owed. */
  | (Base & {
      readonly phase: 'arriving';
      readonly offer?: string;
      readonly owed: 'nothing' | 'queued' | 'alert' | 'early' | 'connect';
    })
  | (Streaming & {
      readonly phase: 'offered';
      /** What came, to be answered anew should our own address change; and that our answer has left in a 183. */
      readonly offer?: string;
      readonly answer?: { readonly sdp: string; readonly agreed: Agreed };
      readonly told?: true;
      readonly move?: Move;
    })
  | (Streaming & {
      readonly phase: 'confirmed';
      /** What we want to do with the audio: `sendOnly` while we hold. */
      readonly want: Mode;
      /** Undefined until the answer to a late offer of ours has come. */
      readonly media?: Agreed;
      readonly farHolds: boolean;
      readonly reoffer: 'none' | 'ours' | 'late';
      /** What we want is to be offered when no other offer is open. */
      readonly owes?: true;
      /** The far end has refused to be taken back from hold: it is asked again. */
      readonly againAt?: Instant;
      /** It has refused for a while: from then on a refusal ends the call. */
      readonly resumeBy?: Instant;
      /** Its own address has changed, and the far end has not been told yet. */
      readonly move?: Move;
    })
  // Released by the coordinator: from here only `released` goes up.
  | (Base & { readonly phase: 'cancelOwed' | 'cancelling'; readonly cause: Cause; readonly until: Instant })
  | (Base & { readonly phase: 'leaving'; readonly until: Instant })
  | (Base & { readonly phase: 'gone' });
export type In<P extends SipLeg['phase']> = Extract<SipLeg, { phase: P }>;

export type SipLegEvent =
  | SipSignal
  | { readonly type: 'command'; readonly command: LegCommand }
  /** The net is open; `local` is where it listens. */
  | { readonly type: 'opened'; readonly local: readonly [address: string, port: number] }
  | { readonly type: 'mediaFailed' | 'mediaLost' }
  /** Its trunk has another address by now: audio and signalling are to go there. */
  | { readonly type: 'moved'; readonly way: MediaWay }
  /** The net was bound at another address, or could not be. */
  | { readonly type: 'bound'; readonly local: readonly [address: string, port: number] }
  | { readonly type: 'unbound' }
  /** A digit of the far end that another leg of the call wants as INFO: the engine cannot carry it there. */
  | { readonly type: 'digit'; readonly digit: string };

export type SipLegEffect =
  | { readonly tell: LegEvent }
  | { readonly do: 'invite'; readonly sdp: string; readonly asked: Asked }
  | { readonly do: 'reoffer'; readonly sdp: string }
  /** A CANCEL is owed: nothing more is sent until the far end has shown that it lives. */
  | { readonly do: 'abandon' }
  | { readonly do: 'cancel' | 'bye'; readonly cause: Cause }
  | { readonly do: 'respond'; readonly status: number; readonly sdp?: string; readonly cause?: Cause }
  | { readonly do: 'info'; readonly contentType: string; readonly body: string }
  | { readonly do: 'media'; readonly mode: Mode; readonly media: NetMedia }
  /** Binds the net at this address instead of its own. */
  | { readonly do: 'bind'; readonly address: string }
  | { readonly do: 'signal'; readonly play: NetSignal | 'none' }
  /** Whatever comes from the softswitch is evidence of its health. */
  | { readonly do: 'hear'; readonly signal: SipSignal }
  /** Subtracts the net. */
  | { readonly do: 'close' };
export type Out = Step<SipLeg, SipLegEffect>;

/** The next state, with what is to be done. */
export const stay = (state: SipLeg, ...effects: SipLegEffect[]): Out => ({ state, effects });
/** Nothing more comes of this leg. */
export const gone = (leg: Base, ...effects: SipLegEffect[]): Out => ({
  state: { ...base(leg), phase: 'gone' },
  effects,
});
export const base = ({ leg, trunk, way }: Base): Base => ({ leg, trunk, way });

/** Deterministic `o=` session number: the leg's own. */
export const sessionOf = (leg: LegId): number => Number(leg.slice('leg/'.length));

/** Our end of the stream, from where the net listens (address, port). */
export const streamOf = (leg: Base, [address, port]: readonly [string, number]): LocalStream => ({
  address,
  port,
  codecs: leg.way.codecs,
  telephoneEvents: leg.way.digits === 'event',
  session: sessionOf(leg.leg),
  version: 1,
});
/** The same stream for the next description of it (RFC 3264 §8). */
export const newer = (local: LocalStream): LocalStream => ({ ...local, version: local.version + 1 });

/** The coordinator ends the leg, in whatever phase it is; `status` answers an offered one. */
export function released(leg: SipLeg, cause: Cause, now: Instant, status = statusOf(cause)): Out {
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
      return gone(leg, { do: 'respond', status, cause }, { do: 'close' }, tell);
    case 'confirmed':
      return stay({ ...base(leg), phase: 'leaving', until }, { do: 'bye', cause }, { do: 'close' }, tell);
    default:
      return stay(leg);
  }
}

/** Final answer to a caller whose call came to nothing. */
export const statusOf = (cause: Cause): number => (isFailure(cause) ? failureTable[cause].status : 480);

/** The leg ends by itself: the net goes, the call is told. */
export const failed = (
  leg: SipLeg,
  cause: Cause,
  more: { status?: number; q850?: number; redirects?: readonly string[]; thread?: InviteThread } = {},
): Out => gone(leg, { do: 'close' }, { tell: { type: 'released', leg: leg.leg, cause, ...more } });

/** What we want and what the far end wants, as one mode of our net. */
export const bothWant = (ours: Mode, agreed: Mode): Mode => {
  const send = speaks(ours) && speaks(agreed);
  const receive = hears(ours) && hears(agreed);
  if (send) return receive ? 'sendReceive' : 'sendOnly';
  return receive ? 'receiveOnly' : 'inactive';
};
export const speaks = (mode: Mode): boolean => mode === 'sendReceive' || mode === 'sendOnly';
export const hears = (mode: Mode): boolean => mode === 'sendReceive' || mode === 'receiveOnly';

/** What was agreed on, as the engine is to do it. */
export const mediaEffect = (leg: Base, agreed: Agreed, want: Mode): SipLegEffect => ({
  do: 'media',
  mode: bothWant(want, agreed.mode),
  media: netMedia(leg.way, agreed),
});

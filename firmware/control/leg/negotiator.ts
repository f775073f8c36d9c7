import type { Mode } from '../../engine-protocol/ids.ts';
import type { Codec, Jitter, NetMedia } from '../../engine-protocol/messages.ts';
import type { AgreedAudio, LocalAudio } from '../sip/sdp/negotiation.ts';

/** Our end of an audio stream, and what we would do with it. Plain data, so that it can stand in a leg's state. */
export type LocalStream = LocalAudio;

/** What offer and answer came to. `mode` is ours: `sendOnly` means that the far end only listens. */
export type Agreed = AgreedAudio;

/** Offer and answer (RFC 3264) as pure functions; `undefined` where the two ends have nothing in common. */
export interface Negotiator {
  offer(local: LocalStream, mode: Mode): string;
  answer(local: LocalStream, offer: string): { readonly sdp: string; readonly agreed: Agreed } | undefined;
  /** Reads the answer to an offer of ours. */
  read(local: LocalStream, answer: string): Agreed | undefined;
}

/** How a trunk carries audio: from settings, the same for all its legs. */
export type MediaWay = {
  /** Local address that nets bind. */
  readonly address: string;
  readonly codecs: readonly Codec['name'][];
  readonly digits: 'event' | 'info' | 'inBand';
  /** Code point 0-63. */
  readonly dscp: number;
  readonly jitter: Jitter;
  /** 0 = a call without audio is never ended for that. */
  readonly lostAfterMs: number;
};

export const PACKET_MS = 20;

/** The media of a net termination as the engine wants it. */
export const netMedia = (way: MediaWay, agreed: Agreed): NetMedia => ({
  remote: agreed.remote,
  dscp: way.dscp,
  as: 'audio',
  send: agreed.send,
  receive: agreed.receive,
  ptimeMs: PACKET_MS,
  jitter: way.jitter,
  digits: digitsOf(way, agreed),
  // A far end that was put on hold, or holds us, may well be silent.
  lostAfterMs: agreed.mode === 'sendReceive' ? way.lostAfterMs : 0,
});

const digitsOf = (way: MediaWay, agreed: Agreed): NetMedia['digits'] => {
  if (way.digits === 'info') return { by: 'control' };
  return way.digits === 'event' && agreed.telephoneEvent !== undefined
    ? { by: 'event', payloadType: agreed.telephoneEvent }
    : { by: 'inBand' };
};

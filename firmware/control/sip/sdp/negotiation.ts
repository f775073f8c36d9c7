import { isSome, type Some } from '../../../core/machine.ts';
import type { Mode } from '../../../engine-protocol/ids.ts';
import type { Codec } from '../../../engine-protocol/messages.ts';
import { connectionText, type Direction, type Format, type MediaLine, parseSdp } from './sdp.ts';

/** Our end of an audio stream, and what we would do with it. */
export type LocalAudio = {
  readonly address: string;
  readonly port: number;
  /** In order of preference. */
  readonly codecs: readonly Codec['name'][];
  /** Whether RFC 4733 events are offered. */
  readonly telephoneEvents: boolean;
  /** `o=` line: number of the session, and its version, counted up at each new description (RFC 3264 §8). */
  readonly session: number;
  readonly version: number;
};

/** What offer and answer came to; `mode` is ours. */
export type AgreedAudio = {
  readonly remote: readonly [address: string, port: number];
  readonly send: Codec;
  readonly receive: Some<Codec>;
  readonly telephoneEvent?: number;
  readonly mode: Mode;
};

const payloadTypes: Readonly<Record<Codec['name'], number>> = { PCMU: 0, PCMA: 8 };
/** Of the dynamic range (RFC 3551 §3); the one that nearly everybody uses. */
const EVENT_PAYLOAD_TYPE = 101;
const PTIME_MS = 20;
const directionOf: Readonly<Record<Mode, Direction>> = {
  sendReceive: 'sendrecv',
  sendOnly: 'sendonly',
  receiveOnly: 'recvonly',
  inactive: 'inactive',
};
/** What is left for us when the far end says this of itself (RFC 3264 §6.1). */
const modeFor: Readonly<Record<Direction, Mode>> = {
  sendrecv: 'sendReceive',
  sendonly: 'receiveOnly',
  recvonly: 'sendOnly',
  inactive: 'inactive',
};

/** An offer of one audio stream (RFC 3264 §5.1). */
export const offer = (local: LocalAudio, mode: Mode): string => {
  const codecs = local.codecs.map((name): Codec => ({ name, payloadType: payloadTypes[name] }));
  const event = local.telephoneEvents ? EVENT_PAYLOAD_TYPE : undefined;
  return describe(local, audioLines(local.port, codecs, event, directionOf[mode]));
};

/**
 * The answer to an offer (RFC 3264 §6): the first audio stream with a codec of ours is taken, with the payload types
 * of the offer; every other stream is refused by port 0. `undefined` if there is no such stream, or the offer is broken.
 */
export const answer = (local: LocalAudio, offered: string): { sdp: string; agreed: AgreedAudio } | undefined => {
  const description = parseSdp(offered);
  const taken = description?.media.find((line) => isUsable(line) && isSome(codecsOf(line, local.codecs)));
  if (!description || !taken) return undefined;
  const receive = codecsOf(taken, local.codecs);
  if (!isSome(receive)) return undefined;
  const telephoneEvent = local.telephoneEvents ? eventOf(taken) : undefined;
  const mode = modeOf(taken);
  const streams = description.media.flatMap((line) =>
    line === taken ? audioLines(local.port, receive, telephoneEvent, directionOf[mode]) : [refused(line)],
  );
  return { sdp: describe(local, streams), agreed: agreedOn(taken, receive[0], receive, telephoneEvent, mode) };
};

/** Reads the answer to an offer of ours; `undefined` if it takes no codec that we offered. */
export const read = (local: LocalAudio, answered: string): AgreedAudio | undefined => {
  const line = parseSdp(answered)?.media[0];
  if (!line || !isUsable(line)) return undefined;
  const common = codecsOf(line, local.codecs);
  if (!isSome(common)) return undefined;
  // We must be ready for every codec of our offer, whichever the answer names first (RFC 3264 §5.1).
  const others = local.codecs.filter((name) => !common.some((codec) => codec.name === name));
  const unused = others.map((name): Codec => ({ name, payloadType: payloadTypes[name] }));
  const receive: Some<Codec> = [common[0], ...common.slice(1), ...unused];
  const telephoneEvent = local.telephoneEvents ? eventOf(line) : undefined;
  return agreedOn(line, common[0], receive, telephoneEvent, modeOf(line));
};

const agreedOn = (
  line: MediaLine,
  send: Codec,
  receive: Some<Codec>,
  telephoneEvent: number | undefined,
  mode: Mode,
): AgreedAudio => ({
  remote: [line.address, line.port],
  send,
  receive,
  ...(telephoneEvent === undefined ? {} : { telephoneEvent }),
  mode,
});

const isUsable = (line: MediaLine): boolean =>
  line.kind === 'audio' && line.port !== 0 && line.protocol === 'RTP/AVP' && line.address !== '';

/** The codecs that both ends speak, in the far end's order and with its payload types. */
const codecsOf = (line: MediaLine, ours: readonly Codec['name'][]): Codec[] => {
  const codecs: Codec[] = [];
  for (const { encoding, clockRate, payloadType } of line.formats) {
    const name = ours.find((each) => each === encoding);
    const again = codecs.some((codec) => codec.name === name);
    if (name !== undefined && clockRate === 8000 && !again) codecs.push({ name, payloadType });
  }
  return codecs;
};

const eventOf = (line: MediaLine): number | undefined =>
  line.formats.find((format: Format) => format.encoding === 'TELEPHONE-EVENT' && format.clockRate === 8000)
    ?.payloadType;

/** Hold of RFC 2543 days is an address of zeros: nothing may be sent there (RFC 3264 §8.4). */
const modeOf = (line: MediaLine): Mode => {
  const nowhere = line.address === '0.0.0.0' || line.address === '::';
  if (!nowhere) return modeFor[line.direction];
  return line.direction === 'recvonly' || line.direction === 'inactive' ? 'inactive' : 'receiveOnly';
};

const describe = (local: LocalAudio, streams: readonly string[]): string => {
  const connection = connectionText(local.address);
  const head = ['v=0', `o=- ${local.session} ${local.version} ${connection}`, 's=-', `c=${connection}`, 't=0 0'];
  return `${[...head, ...streams].join('\r\n')}\r\n`;
};

const audioLines = (
  port: number,
  codecs: readonly Codec[],
  event: number | undefined,
  direction: Direction,
): string[] => {
  const types = codecs.map((codec) => codec.payloadType);
  const lines = [`m=audio ${port} RTP/AVP ${(event === undefined ? types : [...types, event]).join(' ')}`];
  for (const { name, payloadType } of codecs) lines.push(`a=rtpmap:${payloadType} ${name}/8000`);
  if (event !== undefined) lines.push(`a=rtpmap:${event} telephone-event/8000`, `a=fmtp:${event} 0-15`);
  lines.push(`a=ptime:${PTIME_MS}`, `a=rtcp:${port + 1}`, `a=${direction}`);
  return lines;
};

const refused = (line: MediaLine): string => `m=${line.kind} 0 ${line.protocol} ${line.formatTexts.join(' ')}`;

/** Offer and answer as one object, for who is handed them. */
export const negotiation = { offer, answer, read } as const;

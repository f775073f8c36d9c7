import { isIP, isIPv6 } from 'node:net';
import { isToken, wholeNumber } from '../message/uri.ts';

/** Bounds of a session description; a softswitch sends far less. */
const MOST_LINES = 500;
const MOST_MEDIA = 16;
const MOST_FORMATS = 64;

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
/** A payload format: `rtpmap`, or what its static number means (RFC 3551 table 4). */
export type Format = {
  readonly payloadType: number;
  readonly encoding: string;
  readonly clockRate: number;
  readonly fmtp?: string;
};
export type MediaLine = {
  readonly kind: string;
  /** 0: rejected or taken away (RFC 3264 §6). */
  readonly port: number;
  readonly protocol: string;
  /** As written: payload types, or words of another protocol. */
  readonly formatTexts: readonly string[];
  readonly formats: readonly Format[];
  /** Literal address, or '' when none was given that we can use. */
  readonly address: string;
  readonly direction: Direction;
  readonly ptimeMs?: number;
};
export type SessionDescription = {
  readonly session: string;
  readonly version: string;
  readonly media: readonly MediaLine[];
};

const directions: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
const staticFormats: Readonly<Record<number, readonly [encoding: string, clockRate: number]>> = {
  0: ['PCMU', 8000],
  3: ['GSM', 8000],
  4: ['G723', 8000],
  8: ['PCMA', 8000],
  9: ['G722', 8000],
  13: ['CN', 8000],
  18: ['G729', 8000],
};

type Section = { readonly m: string; c: string; readonly a: string[] };

/** Reads a session description (RFC 8866); `undefined` for one that is broken where it matters to us. */
export const parseSdp = (text: string): SessionDescription | undefined => {
  const lines = text.split('\n', MOST_LINES + 1).map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.length > MOST_LINES || lines[0] !== 'v=0') return undefined;
  const session: Section = { m: '', c: '', a: [] };
  const media: Section[] = [];
  let origin: string[] | undefined;
  for (const line of lines) {
    if (line === '') continue;
    if (line.charCodeAt(1) !== 61) return undefined;
    const value = line.slice(2);
    const section = media.at(-1) ?? session;
    if (line[0] === 'm') media.push({ m: value, c: '', a: [] });
    else if (line[0] === 'c') section.c = value;
    else if (line[0] === 'a') section.a.push(value);
    else if (line[0] === 'o') origin = value.split(' ', 7);
  }
  if (origin?.length !== 6 || media.length > MOST_MEDIA) return undefined;
  const read = media.map((section) => readMedia(section, session));
  if (read.some((line) => line === undefined)) return undefined;
  return { session: origin[1]!, version: origin[2]!, media: read as MediaLine[] };
};

const readMedia = (section: Section, session: Section): MediaLine | undefined => {
  const [kind, portText, protocol, ...formatTexts] = section.m.split(' ', MOST_FORMATS + 3);
  const port = wholeNumber(portText?.split('/', 1)[0] ?? '', 65_535);
  if (!kind || !isToken(kind) || port === undefined || !protocol || formatTexts.length === 0) return undefined;
  const attributes = section.a;
  const named =
    attributes.find((each) => directions.includes(each)) ?? session.a.find((each) => directions.includes(each));
  const ptimeMs = wholeNumber(attributeOf(attributes, 'ptime') ?? '', 1000);
  return {
    kind,
    port,
    protocol,
    formatTexts,
    formats: protocol.startsWith('RTP/') ? formatTexts.flatMap((each) => readFormat(each, attributes)) : [],
    address: readConnection(section.c || session.c),
    direction: (named ?? 'sendrecv') as Direction,
    ...(ptimeMs === undefined ? {} : { ptimeMs }),
  };
};

const attributeOf = (attributes: readonly string[], name: string): string | undefined => {
  const prefix = `${name}:`;
  for (const attribute of attributes) if (attribute.startsWith(prefix)) return attribute.slice(prefix.length).trim();
  return undefined;
};

const readFormat = (text: string, attributes: readonly string[]): Format[] => {
  const payloadType = wholeNumber(text, 127);
  if (payloadType === undefined) return [];
  const map = mapped(attributes, 'rtpmap', text);
  const [name, rate] = map?.split('/') ?? [];
  const known = staticFormats[payloadType];
  const encoding = name?.toUpperCase() ?? known?.[0];
  const clockRate = rate === undefined ? known?.[1] : wholeNumber(rate, 1_000_000);
  if (encoding === undefined || clockRate === undefined) return [];
  const fmtp = mapped(attributes, 'fmtp', text);
  return [{ payloadType, encoding, clockRate, ...(fmtp === undefined ? {} : { fmtp }) }];
};

/** The rest of `a=<name>:<format> <rest>`. */
const mapped = (attributes: readonly string[], name: string, format: string): string | undefined => {
  const prefix = `${name}:${format} `;
  for (const attribute of attributes) if (attribute.startsWith(prefix)) return attribute.slice(prefix.length).trim();
  return undefined;
};

const readConnection = (value: string): string => {
  const [network, family, place] = value.split(' ', 3);
  const address = place?.split('/', 1)[0] ?? '';
  if (network !== 'IN' || isIP(address) === 0) return '';
  return (family === 'IP6') === isIPv6(address) ? address : '';
};

/** `IN IP4 192.0.2.1` or `IN IP6 2001:db8::1`. */
export const connectionText = (address: string): string => `IN ${isIPv6(address) ? 'IP6' : 'IP4'} ${address}`;

/** Offer and answer of one audio stream (RFC 8866, RFC 3264): G.711 and telephone events, nothing else. */

export type Codec = 'PCMU' | 'PCMA';
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** What the far end says of its audio. */
export type Audio = {
  readonly host: string;
  readonly port: number;
  /** In its order of preference. */
  readonly codecs: readonly Codec[];
  readonly eventType: number | undefined;
  readonly direction: Direction;
  /** How many streams it described, and which of them is this one: an answer has as many (RFC 3264 §6). */
  readonly streams: readonly string[];
  readonly index: number;
};

export const payloadType: Readonly<Record<Codec, number>> = { PCMU: 0, PCMA: 8 };
const directions: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

const attribute = (lines: readonly string[], name: string): string[] =>
  lines.filter((line) => line.startsWith(`a=${name}:`)).map((line) => line.slice(name.length + 3));

const directionIn = (lines: readonly string[]): Direction | undefined =>
  lines.map((line) => line.slice(2)).find((value) => directions.includes(value)) as Direction | undefined;

const hostIn = (lines: readonly string[]): string | undefined =>
  /^c=IN IP[46] ([^ /]+)/.exec(lines.find((line) => line.startsWith('c=')) ?? '')?.[1];

/** Reads a description; undefined when it has no audio over RTP/AVP that we can speak. */
export const parseSdp = (text: string): Audio | undefined => {
  const lines = text.split(/\r?\n/).slice(0, 200);
  const starts = lines.flatMap((line, at) => (line.startsWith('m=') ? [at] : []));
  const head = lines.slice(0, starts[0]);
  const sections = starts.map((at, i) => lines.slice(at, starts[i + 1]));
  const index = sections.findIndex(([first = '']) => /^m=audio \d+ RTP\/AVP /.test(first));
  const section = sections[index];
  if (section === undefined) return undefined;
  const [, port = '0', , ...types] = section[0]!.split(' ');
  const maps = new Map(attribute(section, 'rtpmap').map((value) => value.split(' ') as [string, string]));
  const named = (type: string): string | undefined =>
    maps.get(type)?.toUpperCase() ?? (type === '0' ? 'PCMU/8000' : type === '8' ? 'PCMA/8000' : undefined);
  const codecs = types.map((type) => named(type)?.split('/')[0]).filter((name) => name === 'PCMU' || name === 'PCMA');
  const event = types.find((type) => named(type) === 'TELEPHONE-EVENT/8000');
  const host = hostIn(section) ?? hostIn(head);
  if (host === undefined || codecs.length === 0) return undefined;
  return {
    ...{ host, port: Number(port), codecs, index, streams: sections.map(([first = '']) => first) },
    eventType: event === undefined ? undefined : Number(event),
    direction: directionIn(section) ?? directionIn(head) ?? 'sendrecv',
  };
};

export type Own = {
  readonly host: string;
  readonly port: number;
  readonly codecs: readonly Codec[];
  readonly eventType: number | undefined;
  readonly direction: Direction;
  readonly session: number;
  readonly version: number;
};

const stream = (own: Own): string[] => {
  const types = [...own.codecs.map((codec) => payloadType[codec]), ...(own.eventType ? [own.eventType] : [])];
  return [
    `m=audio ${own.port} RTP/AVP ${types.join(' ')}`,
    ...own.codecs.map((codec) => `a=rtpmap:${payloadType[codec]} ${codec}/8000`),
    ...(own.eventType ? [`a=rtpmap:${own.eventType} telephone-event/8000`, `a=fmtp:${own.eventType} 0-15`] : []),
    'a=ptime:20',
    `a=${own.direction}`,
  ];
};

/** Writes our description; as an answer to `offer` it refuses every other stream by port 0. */
export const writeSdp = (own: Own, offer?: Audio): string => {
  const family = own.host.includes(':') ? 'IP6' : 'IP4';
  const streams = (offer?.streams ?? ['']).flatMap((line, index) =>
    index === (offer?.index ?? 0) ? stream(own) : [line.replace(/^(m=\S+) \S+/, '$1 0')],
  );
  return [
    'v=0',
    `o=softswitch ${own.session} ${own.version} IN ${family} ${own.host}`,
    's=-',
    `c=IN ${family} ${own.host}`,
    't=0 0',
    ...streams,
    '',
  ].join('\r\n');
};

/** The direction that answers a direction (RFC 3264 §6.1). */
export const answering: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

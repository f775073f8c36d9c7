import { existsSync, statSync } from 'node:fs';
import { fromG711, type Sound } from './audio.ts';
import { type Program, run } from './program.ts';
import type { Site } from './site.ts';
import { eventually, sleep } from './wait.ts';

/** `at` is seconds since 1970 by the kernel's stamp; an end is `HOST:PORT`. */
type Packet = { readonly at: number; readonly from: string; readonly to: string };

export type SipMessage = Packet & {
  readonly transport: 'udp' | 'tcp';
  /** Of a request. */
  readonly method?: string;
  /** Of an answer. */
  readonly status?: number;
  readonly callId: string;
  readonly cseq: string;
  /** Start line and headers as they went over the wire, lines ended by \r\n. */
  readonly head: string;
  /** Where the sender of the first stream of its SDP listens. */
  readonly mediaPort?: number;
};

export type RtpPacket = Packet & {
  readonly ssrc: string;
  readonly sequence: number;
  readonly timestamp: number;
  readonly payloadType: number;
  readonly marker: boolean;
  /** RFC 4733, when the packet carries one. */
  readonly event?: { readonly id: number; readonly end: boolean; readonly duration: number };
};

export type RtcpPacket = Packet & {
  readonly types: readonly number[];
  readonly packetsSent?: number;
  readonly fractionLost?: number;
  readonly cumulativeLost?: number;
  readonly jitter?: number;
};

export type Decoded = {
  readonly sip: readonly SipMessage[];
  readonly rtp: readonly RtpPacket[];
  readonly rtcp: readonly RtcpPacket[];
};

const FIELDS = [
  ...['frame.time_epoch', 'ip.src', 'ip.dst', 'udp.srcport', 'udp.dstport', 'tcp.srcport', 'tcp.dstport'],
  // `sip` names each message of a segment in its order: over TCP there may be several
  ...['sip', 'sip.Call-ID', 'sip.CSeq', 'sip.Request-Line', 'sip.Status-Line', 'sip.msg_hdr'],
  'sdp.media.port',
  ...['rtp.ssrc', 'rtp.seq', 'rtp.timestamp', 'rtp.p_type', 'rtp.marker'],
  ...['rtpevent.event_id', 'rtpevent.end_of_event', 'rtpevent.duration'],
  ...['rtcp.pt', 'rtcp.sender.packetcount', 'rtcp.ssrc.fraction', 'rtcp.ssrc.cum_nr', 'rtcp.ssrc.jitter'],
] as const;

type Row = Record<(typeof FIELDS)[number], string>;

/** Between the values of a field that a packet has more than once. */
const BETWEEN = '\u001e';
const valuesOf = (text: string): string[] => (text === '' ? [] : text.split(BETWEEN));

const number = (text: string): number | undefined => (text === '' ? undefined : Number(valuesOf(text)[0]));
/** Leaves out what is undefined. */
const present = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;

const packetOf = (row: Row): Packet => ({
  at: Number(row['frame.time_epoch']),
  from: `${row['ip.src']}:${row['udp.srcport'] || row['tcp.srcport']}`,
  to: `${row['ip.dst']}:${row['udp.dstport'] || row['tcp.dstport']}`,
});

const unescaped = (text: string): string => text.replaceAll('\\r', '\r').replaceAll('\\n', '\n').replaceAll('\\"', '"');

/** Every message of a packet, in its order. */
const sipOf = (row: Row): SipMessage[] => {
  const [requests, statuses] = [valuesOf(row['sip.Request-Line']), valuesOf(row['sip.Status-Line'])];
  const [calls, sequences, headers] = [row['sip.Call-ID'], row['sip.CSeq'], row['sip.msg_hdr']].map(valuesOf);
  const kinds = valuesOf(row.sip).map((each) => /\((.*)\)/.exec(each)?.[1] ?? '');
  return kinds.map((kind, i) => {
    const answer = /^\d{3}$/.test(kind);
    return {
      ...packetOf(row),
      transport: row['tcp.srcport'] === '' ? 'udp' : 'tcp',
      ...(answer ? { status: Number(kind) } : { method: kind }),
      callId: calls?.[i] ?? '',
      cseq: sequences?.[i] ?? '',
      head: `${(answer ? statuses : requests).shift() ?? ''}\r\n${unescaped(headers?.[i] ?? '')}`,
      // which of several messages the SDP belongs to is not told
      ...(kinds.length === 1 ? present({ mediaPort: number(row['sdp.media.port']) }) : {}),
    };
  });
};

const truth = (text: string): boolean => text === '1' || text === 'True';

const rtpOf = (row: Row): RtpPacket => {
  const event = number(row['rtpevent.event_id']);
  return {
    ...packetOf(row),
    ssrc: row['rtp.ssrc'],
    sequence: Number(row['rtp.seq']),
    timestamp: Number(row['rtp.timestamp']),
    payloadType: Number(row['rtp.p_type']),
    marker: truth(row['rtp.marker']),
    ...(event === undefined
      ? {}
      : { event: { id: event, end: truth(row['rtpevent.end_of_event']), duration: Number(row['rtpevent.duration']) } }),
  };
};

const rtcpOf = (row: Row): RtcpPacket => ({
  ...packetOf(row),
  types: valuesOf(row['rtcp.pt']).map(Number),
  ...present({
    packetsSent: number(row['rtcp.sender.packetcount']),
    fractionLost: number(row['rtcp.ssrc.fraction']),
    cumulativeLost: number(row['rtcp.ssrc.cum_nr']),
    jitter: number(row['rtcp.ssrc.jitter']),
  }),
});

/** Everything that passes the namespace's loopback, written by dumpcap and read by tshark: a judge from outside. */
export class Capture {
  readonly path: string;
  readonly #program: Program;

  private constructor(path: string, program: Program) {
    this.path = path;
    this.#program = program;
  }

  /** `interfaces`: those that are captured together; `filter`: a capture filter (pcap-filter(7)). */
  static async start(
    site: Site,
    name = 'capture',
    { interfaces = ['lo'], filter = 'udp or tcp' }: { interfaces?: readonly string[]; filter?: string } = {},
  ): Promise<Capture> {
    const path = site.path(`${name}.pcapng`);
    const where = interfaces.flatMap((each) => ['-i', each, '-f', filter]);
    const program = site.start(name, 'dumpcap', [...where, '-w', path, '-q', '-B', '16']);
    await program.prints(/File: /, 10_000);
    await eventually('the capture file', 3000, () => existsSync(path));
    return new Capture(path, program);
  }

  /** Ends the capture and decodes it. */
  async stop(): Promise<Decoded> {
    // what was on its way lies in the kernel's buffer for a moment
    await sleep(300);
    this.#program.signal('SIGINT');
    await this.#program.ended;
    return await decode(this.path);
  }

  get bytes(): number {
    return statSync(this.path).size;
  }

  /** How many packets of the ended capture pass a display filter of tshark. */
  async count(filter: string): Promise<number> {
    const text = await run(
      'tshark',
      ['-r', this.path, '-n', '-Y', filter, '-T', 'fields', '-e', 'frame.number'],
      60_000,
    );
    return text.split('\n').filter((line) => line !== '').length;
  }
}

/** Decodes a capture with one run of tshark. RTP and RTCP are found without SDP as well. */
export const decode = async (path: string): Promise<Decoded> => {
  const text = await run(
    'tshark',
    [
      ...['-r', path, '-n', '--enable-heuristic', 'rtp_udp', '--enable-heuristic', 'rtcp_udp'],
      ...['-Y', 'sip || rtp || rtcp', '-T', 'fields'],
      ...['-E', 'separator=/t', '-E', 'occurrence=a', '-E', `aggregator=${BETWEEN}`],
      ...FIELDS.flatMap((field) => ['-e', field]),
    ],
    60_000,
  );
  const rows = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const cells = line.split('\t');
      return Object.fromEntries(FIELDS.map((field, i) => [field, cells[i] ?? ''])) as Row;
    });
  return {
    sip: rows.filter((row) => row['sip.Call-ID'] !== '').flatMap(sipOf),
    rtp: rows.filter((row) => row['rtp.seq'] !== '').map(rtpOf),
    rtcp: rows.filter((row) => row['rtcp.pt'] !== '').map(rtcpOf),
  };
};

/** What was said in each G.711 stream of a capture, packet after packet as they came. */
export const soundsIn = async (
  path: string,
): Promise<{ readonly from: string; readonly to: string; readonly sound: Sound }[]> => {
  const fields = ['ip.src', 'udp.srcport', 'ip.dst', 'udp.dstport', 'rtp.p_type', 'rtp.payload'];
  const filter = 'rtp.p_type == 0 || rtp.p_type == 8';
  const words = ['-r', path, '-n', '--enable-heuristic', 'rtp_udp', '-Y', filter, '-T', 'fields'];
  const text = await run('tshark', [...words, ...fields.flatMap((field) => ['-e', field])], 60_000);
  const said = new Map<string, { from: string; to: string; law: 'mu' | 'a'; octets: Buffer[] }>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [source, sourcePort, sink, sinkPort, type, payload] = line.split('\t');
    const [from, to] = [`${source}:${sourcePort}`, `${sink}:${sinkPort}`];
    const law = type === '8' ? ('a' as const) : ('mu' as const);
    const stream = said.get(`${from} ${to}`) ?? { from, to, law, octets: [] };
    stream.octets.push(Buffer.from(payload!.replaceAll(':', ''), 'hex'));
    said.set(`${from} ${to}`, stream);
  }
  return [...said.values()].map(({ from, to, law, octets }) => ({
    from,
    to,
    sound: fromG711(Buffer.concat(octets), law),
  }));
};

/** One direction of one RTP source as a capture saw it. */
export type Stream = {
  readonly ssrc: string;
  readonly from: string;
  readonly to: string;
  readonly packets: readonly RtpPacket[];
  /** Sequence numbers between the first and the last that never came. */
  readonly missing: number;
  /** Longest time between two packets in milliseconds. */
  readonly longestGapMs: number;
};

/** RTP packets put together by source; `from` and `to` narrow by `HOST` or `HOST:PORT`. */
export const streams = (
  rtp: readonly RtpPacket[],
  narrow: { readonly from?: string; readonly to?: string } = {},
): Stream[] => {
  const fits = (end: string, wanted: string | undefined) =>
    wanted === undefined || end === wanted || end.startsWith(`${wanted}:`);
  const bySource = new Map<string, RtpPacket[]>();
  for (const packet of rtp) {
    if (!fits(packet.from, narrow.from) || !fits(packet.to, narrow.to)) continue;
    const key = `${packet.ssrc} ${packet.from} ${packet.to}`;
    const known = bySource.get(key);
    if (known) known.push(packet);
    else bySource.set(key, [packet]);
  }
  return [...bySource.values()].map((packets) => {
    const { ssrc, from, to } = packets[0]!;
    let longestGapMs = 0;
    for (let i = 1; i < packets.length; i++) {
      longestGapMs = Math.max(longestGapMs, (packets[i]!.at - packets[i - 1]!.at) * 1000);
    }
    return { ssrc, from, to, packets, missing: missingNumbers(packets), longestGapMs };
  });
};

const missingNumbers = (packets: readonly RtpPacket[]): number => {
  const seen = new Set<number>();
  let extended = packets[0]!.sequence;
  let [lowest, highest] = [extended, extended];
  for (const { sequence } of packets) {
    extended += ((sequence - extended + 0x8000) & 0xffff) - 0x8000;
    seen.add(extended);
    lowest = Math.min(lowest, extended);
    highest = Math.max(highest, extended);
  }
  return highest - lowest + 1 - seen.size;
};

const KEYS = '0123456789*#ABCD';

/** The keys dialled in a stream as RFC 4733 events, each once (by its timestamp), and how many ended in order. */
export const keysOf = (packets: readonly RtpPacket[]): { readonly keys: string; readonly ended: number } => {
  const events = new Map<number, { key: string; ended: boolean }>();
  for (const { event, timestamp } of packets) {
    if (!event) continue;
    const known = events.get(timestamp);
    events.set(timestamp, { key: KEYS[event.id] ?? '?', ended: event.end || (known?.ended ?? false) });
  }
  const all = [...events.values()];
  return { keys: all.map((each) => each.key).join(''), ended: all.filter((each) => each.ended).length };
};

/** The messages of one call, oldest first, as `INVITE` or `200 INVITE`. */
export const ladder = (sip: readonly SipMessage[], callId: string): string[] =>
  sip
    .filter((message) => message.callId === callId)
    .map((message) => message.method ?? `${message.status} ${message.cseq.split(' ')[1] ?? ''}`);

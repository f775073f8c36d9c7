import { existsSync, readFileSync } from 'node:fs';
import type { Program } from '../peer/program.ts';
import type { Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';

/** One IPv4 UDP datagram of a capture. `atMs` is the kernel's stamp in wall time, ms since 1970. */
export type Datagram = {
  readonly atMs: number;
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  /** May be cut by the capture's length limit. */
  readonly payload: Buffer;
};

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const ETHERNET = 14;

const dotted = (packet: Buffer, at: number): string =>
  `${packet[at]}.${packet[at + 1]}.${packet[at + 2]}.${packet[at + 3]}`;

const datagramOf = (atMs: number, frame: Buffer): Datagram | undefined => {
  if (frame.length < ETHERNET + 28 || frame.readUInt16BE(12) !== 0x0800 || frame[ETHERNET + 9] !== 17) return undefined;
  const ip = frame.subarray(ETHERNET);
  const udp = ip.subarray((ip[0]! & 0x0f) * 4);
  if (udp.length < 8) return undefined;
  return {
    atMs,
    from: dotted(ip, 12),
    fromPort: udp.readUInt16BE(0),
    to: dotted(ip, 16),
    toPort: udp.readUInt16BE(2),
    payload: udp.subarray(8, Math.max(8, udp.readUInt16BE(4))),
  };
};

/**
 * Every UDP datagram of a pcap file (the classic format of libpcap, little endian, Ethernet frames); a last record
 * that was not written to its end is left out.
 */
export const readPcap = (file: Buffer): Datagram[] => {
  const magic = file.readUInt32LE(0);
  if (magic !== MICROSECONDS && magic !== NANOSECONDS) throw new Error('this is no pcap file of this machine');
  const perMs = magic === MICROSECONDS ? 1e3 : 1e6;
  const found: Datagram[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    if (at + 16 + length > file.length) break;
    const atMs = file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / perMs;
    const datagram = datagramOf(atMs, file.subarray(at + 16, at + 16 + length));
    if (datagram) found.push(datagram);
    at += 16 + length;
  }
  return found;
};

/**
 * The UDP datagrams on the namespace's loopback with the kernel's own stamps. Unlike `test/peer/capture.ts` it
 * decodes nothing and so bears hundreds of thousands of packets.
 */
export class Packets {
  readonly #path: string;
  readonly #program: Program;

  private constructor(path: string, program: Program) {
    this.#path = path;
    this.#program = program;
  }

  /** `filter` is libpcap's; `octets` are kept of each packet. */
  static async start(site: Site, name: string, filter = 'udp', octets = 2048): Promise<Packets> {
    const path = site.path(`${name}.pcap`);
    const words = ['-P', '-i', 'lo', '-w', path, '-q', '-B', '32', '-s', String(octets), '-f', filter];
    const program = site.start(name, 'dumpcap', words);
    await program.prints(/File: /, 10_000);
    await eventually('the capture file', 3000, () => existsSync(path));
    return new Packets(path, program);
  }

  /** Ends the capture. Throws when the kernel dropped packets: such a capture proves nothing. */
  async stop(): Promise<Datagram[]> {
    // what was on its way lies in the kernel's buffer for a moment
    await sleep(300);
    this.#program.signal('SIGINT');
    await this.#program.ended;
    const dropped = /\((?:pcap:)(\d+)\/dumpcap:(\d+)/.exec(this.#program.output());
    if (!dropped || Number(dropped[1]) + Number(dropped[2]) > 0) {
      throw new Error(`the capture lost packets: ${this.#program.tail(3)}`);
    }
    return readPcap(readFileSync(this.#path));
  }
}

/** What the start line of a SIP request asks: `INVITE` and `sip:9001@host`; undefined for all else. */
export const requestOf = ({ payload }: Datagram): { readonly method: string; readonly uri: string } | undefined => {
  const line = payload.toString('latin1', 0, Math.min(payload.length, 256)).split('\r\n', 1)[0]!;
  const words = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(line);
  return words ? { method: words[1]!, uri: words[2]! } : undefined;
};

/** User part of a SIP URI. */
export const userOf = (uri: string): string => /^sips?:([^@;]*)@/.exec(uri)?.[1] ?? '';

import type { ReceptionFigures } from './rtp-receiver.ts';

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const BYE = 203;
const CNAME = 1;
const REPORT_BLOCK = 24;
/** Seconds from 1900 to 1970. */
const NTP_ERA = 2_208_988_800;
/** Reports read of one compound packet at most. */
const MOST_BLOCKS = 31;

/** NTP time stamp of wall time in ms, as seconds and 32-bit fraction (RFC 3550 §4). */
export const ntpOf = (wallMs: number): readonly [seconds: number, fraction: number] => {
  const seconds = Math.floor(wallMs / 1000);
  return [(seconds + NTP_ERA) >>> 0, Math.floor(((wallMs - seconds * 1000) / 1000) * 0x100000000) >>> 0];
};

/** The middle 32 bits: units of 1/65536 s. */
const middle = (ntp: readonly [number, number]): number => (((ntp[0] & 0xffff) << 16) | (ntp[1] >>> 16)) >>> 0;

/** What the far end says in its reports. */
export type FarReport = {
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  /** In timestamp units. */
  readonly jitter: number;
  readonly roundTripMs: number | undefined;
};

export type SenderFigures = { readonly packets: number; readonly octets: number; readonly timestamp: number };

export type ReportToSend = {
  readonly ssrc: number;
  readonly cname: string;
  readonly wallMs: number;
  /** Left out when nothing was sent since the last report: a receiver report goes out. */
  readonly sender?: SenderFigures;
  readonly reception?: ReceptionFigures & { readonly ssrc: number };
  readonly bye: boolean;
};

/** Keeps what RTCP must remember of the far end: its last sender report, and what it said of us (RFC 3550 §6.4). */
export class RtcpPeer {
  #lastSenderReport = 0;
  #lastSenderReportAt = 0;
  report: FarReport | undefined;

  /** Reads a compound packet; anything that does not fit is left unread. Returns true when it held a BYE. */
  receive(datagram: Buffer, ourSsrc: number, now: number, wallMs: number): boolean {
    let bye = false;
    for (let at = 0; at + 8 <= datagram.length; ) {
      if (datagram[at]! >> 6 !== 2) return bye;
      const end = at + 4 + 4 * datagram.readUInt16BE(at + 2);
      if (end > datagram.length) return bye;
      const type = datagram[at + 1]!;
      const count = datagram[at]! & 0x1f;
      if (type === SENDER_REPORT && end - at >= 28) this.#senderReport(datagram, at, now);
      if (type === SENDER_REPORT) this.#blocks(datagram, at + 28, end, count, ourSsrc, wallMs);
      if (type === RECEIVER_REPORT) this.#blocks(datagram, at + 8, end, count, ourSsrc, wallMs);
      if (type === BYE) bye = true;
      at = end;
    }
    return bye;
  }

  /** Compound packet: SR or RR, SDES with CNAME, and BYE at the end (RFC 3550 §6.1). */
  compose(report: ReportToSend, now: number): Buffer {
    const parts = [this.#report(report, now), sourceDescription(report.ssrc, report.cname)];
    if (report.bye) {
      const bye = header(1, BYE, 8);
      bye.writeUInt32BE(report.ssrc, 4);
      parts.push(bye);
    }
    return Buffer.concat(parts);
  }

  #report(report: ReportToSend, now: number): Buffer {
    const blockAt = report.sender ? 28 : 8;
    const length = blockAt + (report.reception ? REPORT_BLOCK : 0);
    const packet = header(report.reception ? 1 : 0, report.sender ? SENDER_REPORT : RECEIVER_REPORT, length);
    packet.writeUInt32BE(report.ssrc, 4);
    if (report.sender) {
      const ntp = ntpOf(report.wallMs);
      packet.writeUInt32BE(ntp[0], 8);
      packet.writeUInt32BE(ntp[1], 12);
      packet.writeUInt32BE(report.sender.timestamp >>> 0, 16);
      packet.writeUInt32BE(report.sender.packets >>> 0, 20);
      packet.writeUInt32BE(report.sender.octets >>> 0, 24);
    }
    if (report.reception) this.#writeBlock(packet, blockAt, report.reception, now);
    return packet;
  }

  #writeBlock(packet: Buffer, at: number, reception: ReceptionFigures & { readonly ssrc: number }, now: number): void {
    packet.writeUInt32BE(reception.ssrc, at);
    packet.writeInt32BE((reception.fractionLost << 24) | (reception.cumulativeLost & 0xffffff), at + 4);
    packet.writeUInt32BE(reception.highestSequence, at + 8);
    packet.writeUInt32BE(reception.jitter >>> 0, at + 12);
    packet.writeUInt32BE(this.#lastSenderReport, at + 16);
    const sinceMs = this.#lastSenderReport === 0 ? 0 : now - this.#lastSenderReportAt;
    packet.writeUInt32BE(Math.round((sinceMs * 65536) / 1000) >>> 0, at + 20);
  }

  #senderReport(datagram: Buffer, at: number, now: number): void {
    this.#lastSenderReport = middle([datagram.readUInt32BE(at + 8), datagram.readUInt32BE(at + 12)]);
    this.#lastSenderReportAt = now;
  }

  #blocks(datagram: Buffer, from: number, end: number, count: number, ourSsrc: number, wallMs: number): void {
    for (let block = 0; block < Math.min(count, MOST_BLOCKS); block++) {
      const at = from + block * REPORT_BLOCK;
      if (at + REPORT_BLOCK > end) return;
      if (datagram.readUInt32BE(at) !== ourSsrc) continue;
      this.report = {
        fractionLost: datagram[at + 4]!,
        cumulativeLost: datagram.readIntBE(at + 5, 3),
        jitter: datagram.readUInt32BE(at + 12),
        roundTripMs: roundTrip(datagram.readUInt32BE(at + 16), datagram.readUInt32BE(at + 20), wallMs),
      };
    }
  }
}

/** RFC 3550 §6.4.1: A - LSR - DLSR; a figure that cannot be (clock stepped, mutated packet) is left out. */
const roundTrip = (lastReport: number, delay: number, wallMs: number): number | undefined => {
  if (lastReport === 0) return undefined;
  const units = (middle(ntpOf(wallMs)) - lastReport - delay) | 0;
  const ms = (units * 1000) / 65536;
  return ms < -1 || ms > 60_000 ? undefined : Math.max(0, ms);
};

const header = (count: number, type: number, length: number): Buffer => {
  const packet = Buffer.alloc(length);
  packet[0] = 0x80 | count;
  packet[1] = type;
  packet.writeUInt16BE(length / 4 - 1, 2);
  return packet;
};

const sourceDescription = (ssrc: number, cname: string): Buffer => {
  const name = Buffer.from(cname).subarray(0, 255);
  const length = 4 + Math.ceil((4 + 2 + name.length + 1) / 4) * 4;
  const packet = header(1, SOURCE_DESCRIPTION, length);
  packet.writeUInt32BE(ssrc, 4);
  packet[8] = CNAME;
  packet[9] = name.length;
  name.copy(packet, 10);
  return packet;
};

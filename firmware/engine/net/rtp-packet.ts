/** Octets of the RTP header that we send (RFC 3550 §5.1, no CSRC, no extension). */
export const RTP_HEADER = 12;

/** A received RTP packet, as positions within its datagram. */
export type RtpView = {
  marker: boolean;
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payloadFrom: number;
  payloadTo: number;
};

export const emptyRtpView = (): RtpView => ({
  marker: false,
  payloadType: 0,
  sequence: 0,
  timestamp: 0,
  ssrc: 0,
  payloadFrom: 0,
  payloadTo: 0,
});

/** Reads a datagram into `view` without copying; false when it is not an RTP packet (RFC 3550 A.1). */
export const readRtp = (datagram: Buffer, view: RtpView): boolean => {
  if (datagram.length < RTP_HEADER || datagram[0]! >> 6 !== 2) return false;
  const flags = datagram[0]!;
  let from = RTP_HEADER + 4 * (flags & 0x0f);
  if (flags & 0x10) {
    if (datagram.length < from + 4) return false;
    from += 4 + 4 * datagram.readUInt16BE(from + 2);
  }
  let to = datagram.length;
  if (flags & 0x20) {
    const padding = datagram[to - 1]!;
    if (padding === 0) return false;
    to -= padding;
  }
  if (from > to) return false;
  view.marker = (datagram[1]! & 0x80) !== 0;
  view.payloadType = datagram[1]! & 0x7f;
  view.sequence = datagram.readUInt16BE(2);
  view.timestamp = datagram.readUInt32BE(4);
  view.ssrc = datagram.readUInt32BE(8);
  view.payloadFrom = from;
  view.payloadTo = to;
  return true;
};

export const writeRtpHeader = (
  datagram: Buffer,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void => {
  datagram[0] = 0x80;
  datagram[1] = (marker ? 0x80 : 0) | payloadType;
  datagram.writeUInt16BE(sequence & 0xffff, 2);
  datagram.writeUInt32BE(timestamp >>> 0, 4);
  datagram.writeUInt32BE(ssrc >>> 0, 8);
};

/** Signed distance from `from` to `to` on the circle of 32-bit timestamps. */
export const timestampDistance = (from: number, to: number): number => (to - from) | 0;

/** Signed distance from `from` to `to` on the circle of 16-bit sequence numbers. */
export const sequenceDistance = (from: number, to: number): number => ((to - from) << 16) >> 16;

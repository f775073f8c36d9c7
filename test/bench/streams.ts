import type { Datagram } from './packets.ts';

/** One RTP packet of a stream, its numbers counted on over their wrap. */
export type Voice = {
  readonly atMs: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly payloadType: number;
  readonly payload: Buffer;
};

/** What one source sent from one port: the packets of one context towards one far end. */
export type VoiceStream = { readonly ssrc: number; readonly port: number; readonly packets: readonly Voice[] };

const HEADER = 12;
const PCMU = 0;
const PCMA = 8;

/** `low` (of so many bits) as the number nearest to `before` that has these low bits. */
const countedOn = (before: number, low: number, bits: number): number => {
  const whole = 2 ** bits;
  const step = (((low - before) % whole) + whole) % whole;
  return before + (step < whole / 2 ? step : step - whole);
};

const voiceOf = ({ atMs, payload }: Datagram, before: Voice | undefined): Voice => {
  const [sequence, timestamp] = [payload.readUInt16BE(2), payload.readUInt32BE(4)];
  return {
    atMs,
    sequence: before ? countedOn(before.sequence, sequence, 16) : sequence,
    timestamp: before ? countedOn(before.timestamp, timestamp, 32) : timestamp,
    payloadType: payload[1]! & 0x7f,
    payload: payload.subarray(HEADER),
  };
};

/** G.711 packets (RFC 3550, RFC 3551) that `host` sent, by source; events and RTCP are left out. */
export const voiceStreams = (datagrams: readonly Datagram[], host: string): VoiceStream[] => {
  const found = new Map<string, { ssrc: number; port: number; packets: Voice[] }>();
  for (const datagram of datagrams) {
    const { payload, from, fromPort } = datagram;
    if (from !== host || payload.length < HEADER || payload[0] !== 0x80) continue;
    const type = payload[1]! & 0x7f;
    if (type !== PCMU && type !== PCMA) continue;
    const ssrc = payload.readUInt32BE(8);
    const key = `${fromPort} ${ssrc}`;
    const stream = found.get(key) ?? { ssrc, port: fromPort, packets: [] };
    stream.packets.push(voiceOf(datagram, stream.packets.at(-1)));
    found.set(key, stream);
  }
  return [...found.values()];
};

/** Frames of `samples` samples that a stream left out between its first and its last packet, by both its counters. */
export const skippedFrames = ({ packets }: VoiceStream, samples = 160): number => {
  let skipped = 0;
  for (let i = 1; i < packets.length; i++) {
    const bySequence = packets[i]!.sequence - packets[i - 1]!.sequence - 1;
    const byTimestamp = (packets[i]!.timestamp - packets[i - 1]!.timestamp) / samples - 1;
    skipped += Math.max(0, bySequence, byTimestamp);
  }
  return skipped;
};

/** How many samples of a G.711 packet lie in the loudest segment, at half of full scale or above. */
export const loudSamples = ({ payload, payloadType }: Voice): number => {
  const flip = payloadType === PCMA ? 0x55 : 0xff;
  let loud = 0;
  for (const byte of payload) if (((byte ^ flip) & 0x70) === 0x70) loud++;
  return loud;
};

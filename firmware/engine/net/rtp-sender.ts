import { randomInt } from 'node:crypto';
import type { Codec } from '../../engine-protocol/messages.ts';
import { lawOf } from '../codec/codec.ts';
import { encodeG711, type G711 } from '../codec/g711.ts';
import { RTP_HEADER, writeRtpHeader } from './rtp-packet.ts';
import { EVENT_PAYLOAD, EventSender } from './telephone-event.ts';

const FRAME = 160;
const LONGEST_PTIME_MS = 60;
const LARGEST = RTP_HEADER + LONGEST_PTIME_MS * 8;
/** A packet's memory is used again after so many: the kernel has long taken it by then. */
const BUFFERS = 16;

/** Makes the packets of one RTP stream (RFC 3550 §5.1, RFC 3551 §4.1, RFC 4733). */
export class RtpSender {
  readonly ssrc = randomInt(1, 0xffffffff);
  readonly events = new EventSender();
  readonly #send: (packet: Buffer, length: number) => void;
  readonly #buffers = Array.from({ length: BUFFERS }, () => Buffer.alloc(LARGEST));
  readonly #eventBuffers = Array.from({ length: BUFFERS }, () => Buffer.alloc(RTP_HEADER + EVENT_PAYLOAD));
  #buffer = 0;
  #eventBuffer = 0;
  #sequence = randomInt(0, 0x10000);
  #timestamp = randomInt(0, 0x100000000);
  #packetFrom = 0;
  #filled = 0;
  #talkspurt = true;
  #law: G711;
  #payloadType: number;
  #eventPayloadType: number | undefined;
  #packetSamples = FRAME;
  packets = 0;
  octets = 0;

  constructor(codec: Codec, send: (packet: Buffer, length: number) => void) {
    this.#law = lawOf(codec);
    this.#payloadType = codec.payloadType;
    this.#send = send;
  }

  /** The timestamp of the frame that is sent next. */
  get timestamp(): number {
    return this.#timestamp;
  }

  configure(codec: Codec, ptimeMs: number, eventPayloadType: number | undefined): void {
    const packetSamples = Math.min(LONGEST_PTIME_MS, Math.max(10, Math.round(ptimeMs / 10) * 10)) * 8;
    if (codec.payloadType !== this.#payloadType || packetSamples !== this.#packetSamples) this.#filled = 0;
    this.#law = lawOf(codec);
    this.#payloadType = codec.payloadType;
    this.#packetSamples = packetSamples;
    this.#eventPayloadType = eventPayloadType;
  }

  /** Sends a frame of audio; while a digit sounds the event takes its place. */
  frame(samples: Int16Array): void {
    const muted = this.events.sounding;
    if (this.events.busy) this.#sendEvent();
    if (muted && this.events.sounding) this.#pass();
    else this.#audio(samples);
  }

  /** Time goes on without a packet: nothing is to be said. The next packet begins a talkspurt (RFC 3551 §4.1). */
  #pass(): void {
    this.#timestamp = (this.#timestamp + FRAME) >>> 0;
    this.#filled = 0;
    this.#talkspurt = true;
  }

  /** A frame in which nothing is sent. */
  silent(): void {
    if (this.events.busy) this.#sendEvent();
    this.#pass();
  }

  beginDigit(digit: string, sinceMs: number): void {
    if (this.#eventPayloadType === undefined) return;
    this.events.begin(digit, this.#timestamp, Math.round(sinceMs * 8));
  }

  #audio(samples: Int16Array): void {
    for (let from = 0; from < FRAME; ) {
      if (this.#filled === 0) this.#packetFrom = this.#timestamp;
      const count = Math.min(FRAME - from, this.#packetSamples - this.#filled);
      encodeG711(this.#law, samples, from, count, this.#buffers[this.#buffer]!, RTP_HEADER + this.#filled);
      this.#filled += count;
      from += count;
      this.#timestamp = (this.#timestamp + count) >>> 0;
      if (this.#filled === this.#packetSamples) this.#flush();
    }
  }

  #flush(): void {
    const packet = this.#buffers[this.#buffer]!;
    writeRtpHeader(packet, this.#talkspurt, this.#payloadType, this.#sequence, this.#packetFrom, this.ssrc);
    this.#talkspurt = false;
    this.#out(packet, this.#filled);
    this.#filled = 0;
    this.#buffer = (this.#buffer + 1) % BUFFERS;
  }

  #sendEvent(): void {
    const packet = this.#eventBuffers[this.#eventBuffer]!;
    const due = this.events.next(packet);
    if (!due || this.#eventPayloadType === undefined) return;
    writeRtpHeader(packet, due.marker, this.#eventPayloadType, this.#sequence, due.timestamp, this.ssrc);
    this.#out(packet, EVENT_PAYLOAD);
    this.#eventBuffer = (this.#eventBuffer + 1) % BUFFERS;
  }

  #out(packet: Buffer, payload: number): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.packets++;
    this.octets += payload;
    this.#send(packet, RTP_HEADER + payload);
  }
}

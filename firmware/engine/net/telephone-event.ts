import { RTP_HEADER, timestampDistance } from './rtp-packet.ts';

/** Named events of RFC 4733 §3.2 by number. */
const EVENTS = '0123456789*#ABCD';
const FRAME = 160;
const END_PACKETS = 3;
const LONGEST_DURATION = 0xffff;
/** -10 dBm0, as power below 0 dBm0 (RFC 4733 §2.3.4). */
const VOLUME = 10;
/** An event whose end was lost ends after three packet times of the slowest sender in use (RFC 4733 §2.6.1). */
const SILENT_END_MS = 150;

export const eventNumber = (digit: string): number => EVENTS.indexOf(digit);

/** One packet of the sender: `marker` at the first; the timestamp stays that of the beginning. */
export type EventPacket = { marker: boolean; timestamp: number };

/** Sends digits as events: a packet each 20 ms while the digit lasts, then three that say the end. */
export class EventSender {
  #event = -1;
  #timestamp = 0;
  #duration = 0;
  #first = false;
  #ending = false;
  #endsLeft = 0;
  readonly #packet: EventPacket = { marker: false, timestamp: 0 };

  /** True while audio must be kept back: from the beginning to the first packet that says the end. */
  get sounding(): boolean {
    return this.#event >= 0 && this.#endsLeft === END_PACKETS;
  }

  get busy(): boolean {
    return this.#event >= 0;
  }

  /** Begins a digit that has already lasted `sinceSamples` at `timestamp`. One that still runs is given up. */
  begin(digit: string, timestamp: number, sinceSamples: number): void {
    const event = eventNumber(digit);
    if (event < 0) return;
    this.#event = event;
    this.#timestamp = (timestamp - sinceSamples) >>> 0;
    this.#duration = sinceSamples;
    this.#first = true;
    this.#ending = false;
    this.#endsLeft = END_PACKETS;
  }

  end(): void {
    this.#ending = true;
  }

  /** Writes the payload due in this frame behind the RTP header; `undefined` when none is due. */
  next(datagram: Buffer): EventPacket | undefined {
    if (this.#event < 0) return undefined;
    if (this.#endsLeft === END_PACKETS) this.#lengthen();
    this.#packet.marker = this.#first;
    this.#packet.timestamp = this.#timestamp;
    datagram[RTP_HEADER] = this.#event;
    datagram[RTP_HEADER + 1] = (this.#ending ? 0x80 : 0) | VOLUME;
    datagram.writeUInt16BE(this.#duration, RTP_HEADER + 2);
    this.#first = false;
    if (this.#ending && --this.#endsLeft === 0) this.#event = -1;
    return this.#packet;
  }

  /** Beyond the 16 bits of the duration a new segment begins where the last one ends (RFC 4733 §2.5.1.3). */
  #lengthen(): void {
    if (this.#duration + FRAME > LONGEST_DURATION) {
      this.#timestamp = (this.#timestamp + this.#duration) >>> 0;
      this.#duration = 0;
    }
    this.#duration += FRAME;
  }
}
export const EVENT_PAYLOAD = 4;

export type EventListener = {
  began(digit: string, sinceMs: number): void;
  ended(digit: string, lastedMs: number): void;
};

/** Receives events: one digit an event, whichever of its packets are lost, repeated or late. */
export class EventReceiver {
  readonly #listener: EventListener;
  #digit: string | undefined;
  #timestamp = 0;
  #duration = 0;
  #earlierSegments = 0;
  #heardAt = 0;
  #last: number | undefined;

  constructor(listener: EventListener) {
    this.#listener = listener;
  }

  get sounding(): boolean {
    return this.#digit !== undefined;
  }

  /** Another source: its timestamps have nothing to do with the old ones. */
  reset(): void {
    this.#finish();
    this.#last = undefined;
  }

  receive(datagram: Buffer, from: number, to: number, timestamp: number, now: number): void {
    const digit = EVENTS[datagram[from]!];
    if (to - from < EVENT_PAYLOAD || digit === undefined) return;
    if (this.#last !== undefined && timestampDistance(this.#last, timestamp) <= 0) return;
    const duration = datagram.readUInt16BE(from + 2);
    if (this.#digit === undefined) this.#begin(digit, timestamp, duration);
    else if (timestamp !== this.#timestamp) this.#another(digit, timestamp, duration);
    this.#heardAt = now;
    if (timestamp === this.#timestamp && duration > this.#duration) this.#duration = duration;
    if (timestamp === this.#timestamp && datagram[from + 1]! & 0x80) this.#finish();
  }

  /** Ends an event of which nothing has come for long. */
  tend(now: number): void {
    if (this.#digit !== undefined && now - this.#heardAt > SILENT_END_MS) this.#finish();
  }

  #begin(digit: string, timestamp: number, duration: number): void {
    this.#digit = digit;
    this.#timestamp = timestamp;
    this.#duration = duration;
    this.#earlierSegments = 0;
    this.#listener.began(digit, duration / 8);
  }

  #another(digit: string, timestamp: number, duration: number): void {
    const distance = timestampDistance(this.#timestamp, timestamp);
    if (distance < 0) return;
    if (digit === this.#digit && distance <= LONGEST_DURATION && this.#duration + 2 * FRAME > LONGEST_DURATION) {
      this.#earlierSegments += distance;
      this.#timestamp = timestamp;
      this.#duration = duration;
      return;
    }
    this.#finish();
    this.#begin(digit, timestamp, duration);
  }

  #finish(): void {
    const digit = this.#digit;
    if (digit === undefined) return;
    this.#digit = undefined;
    this.#last = this.#timestamp;
    this.#listener.ended(digit, (this.#earlierSegments + this.#duration) / 8);
  }
}

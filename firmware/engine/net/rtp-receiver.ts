import { type RtpView, sequenceDistance } from './rtp-packet.ts';

/** RFC 3550 A.1. */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;
const SAMPLES_PER_MS = 8;

/** What a reception report says of our receiving (RFC 3550 §6.4.1). */
export type ReceptionFigures = {
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  readonly jitter: number;
};

/** `restarted`: another source or a new beginning, whose timestamps have nothing to do with the old ones. */
export type Judged = 'taken' | 'repeated' | 'restarted' | 'refused';

/** Follows one source of RTP: sequence with its cycles, loss and jitter (RFC 3550 A.1, A.3, A.8). */
export class RtpReceiver {
  #known = false;
  #ssrc = 0;
  #otherSsrc = 0;
  #otherExpected = -1;
  #base = 0;
  #highest = 0;
  #cycles = 0;
  #badSequence = -1;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #transit: number | undefined;
  #jitter = 0;
  #lostEarlier = 0;
  readonly #seen = new Int32Array(1024).fill(-1);
  /** Packets of all sources taken so far, repeated ones left out. */
  packets = 0;

  get known(): boolean {
    return this.#known;
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  get jitterMs(): number {
    return this.#jitter / SAMPLES_PER_MS;
  }

  /** Packets lost so far, of all sources. */
  get lost(): number {
    return this.#lostEarlier + this.#lostOfSource();
  }

  /**
   * Judges a packet that arrived at `now` (ms). Only `timed` ones count for jitter: the timestamp of a telephone
   * event stands still.
   */
  take(packet: RtpView, now: number, timed: boolean): Judged {
    const judged = this.#judge(packet);
    if (timed && (judged === 'taken' || judged === 'restarted')) this.#measure(packet, now);
    return judged;
  }

  #judge(packet: RtpView): Judged {
    if (!this.#known) return this.#start(packet);
    return packet.ssrc === this.#ssrc ? this.#follow(packet) : this.#other(packet);
  }

  /** The figures since the last call; for one report. */
  report(): ReceptionFigures {
    const expected = this.#expected();
    const expectedSince = expected - this.#expectedBefore;
    const lostSince = expectedSince - (this.#received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    return {
      fractionLost: expectedSince <= 0 || lostSince <= 0 ? 0 : Math.floor((lostSince * 256) / expectedSince) & 0xff,
      cumulativeLost: Math.max(-0x800000, Math.min(0x7fffff, expected - this.#received)),
      highestSequence: (this.#cycles * 0x10000 + this.#highest) >>> 0,
      jitter: Math.floor(this.#jitter),
    };
  }

  #expected(): number {
    return this.#known ? this.#cycles * 0x10000 + this.#highest - this.#base + 1 : 0;
  }

  #lostOfSource(): number {
    return Math.max(0, this.#expected() - this.#received);
  }

  #start(packet: RtpView): Judged {
    if (this.#known) this.#lostEarlier += this.#lostOfSource();
    this.#known = true;
    this.#ssrc = packet.ssrc;
    this.#otherExpected = -1;
    this.#restart(packet.sequence);
    this.#count(packet);
    return 'restarted';
  }

  #restart(sequence: number): void {
    this.#base = sequence;
    this.#highest = sequence;
    this.#cycles = 0;
    this.#badSequence = -1;
    this.#received = 0;
    this.#expectedBefore = 0;
    this.#receivedBefore = 0;
    this.#transit = undefined;
    this.#seen.fill(-1);
  }

  /** Another source must send two packets in a row before it is believed. */
  #other(packet: RtpView): Judged {
    const inRow = packet.ssrc === this.#otherSsrc && packet.sequence === this.#otherExpected;
    this.#otherSsrc = packet.ssrc;
    this.#otherExpected = (packet.sequence + 1) & 0xffff;
    return inRow ? this.#start(packet) : 'refused';
  }

  #follow(packet: RtpView): Judged {
    const step = sequenceDistance(this.#highest, packet.sequence);
    if (step > 0 && step < MAX_DROPOUT) {
      if (packet.sequence < this.#highest) this.#cycles++;
      this.#highest = packet.sequence;
    } else if (step > -MAX_MISORDER && step <= 0) {
      if (this.#seen[packet.sequence & 1023] === packet.sequence) return 'repeated';
    } else if (packet.sequence === this.#badSequence) {
      return this.#start(packet);
    } else {
      this.#badSequence = (packet.sequence + 1) & 0xffff;
      return 'refused';
    }
    this.#badSequence = -1;
    this.#count(packet);
    return 'taken';
  }

  #count(packet: RtpView): void {
    this.#seen[packet.sequence & 1023] = packet.sequence;
    this.#received++;
    this.packets++;
  }

  #measure(packet: RtpView, now: number): void {
    const transit = Math.round(now * SAMPLES_PER_MS) - packet.timestamp;
    if (this.#transit !== undefined) {
      const distance = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (distance - this.#jitter) / 16;
    }
    this.#transit = transit;
  }
}

import type { Clock } from '../../core/clock.ts';
import type { NetEvent } from '../../engine-protocol/events.ts';
import type { Tone } from '../../engine-protocol/hardware.ts';
import type { Mode, NetId } from '../../engine-protocol/ids.ts';
import type { Detector, NetMedia, NetStatistics, SubtractReply } from '../../engine-protocol/messages.ts';
import { FRAME_MS, FRAME_SAMPLES } from '../frame.ts';
import { RtpSession } from '../net/rtp-session.ts';
import type { SocketPair } from '../net/sockets.ts';
import { DtmfDetector } from '../sound/dtmf-detector.ts';
import { ToneGenerator } from '../sound/tone-generator.ts';
import type { CarriedDigit, Termination, TerminationHost } from './termination.ts';

const SENT_DIGIT_MS = 100;
const SENT_PAUSE_MS = 100;
const QUIET = new Int16Array(FRAME_SAMPLES);

export type NetSurroundings = {
  readonly host: TerminationHost;
  readonly clock: Clock;
  readonly random: () => number;
  /** Canonical name of this box in RTCP (RFC 3550 §6.5.1). */
  readonly cname: string;
};

/** An RTP stream as an end of a context. */
export class NetTermination implements Termination {
  readonly id: NetId;
  mode: Mode;
  detect: readonly Detector[] = [];
  readonly heard = new Int16Array(FRAME_SAMPLES);
  readonly #host: TerminationHost;
  readonly #clock: Clock;
  readonly #session: RtpSession;
  readonly #tone = new ToneGenerator();
  readonly #toneFrame = new Int16Array(FRAME_SAMPLES);
  readonly #detector: DtmfDetector;
  #local: readonly [address: string, port: number];
  #toneName: string | undefined;
  #yields = false;
  #digits: string[] = [];
  #digitUntil = 0;
  #digitSounds = false;
  #watchFrom: number;
  #arrived = false;
  #lost = false;
  #cameNow = false;
  /** A far end that sends events may leave the tone in its audio as well: it is then no second digit. */
  #eventsCame = false;

  constructor(id: NetId, mode: Mode, sockets: SocketPair, around: NetSurroundings) {
    this.id = id;
    this.mode = mode;
    this.#local = [sockets.address, sockets.port];
    this.#host = around.host;
    this.#clock = around.clock;
    this.#watchFrom = around.clock.now();
    const heardEvents = this.#digitListener(false, 'event');
    this.#session = new RtpSession(sockets, around.clock, around.cname, around.random, heardEvents);
    this.#detector = new DtmfDetector(this.#digitListener(true, 'dtmf'));
  }

  /** Where it listens. */
  get local(): readonly [address: string, port: number] {
    return this.#local;
  }

  get digitInAudio(): boolean {
    return this.#detectsTones && this.#detector.present;
  }

  get digitsApart(): boolean {
    return this.#digitsBy !== undefined && this.#digitsBy !== 'inBand';
  }

  get digitsToControl(): boolean {
    return this.#digitsBy === 'control';
  }

  get mediaCame(): boolean {
    return this.#cameNow;
  }

  get signal(): string | undefined {
    return this.#toneName;
  }

  get #digitsBy(): 'event' | 'inBand' | 'control' | undefined {
    return this.#session.media?.digits.by;
  }

  get #detectsTones(): boolean {
    return this.#digitsBy === 'inBand' || this.detect.includes('digits');
  }

  configure(media: NetMedia): void {
    this.#session.configure(media);
    this.#watchFrom = this.#clock.now();
    this.#lost = false;
  }

  /** Goes on over other sockets, with the same stream; whether media comes is watched from now on. */
  bind(sockets: SocketPair): void {
    this.#local = [sockets.address, sockets.port];
    this.#session.bind(sockets);
    this.#watchFrom = this.#clock.now();
    this.#lost = false;
  }

  play(name: string, tone: Tone, yields: boolean): void {
    this.#toneName = name;
    this.#yields = yields;
    this.#tone.start(tone);
  }

  stopPlaying(): void {
    this.#toneName = undefined;
    this.#tone.stop();
    this.#digits = [];
  }

  /** Sends digits as events, one after the other. */
  sendDigits(digits: string): void {
    this.#digits.push(...digits);
  }

  yieldToMedia(): void {
    if (this.#yields && this.#toneName) this.stopPlaying();
  }

  read(now: number): void {
    this.#session.read(this.heard, now);
    if (this.#detectsTones) this.#detector.write(this.heard);
    this.#watch(now);
  }

  write(frame: Int16Array | undefined, now: number): void {
    const sender = this.#session.sender;
    if (!this.#session.media) return;
    this.#sendQueuedDigits(now);
    if (this.#tone.playing) {
      this.#tone.read(this.#toneFrame);
      if (!this.#tone.playing) this.#toneName = undefined;
      sender.frame(this.#toneFrame);
    } else if (this.mode === 'sendReceive' || this.mode === 'sendOnly') sender.frame(frame ?? QUIET);
    else sender.silent();
  }

  carry(digit: CarriedDigit): void {
    if (this.#digitsBy === 'event') {
      if (digit.phase === 'began') this.#session.sender.beginDigit(digit.digit, digit.sinceMs);
      else this.#session.sender.events.end();
    }
  }

  statistics(now: number): NetStatistics {
    return this.#session.statistics(this.id, now);
  }

  async close(now: number): Promise<SubtractReply> {
    const statistics = this.statistics(now);
    this.#session.close(now);
    return { statistics };
  }

  /** Says once that media came, and once that it stopped. */
  #watch(now: number): void {
    const cameAt = this.#session.cameAt;
    this.#cameNow = cameAt !== undefined && now - cameAt < FRAME_MS;
    if (this.#cameNow && (!this.#arrived || this.#lost)) {
      this.#arrived = true;
      this.#lost = false;
      this.#happened({ is: 'mediaArrived' }, now);
    }
    const lostAfterMs = this.#session.media?.lostAfterMs ?? 0;
    if (lostAfterMs === 0 || this.#lost) return;
    if (now - Math.max(this.#watchFrom, cameAt ?? this.#watchFrom) < lostAfterMs) return;
    this.#lost = true;
    this.#happened({ is: 'mediaLost', cause: cameAt === undefined ? 'none came' : 'stopped' }, now);
  }

  #happened(event: NetEvent, at: number): void {
    this.#host.happened(this.id, event, at);
  }

  #digitListener(inAudio: boolean, heardBy: 'dtmf' | 'event') {
    return {
      began: (digit: string, sinceMs: number) => {
        if (heardBy === 'event') this.#eventsCame = true;
        this.#digit({ phase: 'began', digit, sinceMs, inAudio });
      },
      ended: (digit: string, lastedMs: number) => this.#digit({ phase: 'ended', digit, lastedMs, inAudio, heardBy }),
    };
  }

  #digit(digit: CarriedDigit): void {
    const isTwin = digit.inAudio && this.#eventsCame && this.#digitsBy !== 'inBand';
    if (!isTwin) this.#host.digit(this, digit, this.#clock.now());
  }

  #sendQueuedDigits(now: number): void {
    if (now < this.#digitUntil) return;
    if (this.#digitSounds) {
      this.#digitSounds = false;
      this.#session.sender.events.end();
      this.#digitUntil = now + SENT_PAUSE_MS;
      return;
    }
    const digit = this.#digits.shift();
    if (digit === undefined) return;
    this.#session.sender.beginDigit(digit, 0);
    this.#digitSounds = true;
    this.#digitUntil = now + SENT_DIGIT_MS;
  }
}

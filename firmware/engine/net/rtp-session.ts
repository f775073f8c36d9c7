import type { RemoteInfo } from 'node:dgram';
import type { Clock } from '../../core/clock.ts';
import type { NetId } from '../../engine-protocol/ids.ts';
import type { Codec, Jitter, NetMedia, NetStatistics } from '../../engine-protocol/messages.ts';
import { lawOf } from '../codec/codec.ts';
import { SAMPLES_PER_MS } from '../frame.ts';
import { FarEnd } from './far-end.ts';
import { JitterBuffer } from './jitter-buffer.ts';
import { RtcpPeer } from './rtcp.ts';
import { emptyRtpView, readRtp } from './rtp-packet.ts';
import { RtpReceiver } from './rtp-receiver.ts';
import { RtpSender } from './rtp-sender.ts';
import type { SocketPair } from './sockets.ts';
import { type EventListener, EventReceiver } from './telephone-event.ts';

const RTCP_INTERVAL_MS = 5000;
/** A far end silent for so long may have moved: it is looked for anew. */
const UNLATCH_MS = 2000;
const STARTING_CODEC: Codec = { name: 'PCMA', payloadType: 8 };
const STARTING_JITTER: Jitter = { kind: 'adaptive', minMs: 20, initialMs: 60, maxMs: 200 };

/** One RTP stream each way with its RTCP, over a pair of sockets (RFC 3550). */
export class RtpSession {
  readonly sender: RtpSender;
  #sockets: SocketPair;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #cname: string;
  readonly #view = emptyRtpView();
  readonly #receiver = new RtpReceiver();
  readonly #rtcp = new RtcpPeer();
  readonly #buffer = new JitterBuffer(STARTING_JITTER);
  readonly #events: EventReceiver;
  #media: NetMedia | undefined;
  #far: FarEnd | undefined;
  #rtcpAt: number;
  #sentAtReport = 0;
  #wallLessMonotonic: number;
  /** When the last packet came; `undefined` until the first. */
  cameAt: number | undefined;

  constructor(sockets: SocketPair, clock: Clock, cname: string, random: () => number, events: EventListener) {
    this.#sockets = sockets;
    this.#clock = clock;
    this.#random = random;
    this.#cname = cname;
    const now = clock.now();
    // Wall time may be set while a call runs; the time stamps of reports must not jump with it.
    this.#wallLessMonotonic = clock.wall() - now;
    this.#rtcpAt = now + this.#rtcpPause() / 2;
    this.sender = new RtpSender(STARTING_CODEC, (packet, length) => this.#send(packet, length));
    this.#events = new EventReceiver(events);
    this.#listen();
  }

  get media(): NetMedia | undefined {
    return this.#media;
  }

  /** The stream's format and far end; a far end that moved is latched to anew. */
  configure(media: NetMedia): void {
    const [address, port] = media.remote;
    const before = this.#media?.remote;
    if (!before || before[0] !== address || before[1] !== port) {
      this.#sockets.disconnect();
      this.#far = new FarEnd(address, port);
    }
    this.#media = media;
    this.#buffer.shape = media.jitter;
    this.sender.configure(
      media.send,
      media.ptimeMs,
      media.digits.by === 'event' ? media.digits.payloadType : undefined,
    );
  }

  /**
   * The own address has changed: the stream goes on over other sockets, with its SSRC and sequence, and the far end is
   * latched to anew. The old sockets are closed without a BYE: the stream does not end.
   */
  bind(sockets: SocketPair): void {
    this.#sockets.close();
    this.#sockets = sockets;
    this.#far?.unlatch();
    this.#listen();
  }

  /** Fills the next frame from the far end. */
  read(frame: Int16Array, now: number): void {
    this.#events.tend(now);
    this.#buffer.take(frame, now, this.#events.sounding);
    if (now >= this.#rtcpAt) this.#report(now);
    if (this.#far?.latched && this.cameAt !== undefined && now - this.cameAt > UNLATCH_MS) {
      this.#far.unlatch();
      this.#sockets.disconnect();
    }
  }

  statistics(net: NetId, now: number): NetStatistics {
    const far = this.#rtcp.report;
    return {
      net,
      sent: this.sender.packets,
      received: this.#receiver.packets,
      lost: this.#receiver.lost,
      late: this.#buffer.late,
      jitterMs: tenths(this.#receiver.jitterMs),
      bufferMs: tenths(this.#buffer.delayMs(now)),
      concealedMs: Math.round(this.#buffer.concealedMs),
      ...(far?.roundTripMs === undefined ? {} : { roundTripMs: tenths(far.roundTripMs) }),
      ...(far ? { remoteLost: far.cumulativeLost, remoteJitterMs: tenths(far.jitter / SAMPLES_PER_MS) } : {}),
    };
  }

  /** Says BYE and closes the sockets; an event that still sounds is ended first. */
  close(now: number): void {
    this.#events.reset();
    const spoken = this.sender.packets + this.#receiver.packets > 0;
    if (this.#far && spoken) this.#sockets.close(this.#compose(now, true), this.#far.address, this.#far.rtcpPort);
    else this.#sockets.close();
  }

  #listen(): void {
    const sockets = this.#sockets;
    // what the sockets before these still bring is not heard
    sockets.listen(
      (datagram, from) => sockets === this.#sockets && this.#rtpCame(datagram, from),
      (datagram, from) => sockets === this.#sockets && this.#rtcpCame(datagram, from),
    );
  }

  #send(packet: Buffer, length: number): void {
    if (this.#far) this.#sockets.sendRtp(packet, length, this.#far.address, this.#far.port);
  }

  #rtpCame(datagram: Buffer, from: RemoteInfo): void {
    const media = this.#media;
    const view = this.#view;
    if (!media || !this.#far || !readRtp(datagram, view) || !knows(media, view.payloadType)) return;
    const source = this.#far.judge(from.address, from.port);
    if (source === 'refused') return;
    if (source === 'latched') this.#sockets.connect(from.address, from.port);
    const now = this.#clock.now();
    const judged = this.#receiver.take(view, now, !isEvent(media, view.payloadType));
    if (judged === 'refused' || judged === 'repeated') return;
    if (judged === 'restarted') {
      this.#buffer.reset();
      this.#events.reset();
    }
    this.cameAt = now;
    this.#accept(media, datagram, now);
  }

  #accept(media: NetMedia, datagram: Buffer, now: number): void {
    const { payloadType, payloadFrom, payloadTo, timestamp } = this.#view;
    if (isEvent(media, payloadType)) {
      this.#events.receive(datagram, payloadFrom, payloadTo, timestamp, now);
      return;
    }
    for (const codec of media.receive) {
      if (codec.payloadType !== payloadType) continue;
      this.#buffer.put(timestamp, datagram, payloadFrom, payloadTo, lawOf(codec).decode, now);
      return;
    }
  }

  #rtcpCame(datagram: Buffer, from: RemoteInfo): void {
    if (!this.#far || from.address !== this.#far.address) return;
    this.#far.rtcpPort = from.port;
    const now = this.#clock.now();
    this.#rtcp.receive(datagram, this.sender.ssrc, now, this.#wall(now));
  }

  #report(now: number): void {
    this.#rtcpAt = now + this.#rtcpPause();
    if (!this.#far || this.sender.packets + this.#receiver.packets === 0) return;
    this.#sockets.sendRtcp(this.#compose(now, false), this.#far.address, this.#far.rtcpPort);
  }

  #compose(now: number, bye: boolean): Buffer {
    const { packets, octets, timestamp, ssrc } = this.sender;
    const sends = packets > this.#sentAtReport;
    this.#sentAtReport = packets;
    const reception = this.#receiver.known ? { ...this.#receiver.report(), ssrc: this.#receiver.ssrc } : undefined;
    return this.#rtcp.compose(
      {
        ssrc,
        cname: this.#cname,
        wallMs: this.#wall(now),
        bye,
        ...(sends ? { sender: { packets, octets, timestamp } } : {}),
        ...(reception ? { reception } : {}),
      },
      now,
    );
  }

  #wall(now: number): number {
    return this.#wallLessMonotonic + now;
  }

  /** RFC 3550 §6.3.1: half to one and a half of the interval, so that reports of many calls spread. */
  #rtcpPause(): number {
    return RTCP_INTERVAL_MS * (0.5 + this.#random());
  }
}

const isEvent = (media: NetMedia, payloadType: number): boolean =>
  media.digits.by === 'event' && media.digits.payloadType === payloadType;

const knows = (media: NetMedia, payloadType: number): boolean => {
  if (isEvent(media, payloadType)) return true;
  for (const codec of media.receive) if (codec.payloadType === payloadType) return true;
  return false;
};

const tenths = (value: number): number => Math.round(value * 10) / 10;

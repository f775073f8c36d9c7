import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { type Codec, payloadType } from './sdp.ts';
import { decode, encode, type Sound, samplesOf } from './sound.ts';

/** One packet as it came, its payload still in the law of its sender. */
export type Packet = {
  readonly type: number;
  readonly marker: boolean;
  readonly timestamp: number;
  readonly source: number;
  readonly payload: Buffer;
};

export type Media = {
  readonly received: number;
  readonly lost: number;
  readonly sent: number;
  /** Digits that came as telephone events (RFC 4733). */
  readonly digits: string;
};

const HEADER = 12;
const FRAME = 160;
const FRAME_MS = 20;
/** After a stop of the whole process the sound goes on from now; what was missed is not sent in a burst. */
const MOST_BEHIND = 5;
const MOST_DIGITS = 64;
const keys = '0123456789*#ABCD';

const parsePacket = (bytes: Buffer): Packet | undefined => {
  if (bytes.length < HEADER || bytes[0]! >> 6 !== 2) return undefined;
  let at = HEADER + 4 * (bytes[0]! & 15);
  if (bytes[0]! & 0x10 && bytes.length >= at + 4) at += 4 + 4 * bytes.readUInt16BE(at + 2);
  const padding = bytes[0]! & 0x20 ? bytes[bytes.length - 1]! : 0;
  if (at + padding > bytes.length) return undefined;
  return {
    type: bytes[1]! & 0x7f,
    marker: bytes[1]! >= 0x80,
    timestamp: bytes.readUInt32BE(4),
    source: bytes.readUInt32BE(8),
    payload: bytes.subarray(at, bytes.length - padding),
  };
};

const bind = (port: number, host: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners('error');
      socket.on('error', () => {});
      resolve(socket);
    });
  });

/** The even ports of a range, given out in turn so that a port rests before it is used again. */
export class Ports {
  readonly #host: string;
  readonly #first: number;
  readonly #pairs: number;
  #next = 0;

  constructor(host: string, first: number, last: number) {
    this.#host = host;
    this.#first = first + (first % 2);
    this.#pairs = Math.floor((last + 1 - this.#first) / 2);
  }

  /** A session on a free pair of ports; undefined when all are taken. */
  async open(): Promise<RtpSession | undefined> {
    for (let tries = 0; tries < this.#pairs; tries++) {
      const port = this.#first + 2 * (this.#next++ % this.#pairs);
      const sockets = await Promise.allSettled([bind(port, this.#host), bind(port + 1, this.#host)]);
      const open = sockets.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      if (open.length === 2) return new RtpSession(port, open[0]!, open[1]!);
      for (const socket of open) socket.close();
    }
    return undefined;
  }
}

/** Audio of one leg: 20 ms frames of G.711 there, whatever comes back, and its figures (RFC 3550, RFC 3551). */
export class RtpSession {
  readonly port: number;
  /** Told of each audio packet. */
  onAudio: (packet: Packet, law: Codec) => void = () => {};
  /** Told of each packet of telephone events. */
  onEvent: (packet: Packet) => void = () => {};
  readonly #socket: Socket;
  readonly #control: Socket;
  readonly #source = randomInt(2 ** 32);
  #sequence = randomInt(2 ** 15);
  #timestamp = randomInt(2 ** 31);
  #far: { host: string; port: number; law: Codec; eventType: number | undefined; sends: boolean } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #shift: { source: number; by: number } | undefined;
  #received = 0;
  #sent = 0;
  #first: number | undefined;
  #highest = 0;
  #digits = '';
  #lastEvent = -1;
  #closed = false;

  constructor(port: number, socket: Socket, control: Socket) {
    this.port = port;
    this.#socket = socket;
    this.#control = control;
    socket.on('message', (bytes) => this.#take(bytes));
  }

  /** Where to send what; `sends` is false while the far end wants to hear nothing. */
  aim(far: { host: string; port: number; law: Codec; eventType: number | undefined; sends: boolean }): void {
    this.#far = far;
  }

  get media(): Media {
    const wanted = this.#first === undefined ? 0 : this.#highest - this.#first + 1;
    return {
      received: this.#received,
      lost: Math.max(0, wanted - this.#received),
      sent: this.#sent,
      digits: this.#digits,
    };
  }

  #take(bytes: Buffer): void {
    const packet = parsePacket(bytes);
    if (packet === undefined) return;
    this.#count(bytes.readUInt16BE(2));
    if (packet.type === 0 || packet.type === 8) this.onAudio(packet, packet.type === 0 ? 'PCMU' : 'PCMA');
    else if (packet.type === this.#far?.eventType) this.#takeEvent(packet);
  }

  #count(sequence: number): void {
    this.#received++;
    if (this.#first === undefined) this.#first = this.#highest = sequence;
    const ahead = ((sequence - this.#highest + 0x18000) & 0xffff) - 0x8000;
    this.#highest = Math.max(this.#highest, this.#highest + ahead);
  }

  /** All packets of one event have one timestamp (RFC 4733 §2.3.5). */
  #takeEvent(packet: Packet): void {
    const key = keys[packet.payload[0] ?? 255];
    if (key !== undefined && packet.timestamp !== this.#lastEvent && this.#digits.length < MOST_DIGITS)
      this.#digits += key;
    this.#lastEvent = packet.timestamp;
    this.onEvent(packet);
  }

  #send(type: number, marker: boolean, timestamp: number, payload: Uint8Array): void {
    if (this.#closed || !this.#far?.sends || this.#far.port === 0) return;
    const head = Buffer.alloc(HEADER);
    head[0] = 0x80;
    head[1] = type | (marker ? 0x80 : 0);
    head.writeUInt16BE(this.#sequence, 2);
    head.writeUInt32BE(timestamp >>> 0, 4);
    head.writeUInt32BE(this.#source, 8);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#sent++;
    this.#socket.send([head, payload], this.#far.port, this.#far.host);
  }

  /** Plays a sound until `stop`, in step with the clock. */
  play(sound: Sound): void {
    const began = performance.now();
    let [frames, sounded] = [0, 0];
    this.#timer = setInterval(() => {
      const due = Math.floor((performance.now() - began) / FRAME_MS) + 1;
      if (due - frames > MOST_BEHIND) frames = due - 1;
      for (; frames < due; frames++, sounded++) {
        const law = this.#far?.law ?? 'PCMU';
        const payload = encode(law, samplesOf(sound, sounded * FRAME, FRAME));
        this.#send(payloadType[law], sounded === 0, this.#timestamp + frames * FRAME, payload);
      }
    }, FRAME_MS / 2);
  }

  /** Sends on what another session (or this one: an echo) has got, in the law of this far end. */
  relay(packet: Packet, law: Codec): void {
    const own = this.#far?.law ?? law;
    const payload = own === law ? packet.payload : encode(own, decode(law, packet.payload));
    this.#send(payloadType[own], packet.marker, this.#shifted(packet), payload);
  }

  relayEvent(packet: Packet): void {
    if (this.#far?.eventType !== undefined)
      this.#send(this.#far.eventType, packet.marker, this.#shifted(packet), packet.payload);
  }

  /** A packet's time on this session's own time line, which goes on when the source changes. */
  #shifted({ source, timestamp }: Packet): number {
    if (this.#shift?.source !== source) this.#shift = { source, by: this.#timestamp - timestamp };
    this.#timestamp = (timestamp + this.#shift.by) >>> 0;
    return this.#timestamp;
  }

  /** Ends the sound, not the session. */
  stop(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.stop();
    this.#socket.close();
    this.#control.close();
  }
}

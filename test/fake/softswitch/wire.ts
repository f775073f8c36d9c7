import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { createServer, type Server, type Socket as Stream } from 'node:net';
import { MOST_BYTES, parseMessage, type SipMessage, writeMessage } from './message.ts';

/** Where a message came from, and the way back to it: RFC 3581's rport, or the connection. */
export type Peer = {
  readonly transport: 'UDP' | 'TCP';
  readonly host: string;
  readonly port: number;
  /** False when the connection is gone. */
  readonly reachable: boolean;
  write(bytes: Buffer): void;
};

/** Faults of the network as seen from here. */
export type Faults = {
  /** So many messages that come next are not seen. */
  drop: number;
  /** What leaves, leaves so much later. */
  delayMs: number;
  /** Nothing comes in and nothing leaves. */
  muted?: boolean;
  /** What comes in and what leaves waits until it is thawed. */
  frozen?: boolean;
  /** The next request of this method resets the connection that it came over, unread. */
  resetsOn?: string | undefined;
  /** The next request of this method is lost, unread, and this happens. */
  losesOn?: { readonly method: string; readonly lost: () => void } | undefined;
};

const MOST_STREAMS = 64;
const MOST_DELAYED = 2000;

/** SIP over UDP and TCP on one port (RFC 3261 §18). */
export class Wire {
  readonly faults: Faults = { drop: 0, delayMs: 0 };
  readonly #host: string;
  readonly #port: number;
  readonly #receive: (message: SipMessage, peer: Peer) => void;
  readonly #streams = new Set<Stream>();
  readonly #delayed = new Set<NodeJS.Timeout>();
  readonly #kept: (() => void)[] = [];
  #datagrams: Datagrams | undefined;
  #server: Server | undefined;

  constructor(host: string, port: number, receive: (message: SipMessage, peer: Peer) => void) {
    this.#host = host;
    this.#port = port;
    this.#receive = receive;
  }

  /** Listens; rejects with the system's error when the port is taken. */
  async open(): Promise<void> {
    const datagrams = createSocket(this.#host.includes(':') ? 'udp6' : 'udp4');
    this.#datagrams = datagrams;
    await new Promise<void>((resolve, reject) => {
      datagrams.once('error', reject);
      datagrams.bind(this.#port, this.#host, () => resolve());
    });
    datagrams.on('error', () => {});
    datagrams.on('message', (bytes, { address, port }) =>
      this.#take(bytes.toString('latin1'), {
        ...{ transport: 'UDP', host: address, port, reachable: true },
        write: (answer) => void this.#datagrams?.send(answer, port, address),
      }),
    );
    const server = createServer((stream) => this.#accept(stream));
    server.maxConnections = MOST_STREAMS;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, this.#host, () => resolve());
    });
  }

  #accept(stream: Stream): void {
    this.#streams.add(stream);
    const peer: Peer = {
      transport: 'TCP',
      host: stream.remoteAddress ?? '',
      port: stream.remotePort ?? 0,
      get reachable() {
        return !stream.destroyed;
      },
      write: (bytes) => void (stream.destroyed || stream.write(bytes)),
    };
    let unread = '';
    stream.setEncoding('latin1');
    stream.on('error', () => stream.destroy());
    stream.on('close', () => this.#streams.delete(stream));
    stream.on('data', (text) => {
      unread = this.#cut(unread + text, peer);
      if (unread.length > MOST_BYTES) stream.destroy();
    });
  }

  /** Takes whole messages off a stream by Content-Length (RFC 3261 §18.3); gives what is left. */
  #cut(text: string, peer: Peer): string {
    let left = text;
    for (;;) {
      left = left.replace(/^(\r\n)+/, '');
      const end = left.indexOf('\r\n\r\n');
      if (end < 0) return left;
      const length = Number(/\r\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,5})/i.exec(left.slice(0, end))?.[1] ?? 0);
      const whole = end + 4 + length;
      if (left.length < whole) return left;
      this.#take(left.slice(0, whole), peer);
      left = left.slice(whole);
    }
  }

  /** Resets all connections. */
  reset(): void {
    for (const stream of this.#streams) stream.resetAndDestroy();
  }

  /** Nobody listens any more: the system answers datagrams with ICMP. */
  vanish(): void {
    this.#datagrams?.close();
    this.#datagrams = undefined;
    this.#server?.close();
    this.reset();
  }

  thaw(): void {
    this.faults.frozen = false;
    for (const work of this.#kept.splice(0)) work();
  }

  #take(text: string, peer: Peer): void {
    if (this.faults.muted) return;
    if (this.faults.frozen) {
      this.#kept.push(() => this.#take(text, peer));
      return;
    }
    if (this.faults.resetsOn !== undefined && text.startsWith(`${this.faults.resetsOn} `)) {
      this.faults.resetsOn = undefined;
      this.reset();
      return;
    }
    if (this.faults.drop > 0) {
      this.faults.drop--;
      return;
    }
    if (this.#loses(text)) return;
    const message = parseMessage(text);
    if (message !== undefined) this.#receive(message, peer);
  }

  #loses(text: string): boolean {
    const { losesOn } = this.faults;
    if (losesOn === undefined || !text.startsWith(`${losesOn.method} `)) return false;
    this.faults.losesOn = undefined;
    losesOn.lost();
    return true;
  }

  send(message: SipMessage, peer: Peer): void {
    if (this.faults.muted) return;
    if (this.faults.frozen) {
      this.#kept.push(() => this.send(message, peer));
      return;
    }
    const bytes = Buffer.from(writeMessage(message), 'latin1');
    if (this.faults.delayMs === 0) {
      peer.write(bytes);
      return;
    }
    if (this.#delayed.size >= MOST_DELAYED) return;
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      peer.write(bytes);
    }, this.faults.delayMs);
    this.#delayed.add(timer);
  }

  close(): void {
    for (const timer of this.#delayed) clearTimeout(timer);
    for (const stream of this.#streams) stream.destroy();
    this.#server?.close();
    this.#datagrams?.close();
  }
}

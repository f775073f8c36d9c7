import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { GatewayError } from '../../core/error.ts';

/** Largest datagram looked at: more than any voice packet, less than an attack can make use of. */
const LARGEST_DATAGRAM = 1500;

export type Datagram = (datagram: Buffer, from: RemoteInfo) => void;

/** The two sockets of a net: RTP on an even port, RTCP on the odd one above (RFC 3550 §11). */
export class SocketPair {
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  readonly address: string;
  readonly port: number;
  #connection: 'open' | 'connecting' | 'connected' = 'open';
  #closed = false;
  /** Sends that the kernel refused, such as to an address without a route. */
  refused = 0;

  constructor(rtp: Socket, rtcp: Socket, address: string, port: number) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.address = address;
    this.port = port;
  }

  listen(onRtp: Datagram, onRtcp: Datagram): void {
    this.#rtp.on('message', (datagram, from) => datagram.length <= LARGEST_DATAGRAM && onRtp(datagram, from));
    this.#rtcp.on('message', (datagram, from) => datagram.length <= LARGEST_DATAGRAM && onRtcp(datagram, from));
    this.#rtp.on('error', () => this.refused++);
    this.#rtcp.on('error', () => this.refused++);
  }

  /** From now on only this far end is heard: the kernel drops all others. */
  connect(address: string, port: number): void {
    if (this.#closed || this.#connection !== 'open') return;
    try {
      this.#rtp.connect(port, address, (error?: Error) => this.#connected(error));
      this.#connection = 'connecting';
    } catch {
      this.refused++;
    }
  }

  disconnect(): void {
    if (this.#connection === 'connected' && !this.#closed) this.#rtp.disconnect();
    this.#connection = 'open';
  }

  sendRtp(packet: Buffer, length: number, address: string, port: number): void {
    if (this.#closed) return;
    try {
      if (this.#connection === 'connected') this.#rtp.send(packet, 0, length, this.#sent);
      else if (this.#connection === 'open') this.#rtp.send(packet, 0, length, port, address, this.#sent);
    } catch {
      this.refused++;
    }
  }

  sendRtcp(packet: Buffer, address: string, port: number): void {
    if (this.#closed || !isPort(port)) return;
    try {
      this.#rtcp.send(packet, 0, packet.length, port, address, this.#sent);
    } catch {
      this.refused++;
    }
  }

  /** Closes, after `farewell` has gone to the far end's RTCP port; above the highest port of all there is none. */
  close(farewell?: Buffer, address?: string, port?: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rtp.close();
    if (!farewell || !address || !port || !isPort(port)) {
      this.#rtcp.close();
      return;
    }
    try {
      this.#rtcp.send(farewell, port, address, () => this.#rtcp.close());
    } catch {
      this.#rtcp.close();
    }
  }

  #connected(error: Error | undefined): void {
    if (this.#connection === 'connecting') this.#connection = error ? 'open' : 'connected';
    else if (!error && !this.#closed) this.#rtp.disconnect();
  }

  readonly #sent = (error: Error | null): void => {
    if (error) this.refused++;
  };
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

/** Hands out pairs of ports from the provisioned range, round robin, so that late packets of a call miss the next one. */
export class SocketPairs {
  #first = 16384;
  #last = 32767;
  #next = 16384;

  /** `first` is made even; the last pair ends at or below `last`. */
  range(first: number, last: number): void {
    const even = first + (first % 2);
    if (even === this.#first && last === this.#last) return;
    this.#first = even;
    this.#last = last;
    this.#next = even;
  }

  /** Binds a pair on a local address. Throws GatewayError `address-in-use` when the whole range is taken. */
  async open(address: string): Promise<SocketPair> {
    const pairs = Math.floor((this.#last + 1 - this.#first) / 2);
    for (let tried = 0; tried < pairs; tried++) {
      const port = this.#next;
      this.#next = port + 3 > this.#last ? this.#first : port + 2;
      const pair = await bindPair(address, port);
      if (pair) return pair;
    }
    throw new GatewayError(
      'address-in-use',
      `no free pair of RTP ports from ${this.#first} to ${this.#last} on ${address}; widen the range`,
    );
  }
}

const bindPair = async (address: string, port: number): Promise<SocketPair | undefined> => {
  const rtp = await bind(address, port);
  if (!rtp) return undefined;
  const rtcp = await bind(address, port + 1);
  if (rtcp) return new SocketPair(rtp, rtcp, address, port);
  rtp.close();
  return undefined;
};

/** `undefined` when the port is taken. */
const bind = (address: string, port: number): Promise<Socket | undefined> =>
  new Promise((resolve, reject) => {
    const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', reuseAddr: false });
    const failed = (error: NodeJS.ErrnoException) => {
      socket.close();
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else
        reject(new GatewayError('engine-request', `the address ${address} cannot be bound: ${error.message}`, error));
    };
    socket.once('error', failed);
    socket.bind(port, address, () => {
      socket.removeListener('error', failed);
      resolve(socket);
    });
  });

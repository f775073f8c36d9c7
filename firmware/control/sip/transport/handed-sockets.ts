import { Socket } from 'node:dgram';
import type { SocketReply, SocketWord } from '../../../core/socket-words.ts';
import type { Endpoint } from '../face.ts';
import { ownSockets, type UdpSockets } from './udp-sockets.ts';

/** The channel to the process that holds the sockets. */
export type SocketChannel = {
  send(word: SocketWord): void;
  onMessage(heard: (message: unknown, handle: unknown) => void): void;
};

type Waiting = {
  readonly local: Endpoint;
  readonly taken: (socket: Socket) => void;
  readonly refused: (why: Error) => void;
};

/**
 * Sockets that the process above us holds bound and unread: it hands each over on request, to us as to the plane
 * before us, so that no datagram is lost while the control plane restarts.
 */
export class HandedSockets implements UdpSockets {
  readonly #channel: SocketChannel;
  readonly #waiting = new Map<number, Waiting>();
  #asks = 0;
  #ending = false;

  constructor(channel: SocketChannel) {
    this.#channel = channel;
    // other words pass over the same channel
    channel.onMessage((message, handle) => this.#heard((message ?? {}) as Partial<SocketReply>, handle));
  }

  take(local: Endpoint): Promise<Socket> {
    if (local.port === 0) return ownSockets.take(local);
    const ask = ++this.#asks;
    return new Promise((taken, refused) => {
      this.#waiting.set(ask, { local, taken, refused });
      this.#channel.send({ socket: 'take', ask, ...local });
    });
  }

  release(local: Endpoint): void {
    if (!this.#ending) this.#channel.send({ socket: 'release', ...local });
  }

  /** The plane ends: what it closes from now on is kept for the plane after it. */
  keep(): void {
    this.#ending = true;
  }

  #heard({ socket, ask, why }: Partial<SocketReply>, handle: unknown): void {
    if (socket === undefined || ask === undefined) return;
    const waiting = this.#waiting.get(ask);
    this.#waiting.delete(ask);
    if (socket === 'given' && handle instanceof Socket) {
      if (waiting) waiting.taken(handle);
      else handle.close();
    } else waiting?.refused(new Error(why ?? 'the socket was not handed over'));
  }
}

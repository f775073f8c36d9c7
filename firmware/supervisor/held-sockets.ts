import { createSocket, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { wordsOf } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import { after } from '../core/machine.ts';
import type { SocketPlace, SocketReply, SocketWord } from '../core/socket-words.ts';

/**
 * Octets that wait while no plane reads: its restart, or a busy moment. The kernel counts some 2.5 times a datagram's
 * own length and takes twice what is asked for, up to net.core.rmem_max: 455 datagrams of 900 octets, where its usual
 * size holds 92.
 */
const RECEIVE_BUFFER = 512 * 1024;
/** More than trunks a box can have. */
const MOST_SOCKETS = 64;
/** A new plane has opened its trunks by then; what it has not asked for belongs to a setting that is gone. */
const CLAIM_MS = 60_000;

type Held = { readonly socket: Socket; claimed: boolean };

/** Hands an answer to the plane that asked, with the socket where there is one. */
export type SocketAnswer = (reply: SocketReply, socket?: Socket) => void;

/**
 * The UDP sockets of the control plane, bound and kept by the process that outlives it and never read here: a datagram
 * that comes while no plane lives waits in the kernel for the next one.
 */
export class HeldSockets {
  readonly #held = new Map<string, Held>();
  readonly #clock: Clock;
  readonly #log: Log;
  #cancelTimer: () => void = () => {};

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A word of the plane. What is no such word is not heard. */
  heard(word: SocketWord, answer: SocketAnswer): void {
    if (isIP(word.address) === 0 || !Number.isInteger(word.port) || word.port < 1 || word.port > 65_535) return;
    if (word.socket === 'release') this.#release(keyOf(word));
    else if (word.socket === 'take') this.#take(word, word.ask, answer);
  }

  /** No plane reads any more; the sockets wait for the next one. */
  planeGone(): void {
    this.#cancelTimer();
    for (const held of this.#held.values()) held.claimed = false;
  }

  /** A plane works: what it does not ask for within a minute is let go. */
  planeReady(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.at(after(this.#clock.now(), CLAIM_MS), () => {
      for (const [key, { claimed }] of this.#held) if (!claimed) this.#release(key);
    });
  }

  /** Lets everything go. */
  close(): void {
    this.#cancelTimer();
    for (const key of [...this.#held.keys()]) this.#release(key);
  }

  get places(): readonly string[] {
    return [...this.#held.keys()];
  }

  #take(place: SocketPlace, ask: number, answer: SocketAnswer): void {
    const held = this.#claim(place);
    if (typeof held === 'string') answer({ socket: 'refused', ask, why: held });
    else answer({ socket: 'given', ask }, held);
  }

  /** Gives why not, in words, where it cannot be had. */
  #claim(place: SocketPlace): Socket | string {
    const key = keyOf(place);
    const standing = this.#held.get(key);
    if (standing?.claimed) return `${key} is already in use`;
    if (!standing && this.#held.size >= MOST_SOCKETS) return 'too many sockets are held';
    const socket = standing?.socket ?? bindUnread(place);
    if (typeof socket === 'string') return socket;
    if (!standing)
      socket.on('error', (error) => this.#log.warn({ place: key, why: wordsOf(error) }, 'a held socket has an error'));
    this.#held.set(key, { socket, claimed: true });
    return socket;
  }

  #release(key: string): void {
    this.#held.get(key)?.socket.close();
    this.#held.delete(key);
  }
}

const keyOf = ({ address, port }: SocketPlace): string => `${address} port ${port}`;

/**
 * Node reads from a socket as soon as it is bound, and has no word to stop that; its own handle has. Nothing is lost
 * in between: binding to a literal with a name look-up that answers at once is one step without a turn of the event
 * loop, and only the loop reads. Gives why, in words, where it cannot be had.
 */
const bindUnread = ({ address, port }: SocketPlace): Socket | string => {
  const socket = createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER,
    lookup: (host, _, found) => found(null, host, isIP(host)),
  });
  let fault: string | undefined = 'it cannot be held without being read';
  const failed = (error: Error): void => {
    fault = error.message;
  };
  socket.once('error', failed);
  socket.once('listening', () => {
    if (stopReading(socket)) fault = undefined;
  });
  socket.bind({ address, port, exclusive: true });
  socket.removeListener('error', failed);
  if (fault === undefined) return socket;
  socket.close();
  return fault;
};

const stopReading = (socket: Socket): boolean => {
  const reader = handleOf(socket);
  reader?.recvStop?.();
  return typeof reader?.recvStop === 'function';
};

/** The handle's name in node is marked as old, and there is no newer one: the warning is kept out of the log. */
const handleOf = (socket: Socket): { recvStop?(): void } | undefined => {
  const quiet = process.noDeprecation === true;
  if (!quiet) process.noDeprecation = true;
  const { _handle: handle } = socket as unknown as { readonly _handle?: { recvStop?(): void } };
  if (!quiet) process.noDeprecation = false;
  return handle;
};

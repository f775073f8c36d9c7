import { constants } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage, RequestListener, ServerOptions } from 'node:http';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GatewayError } from '../../core/error.ts';
import { Refused, rawAnswer } from './answer.ts';
import type { KeyAndCertificate } from './certificate.ts';
import { sourceOf } from './lock-out.ts';

const MOST_CONNECTIONS = 64;
const MOST_OF_A_SOURCE = 16;
/** A request has to be there, whole, within this. */
const REQUEST_MS = 10_000;
const CHECKED_EACH_MS = 1_000;
/** A connection on which nothing moves is closed after this. */
const IDLE_MS = 30_000;
const KEEP_ALIVE_MS = 8_000;
const LARGEST_HEADERS = 8 * 1024;
const MOST_HEADERS = 64;
/** Requests that one connection may have asked before the first is answered, and in all. */
const MOST_PIPELINED = 4;
const MOST_OF_A_CONNECTION = 500;

const OPTIONS: ServerOptions = {
  headersTimeout: REQUEST_MS,
  requestTimeout: REQUEST_MS,
  connectionsCheckingInterval: CHECKED_EACH_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: LARGEST_HEADERS,
  // we answer this one ourselves, in words
  requireHostHeader: false,
  noDelay: true,
};

export type Place = { readonly address: string; readonly port: number };
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** One open port, bounded in connections, time and size. Closing lets what is being answered come to its end. */
export class Listener {
  readonly place: Place;
  readonly #server: HttpServer;
  /** Each with its source, oldest first. */
  readonly #sockets = new Map<Socket, string>();

  /** Opens a port; with a certificate it speaks HTTPS. Rejects with `address-in-use` or `page-closed`. */
  static async open(
    place: Place,
    answer: RequestListener,
    secure?: { readonly certificate: KeyAndCertificate; readonly upgrade: UpgradeListener },
  ): Promise<Listener> {
    const listener = new Listener(place, answer, secure);
    await listener.#listen();
    return listener;
  }

  private constructor(
    place: Place,
    answer: RequestListener,
    secure?: { readonly certificate: KeyAndCertificate; readonly upgrade: UpgradeListener },
  ) {
    this.place = place;
    const bounded = pipelineBounded(answer);
    if (secure) {
      const { key, certificate: cert } = secure.certificate;
      // a handshake is dear for the box and cheap for who asks for one after the other
      const secureOptions = constants.SSL_OP_NO_RENEGOTIATION;
      const tls = { key, cert, minVersion: 'TLSv1.2', handshakeTimeout: REQUEST_MS, secureOptions } as const;
      const server = createHttps({ ...OPTIONS, ...tls }, bounded);
      server.on('tlsClientError', (_error, socket) => socket.destroy());
      server.on('upgrade', secure.upgrade);
      this.#server = server;
    } else {
      this.#server = createHttp(OPTIONS, bounded);
    }
    this.#bound();
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  #bound(): void {
    const server = this.#server;
    server.maxRequestsPerSocket = MOST_OF_A_CONNECTION;
    server.maxHeadersCount = MOST_HEADERS;
    server.timeout = IDLE_MS;
    server.on('connection', (socket: Socket) => this.#came(socket));
    // the last answer said `Connection: close`; Node would go on and answer 503 without end
    server.on('dropRequest', (_request, socket) => socket.destroy());
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseBroken(error, socket));
    server.on('checkExpectation', (_request, response) => response.writeHead(417, { Connection: 'close' }).end());
  }

  #came(socket: Socket): void {
    const source = sourceOf(socket.remoteAddress);
    const same = this.#of(source).length;
    const room = same < MOST_OF_A_SOURCE && (this.#sockets.size < MOST_CONNECTIONS || this.#makesRoom(same));
    if (!room) {
      socket.destroy();
      return;
    }
    this.#sockets.set(socket, source);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #of(source: string): readonly Socket[] {
    return [...this.#sockets].flatMap(([socket, from]) => (from === source ? [socket] : []));
  }

  /** All places are taken: the newest connection of the source that has most gives way to one that has far fewer. */
  #makesRoom(same: number): boolean {
    const most = [...new Set(this.#sockets.values())]
      .map((source) => this.#of(source))
      .reduce((one, other) => (other.length > one.length ? other : one));
    if (most.length <= same + 1) return false;
    const last = most.at(-1)!;
    this.#sockets.delete(last);
    last.destroy();
    return true;
  }

  #listen(): Promise<void> {
    const { address, port } = this.place;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const where = `${address === '' ? 'TCP port' : `${address} port`} ${port}`;
        if (error.code === 'EADDRINUSE') reject(new GatewayError('address-in-use', where, error));
        else reject(new GatewayError('page-closed', `${where}: ${error.message}`, error));
      });
      // without an address: both families where there is IPv6
      const options = address === '' ? { port } : { port, host: address };
      this.#server.listen(options, () => {
        this.#server.removeAllListeners('error').on('error', () => {});
        resolve();
      });
    });
  }

  /** The port is free at once; connections end when what they carry is answered. */
  retire(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Ends everything. */
  close(): Promise<void> {
    for (const socket of this.#sockets.keys()) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

/** A connection that asks on and on without reading answers is refused. */
const pipelineBounded = (answer: RequestListener): RequestListener => {
  const underWay = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, count);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    if (count > MOST_PIPELINED) socket.destroy();
    else answer(request, response);
  };
};

/** What never became a request: broken HTTP, headers without end, or too slow. */
const refuseBroken = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  const answered = (socket as Socket & { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent ?? false;
  if (!socket.writable || answered || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  socket.end(rawAnswer(brokenIs(error.code)), () => socket.destroy());
};

const brokenIs = (code: string | undefined): Refused => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refused('too-slow', 'The request took too long to come.');
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Refused('too-large', `The head of a request may have at most ${LARGEST_HEADERS} octets.`);
  }
  return new Refused('body-refused', 'This is no request by HTTP/1.1.');
};

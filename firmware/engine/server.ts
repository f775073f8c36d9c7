import { createServer, type Server, type Socket } from 'node:net';
import { GatewayError, wordsOf } from '../core/error.ts';
import { Exclusive } from '../core/exclusive.ts';
import type { Log } from '../core/log.ts';
import { encodeMessage, MessageDecoder } from '../engine-protocol/codec.ts';
import {
  type EngineReport,
  type EngineRequest,
  type Hello,
  type HelloReply,
  PROTOCOL,
} from '../engine-protocol/messages.ts';
import type { EventLog } from './event-log.ts';
import type { MediaGateway } from './media-gateway.ts';
import type { Provisioner } from './provisioner.ts';

/** Octets that may wait for a control plane that does not read; beyond, its connection ends and it comes anew. */
const MOST_WAITING = 4 * 1024 * 1024;
/** Requests that may wait for their turn. */
const MOST_REQUESTS = 1000;

type Handlers = { readonly [Name in EngineRequest['do']]: (request: EngineRequest & { do: Name }) => unknown };

export type Identity = { readonly build: string; readonly epoch: string };

/** Serves one control plane at a time; a newer one takes the place of the older. */
export class EngineServer {
  readonly #events: EventLog;
  readonly #log: Log;
  readonly #handlers: Handlers;
  readonly #identity: Identity;
  readonly #provisioner: Provisioner;
  readonly #connections = new Set<Connection>();
  readonly #requests = new Exclusive();
  #server: Server | undefined;
  #control: Connection | undefined;

  constructor(gateway: MediaGateway, provisioner: Provisioner, events: EventLog, identity: Identity, log: Log) {
    this.#events = events;
    this.#log = log;
    this.#identity = identity;
    this.#provisioner = provisioner;
    this.#handlers = {
      hello: (request) => this.#hello(request),
      provision: (request) => provisioner.provision(request.revision, request.hardware),
      audit: () => gateway.audit(),
      add: (request) => gateway.add(request),
      modify: (request) => gateway.modify(request),
      move: (request) => gateway.move(request),
      subtract: (request) => gateway.subtract(request),
      signal: (request) => gateway.signal(request),
    };
  }

  /** Listens on a Unix socket that only this user and its group may open. */
  listen(path: string): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  }

  /** Sends what is not kept (statistics, pulse) if somebody listens. */
  report(report: EngineReport): void {
    this.#control?.send(report);
  }

  /** A control plane is connected and has said hello. */
  get attended(): boolean {
    return this.#control !== undefined;
  }

  close(): void {
    this.#server?.close();
    for (const connection of this.#connections) connection.end();
  }

  #accept(socket: Socket): void {
    const connection = new Connection(socket, {
      message: (message) => this.#message(connection, message),
      broken: (why) => this.#log.warn({ why }, 'a control connection was ended'),
      closed: () => this.#closed(connection),
    });
    this.#connections.add(connection);
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#control !== connection) return;
    this.#control = undefined;
    this.#events.pause();
    this.#log.info({}, 'control went away; lines and audio go on');
  }

  #message(connection: Connection, message: Record<string, unknown>): void {
    if (message['do'] === 'acknowledge') {
      if (Number.isSafeInteger(message['upTo'])) this.#events.acknowledge(message['upTo'] as number);
      return;
    }
    const id = message['id'];
    if (!Number.isSafeInteger(id)) {
      connection.break('a request came without a numeric id');
      return;
    }
    if (connection.waiting >= MOST_REQUESTS) {
      connection.break('too many requests wait for a reply');
      return;
    }
    connection.waiting++;
    void this.#requests.run(async () => {
      connection.waiting--;
      if (connection.ended) return;
      const served = this.#serve(connection, id as number, message);
      // its effect is there at once; only its reply waits, for a disk that may be slow, and nobody waits with it
      if (message['do'] !== 'subtract') await served;
    });
  }

  async #serve(connection: Connection, id: number, message: Record<string, unknown>): Promise<void> {
    try {
      const name = String(message['do']);
      const handler = Object.hasOwn(this.#handlers, name) ? this.#handlers[name as EngineRequest['do']] : undefined;
      if (!handler) throw new GatewayError('engine-request', `no request is called ${name}`);
      if (name !== 'hello' && connection !== this.#control) {
        throw new GatewayError('engine-request', 'the first request must be hello');
      }
      const ok = await (handler as (request: unknown) => unknown)(message);
      connection.send({ to: 'reply', id, ok: ok ?? {} });
      if (name === 'hello') this.#welcome(connection, (message as unknown as Hello).heardUpTo);
    } catch (error) {
      connection.send({ to: 'reply', id, error: wordsFor(error) });
      if (error instanceof GatewayError && error.code === 'protocol-mismatch') connection.end();
      if (!(error instanceof GatewayError)) this.#log.error({ err: error, request: message['do'] }, 'a request failed');
    }
  }

  #hello(request: Hello): HelloReply {
    const major = Number(String(request.protocol).split('.')[0]);
    const ours = `${PROTOCOL.major}.${PROTOCOL.minor}`;
    if (major !== PROTOCOL.major) {
      throw new GatewayError(
        'protocol-mismatch',
        `control (build ${request.build}) speaks engine protocol ${request.protocol}, this engine (build ` +
          `${this.#identity.build}) speaks ${ours}: restart the box so that both come from one build`,
      );
    }
    return { protocol: ours, ...this.#identity, revision: this.#provisioner.revision };
  }

  #welcome(connection: Connection, heardUpTo: number): void {
    const older = this.#control;
    this.#control = connection;
    if (older && older !== connection) older.end();
    this.#events.resume(Number.isFinite(heardUpTo) ? heardUpTo : 0, (report) => connection.send(report));
  }
}

const wordsFor = (error: unknown): { readonly code: string; readonly detail: string } =>
  error instanceof GatewayError
    ? { code: error.code, detail: error.detail }
    : { code: 'engine-request', detail: wordsOf(error) };

type ConnectionListener = {
  readonly message: (message: Record<string, unknown>) => void;
  readonly broken: (why: string) => void;
  readonly closed: () => void;
};

/** One stream of messages; never waited for. */
class Connection {
  readonly #socket: Socket;
  readonly #listener: ConnectionListener;
  readonly #decoder = new MessageDecoder();
  waiting = 0;
  ended = false;

  constructor(socket: Socket, listener: ConnectionListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('data', (octets) => this.#received(octets));
    socket.on('error', (error) => listener.broken(error.message));
    socket.on('close', () => {
      this.ended = true;
      listener.closed();
    });
  }

  send(report: EngineReport): void {
    if (this.ended) return;
    this.#socket.write(encodeMessage(report));
    if (this.#socket.writableLength > MOST_WAITING) this.break('control does not read what it is sent');
  }

  end(): void {
    this.ended = true;
    this.#socket.end();
  }

  break(why: string): void {
    this.ended = true;
    this.#listener.broken(why);
    this.#socket.destroy();
  }

  #received(octets: Buffer): void {
    if (this.ended) return;
    try {
      for (const message of this.#decoder.push(octets)) this.#listener.message(message as Record<string, unknown>);
    } catch (error) {
      this.break(wordsOf(error));
    }
  }
}

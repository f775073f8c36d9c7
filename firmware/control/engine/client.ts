import { createConnection, type Socket } from 'node:net';
import { type BackoffShape, backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import { after } from '../../core/machine.ts';
import type { Runner } from '../../core/runner.ts';
import { encodeMessage, MessageDecoder } from '../../engine-protocol/codec.ts';
import {
  type AddReply,
  type AuditReply,
  type EngineReport,
  type HelloReply,
  type ModifyReply,
  type NetStatistics,
  type Notify,
  PROTOCOL,
  type ProvisionReply,
  type Pulse,
  type Service,
  type SubtractReply,
} from '../../engine-protocol/messages.ts';
import type { Engine } from './client-face.ts';
import { EarlyRequests } from './early-requests.ts';
import { PendingRequests } from './pending-requests.ts';

export type EngineClientOptions = {
  /** Path of the engine's Unix socket. */
  readonly socket: string;
  readonly build: string;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  /** Last event that a plane before this one took up; 0 if none did. */
  readonly heardUpTo?: number;
  /** Told within the cascade of each event: it is taken up with what is written of that cascade. */
  readonly taken?: (seq: number) => void;
  /** Epoch of the engine that a plane before this one spoke to. */
  readonly epoch?: string;
  readonly random?: () => number;
};

/** The engine starts within a second; it must not be waited for longer than a caller waits for dial tone. */
const RECONNECT: BackoffShape = { baseMs: 50, capMs: 1000 };

/**
 * The engine over its Unix socket. Connects again for ever; what was asked when the connection was lost rejects. What
 * is asked before the first hello waits for it, if the engine is the one that a plane before us spoke to.
 * Each event is told in a cascade and acknowledged after that cascade is written.
 */
export class EngineClient implements Engine {
  readonly #options: EngineClientOptions;
  readonly #pending: PendingRequests;
  #socket: Socket | undefined;
  #decoder = new MessageDecoder();
  #ready = false;
  #closed = false;
  readonly #early: EarlyRequests;
  #failures = 0;
  #heardUpTo: number;
  #acknowledged = 0;
  /** Another engine is asked anew for all of its events: until it has heard that, it tells only some. */
  #askedAnew = false;
  #epoch: string | undefined;
  #cancelRetry: () => void = () => {};
  #onEvent: (event: Notify) => void = () => {};
  #onService: (service: Service) => void = () => {};
  #onStatistics: (of: readonly NetStatistics[]) => void = () => {};
  #onPulse: (pulse: Pulse) => void = () => {};
  #onConnected: (hello: HelloReply & { readonly sameEpoch: boolean }) => void = () => {};
  #onLost: (why: string) => void = () => {};

  constructor(options: EngineClientOptions) {
    this.#options = options;
    this.#heardUpTo = options.heardUpTo ?? 0;
    this.#epoch = options.epoch;
    this.#early = new EarlyRequests(options.clock);
    this.#pending = new PendingRequests(options.clock, options.log);
  }

  /** Begins to connect; `onConnected` tells when the engine has answered. */
  start(): void {
    this.#connect();
  }

  onEvent(listener: (event: Notify) => void): void {
    this.#onEvent = listener;
  }
  onService(listener: (service: Service) => void): void {
    this.#onService = listener;
  }
  onStatistics(listener: (of: readonly NetStatistics[]) => void): void {
    this.#onStatistics = listener;
  }
  onPulse(listener: (pulse: Pulse) => void): void {
    this.#onPulse = listener;
  }
  onConnected(listener: (hello: HelloReply & { readonly sameEpoch: boolean }) => void): void {
    this.#onConnected = listener;
  }
  onLost(listener: (why: string) => void): void {
    this.#onLost = listener;
  }

  provision(ask: Parameters<Engine['provision']>[0]): Promise<ProvisionReply> {
    return this.#ask('provision', ask);
  }
  audit(): Promise<AuditReply> {
    return this.#ask('audit', {});
  }
  add(ask: Parameters<Engine['add']>[0]): Promise<AddReply> {
    return this.#ask('add', ask);
  }
  modify(ask: Parameters<Engine['modify']>[0]): Promise<ModifyReply> {
    return this.#ask('modify', ask);
  }
  move(ask: Parameters<Engine['move']>[0]): Promise<AddReply> {
    return this.#ask('move', ask);
  }
  subtract(ask: Parameters<Engine['subtract']>[0]): Promise<SubtractReply> {
    return this.#ask('subtract', ask);
  }
  async signal(...[termination, play]: Parameters<Engine['signal']>): Promise<void> {
    await this.#ask('signal', { termination, play });
  }

  /** The plane is going down: what waits for the engine to come, or would, is refused. */
  leave(): void {
    this.#early.refuse('this plane is going down');
  }

  async close(): Promise<void> {
    this.leave();
    this.#closed = true;
    this.#cancelRetry();
    const socket = this.#socket;
    this.#drop('this plane is going down');
    if (socket && !socket.destroyed) await new Promise<void>((resolve) => socket.end(() => resolve()));
    socket?.destroy();
  }

  // ── connection ────────────────────────────────────────────────────────────────────────────────

  #connect(): void {
    if (this.#closed) return;
    const socket = createConnection(this.#options.socket);
    this.#socket = socket;
    this.#decoder = new MessageDecoder();
    let why = 'the engine closed the connection';
    socket.on('connect', () => this.#hello(socket));
    socket.on('data', (octets) => this.#received(socket, octets));
    socket.on('error', (error) => {
      why = error.message;
    });
    socket.on('close', () => {
      if (socket === this.#socket) this.#lost(why);
    });
  }

  #lost(why: string): void {
    const was = this.#ready;
    this.#drop(why);
    if (was) this.#options.runner.cascade(() => this.#onLost(why));
    if (this.#closed) return;
    const { clock, random = Math.random } = this.#options;
    const waitMs = backoffMs(this.#failures++, RECONNECT, random);
    this.#cancelRetry = clock.at(after(clock.now(), waitMs), () => this.#connect());
  }

  /** Nothing more comes over this connection: whoever waits is told. */
  #drop(why: string): void {
    this.#socket = undefined;
    this.#ready = false;
    this.#pending.drop(why);
  }

  #hello(socket: Socket): void {
    const ask = {
      protocol: `${PROTOCOL.major}.${PROTOCOL.minor}`,
      build: this.#options.build,
      control: String(process.pid),
      heardUpTo: this.#heardUpTo,
    };
    // What the engine has kept for us comes right behind its answer, and must find a connection that takes requests.
    this.#pending.ask<HelloReply>(socket, 'hello', ask, {
      answered: (reply) => this.#welcomed(socket, reply),
      reject: (error: unknown) => {
        this.#options.log.error({ why: wordsOf(error) }, 'the engine did not take the hello');
        socket.destroy();
      },
    });
  }

  #welcomed(socket: Socket, reply: HelloReply): void {
    const sameEpoch = this.#epoch === reply.epoch;
    this.#askedAnew = false;
    this.#epoch = reply.epoch;
    if (!sameEpoch && this.#heardUpTo > 0) {
      // Another engine counts its events from 1: it is asked anew for all of them.
      this.#heardUpTo = 0;
      this.#askedAnew = true;
      this.#hello(socket);
      this.#open({ ...reply, sameEpoch });
    } else if (!this.#ready) this.#open({ ...reply, sameEpoch });
  }

  #open(hello: HelloReply & { readonly sameEpoch: boolean }): void {
    this.#ready = true;
    this.#failures = 0;
    this.#acknowledged = this.#heardUpTo;
    if (hello.sameEpoch) this.#askEarly();
    else this.#early.refuse('the engine is another one: what was asked is gone with the one before');
    this.#options.runner.cascade(() => this.#onConnected(hello));
  }

  #askEarly(): void {
    const socket = this.#socket!;
    for (const { name, body, answered, reject } of this.#early.take())
      this.#pending.ask(socket, name, body, { answered, reject });
  }

  // ── requests ──────────────────────────────────────────────────────────────────────────────────

  #ask<Ok>(name: string, body: object): Promise<Ok> {
    const socket = this.#socket;
    if (!socket || !this.#ready) return this.#early.ask<Ok>(name, body);
    return new Promise<Ok>((answered, reject) => this.#pending.ask<Ok>(socket, name, body, { answered, reject }));
  }

  // ── reports ───────────────────────────────────────────────────────────────────────────────────

  #received(socket: Socket, octets: Buffer): void {
    try {
      for (const message of this.#decoder.push(octets)) this.#report(socket, message as EngineReport);
    } catch (error) {
      this.#options.log.error({ why: wordsOf(error) }, 'the engine sent what cannot be read');
      socket.destroy();
      return;
    }
    this.#acknowledge(socket);
  }

  #report(socket: Socket, report: EngineReport) {
    switch (report.to) {
      case 'reply':
        return this.#pending.answered(socket, report);
      case 'event':
        return this.#numbered(report, () => this.#onEvent(report));
      case 'service':
        return this.#numbered(report, () => this.#onService(report));
      case 'statistics':
        return this.#onStatistics(report.of);
      case 'pulse':
        return this.#onPulse(report);
    }
  }

  /** An event that was heard before the connection broke is not told again. */
  #numbered(report: Notify | Service, tell: () => void): void {
    if (this.#askedAnew || report.seq <= this.#heardUpTo) return;
    this.#heardUpTo = report.seq;
    this.#options.runner.cascade(() => {
      tell();
      this.#options.taken?.(report.seq);
    });
  }

  #acknowledge(socket: Socket): void {
    if (this.#heardUpTo <= this.#acknowledged || socket.destroyed) return;
    this.#acknowledged = this.#heardUpTo;
    socket.write(encodeMessage({ do: 'acknowledge', upTo: this.#heardUpTo }));
  }
}

/** A client of the bench socket, for tests, scripts and the command line. */

import { connect, type Socket } from 'node:net';
import type { BehaviourName, BehaviourOptions } from './behaviour.ts';
import type { BenchErrorCode, CommandName } from './bench-protocol.ts';
import type { NumberPlan } from './defaults.ts';
import type { Disconnect, LineState } from './exchange.ts';
import type { Heard } from './spectrum.ts';

export type BenchEvent = {
  readonly event: string;
  readonly port: string;
  readonly at: number;
  readonly [detail: string]: unknown;
};
export type PhoneState = {
  readonly port: string;
  readonly kind: 'phone';
  readonly hook: 'on' | 'off';
  readonly loop: 'closed' | 'open';
  readonly feed: 'normal' | 'reversed' | 'open';
  readonly ringing: boolean;
  readonly rings: number;
  readonly ringHertz: number;
  readonly cadence: readonly number[];
  readonly callerId?: string;
  readonly callerName?: string;
  readonly speaking: boolean;
  readonly listening: boolean;
  readonly level: number;
  readonly faults: readonly BehaviourName[];
};
export type ExchangeState = {
  readonly port: string;
  readonly kind: 'exchange';
  readonly line: LineState;
  readonly loop: 'closed' | 'open';
  readonly current: boolean;
  readonly battery: boolean;
  readonly polarity: 'normal' | 'reversed';
  readonly dialled: string;
  readonly rings: number;
  readonly speaking: boolean;
  readonly listening: boolean;
  readonly level: number;
  readonly faults: readonly BehaviourName[];
};
export type Waited<S> = { readonly at: number; readonly waitedMs: number; readonly state: S };
export type WaitOptions = {
  readonly timeoutMs?: number;
  readonly hertz?: readonly number[];
  readonly ms?: number;
  readonly digits?: string;
  readonly line?: LineState;
};

/** What the bench refused, and why. */
export class BenchError extends Error {
  readonly code: BenchErrorCode | 'closed';

  constructor(code: BenchErrorCode | 'closed', detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'BenchError';
    this.code = code;
  }
}

type Message = {
  readonly id?: number;
  readonly ok?: unknown;
  readonly event?: string;
  readonly error?: { code: BenchErrorCode; detail: string };
};
type Pending = { readonly done: (ok: never) => void; readonly fail: (error: Error) => void };

export class BenchClient {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: BenchEvent) => void>();
  #nextId = 1;
  #unread = '';
  #closed: BenchError | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text) => this.#read(String(text)));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#end(new BenchError('closed', 'the bench has closed the connection')));
  }

  /** Connects; an Error says what to do where nobody listens. */
  static connect(path: string): Promise<BenchClient> {
    return new Promise((done, fail) => {
      const socket = connect(path);
      socket.once('error', (error) =>
        fail(
          new BenchError(
            'closed',
            `nobody listens at ${path} (${error.message}): is the gateway running with a simulated card?`,
          ),
        ),
      );
      socket.once('connect', () => done(new BenchClient(socket)));
    });
  }

  /** Sends one command; resolves with what is under `ok`, rejects with a {@link BenchError}. */
  request<T = object>(name: CommandName | (string & {}), fields: object = {}): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const id = this.#nextId++;
    return new Promise((done, fail) => {
      this.#pending.set(id, { done, fail });
      this.#socket.write(`${JSON.stringify({ id, do: name, ...fields })}\n`);
    });
  }

  /** Calls `listener` with every event; the returned function ends it. */
  async events(listener: (event: BenchEvent) => void): Promise<() => void> {
    this.#listeners.add(listener);
    await this.request('subscribe');
    return () => this.#listeners.delete(listener);
  }

  /** Holds the handset of a phone: `heard` is called with the octets of u-law of each frame, 20 ms. */
  async hold(port: string, heard: (octets: Buffer) => void, how: { hangsUp?: boolean } = {}): Promise<void> {
    this.#listeners.add((event) => {
      if (event.event === 'heard' && event.port === port) heard(Buffer.from(String(event['audio']), 'base64'));
    });
    await this.request('attach', { port, ...how });
  }

  /** Speaks octets of u-law, 800 at most, into the handset that is held. No answer is waited for. */
  say(port: string, octets: Uint8Array): void {
    this.#socket.write(`${JSON.stringify({ do: 'say', port, audio: Buffer.from(octets).toString('base64') })}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  list = () => this.request<{ ports: { port: string; kind: 'phone' | 'exchange' }[] }>('list');
  phone = (port: string) => this.request<PhoneState>('state', { port });
  exchange = (port: string) => this.request<ExchangeState>('state', { port });
  lift = (port: string) => this.request('lift', { port });
  hangUp = (port: string) => this.request('hangUp', { port });
  flash = (port: string, ms?: number) => this.request('flash', { port, ms });
  press = (port: string, digits: string, timing: { onMs?: number; offMs?: number } = {}) =>
    this.request('press', { port, digits, ...timing });
  pulse = (port: string, digits: string) => this.request('pulse', { port, digits });
  speak = (port: string, file: string, how: { repeat?: boolean; wait?: boolean } = {}) =>
    this.request<{ seconds: number }>('speak', { port, file, ...how });
  tone = (port: string, hertz: readonly number[], how: { level?: number; ms?: number } = {}) =>
    this.request('tone', { port, hertz, ...how });
  detach = (port: string) => this.request<{ droppedMs: number; gaps: number }>('detach', { port });
  silence = (port: string) => this.request('silence', { port });
  listen = (port: string, file: string) => this.request('listen', { port, file });
  stopListening = (port: string) => this.request<{ file: string; seconds: number }>('stopListening', { port });
  hear = (port: string, ms?: number) => this.request<Heard>('hear', { port, ms });
  waitFor = <S = PhoneState>(port: string, what: string, options: WaitOptions = {}) =>
    this.request<Waited<S>>('wait', { port, for: what, ...options });
  mark = (port: string) => this.request<{ at: number }>('mark', { port });
  ring = (port: string, how: { callerId?: string; callerName?: string; cadence?: readonly number[] } = {}) =>
    this.request('ring', { port, ...how });
  stopRinging = (port: string) => this.request('stopRinging', { port });
  answer = (port: string, how: { reversal?: boolean } = {}) => this.request('answer', { port, ...how });
  farHangUp = (port: string, by?: Disconnect) => this.request('farHangUp', { port, by });
  drop = (port: string, ms?: number) => this.request('drop', { port, ms });
  polarity = (port: string, reversed: boolean) => this.request('polarity', { port, reversed });
  exchangeTone = (port: string, tone: string) => this.request('exchangeTone', { port, tone });
  program = (port: string, number: string, plan: NumberPlan) => this.request('program', { port, number, ...plan });
  fault = (port: string, name: BehaviourName, options: BehaviourOptions & { on?: boolean } = {}) =>
    this.request<{ faults: BehaviourName[] }>('fault', { port, name, ...options });
  clearFaults = (port: string) => this.request('clearFaults', { port });
  card = (is: 'in' | 'out') => this.request('card', { is });

  #read(text: string): void {
    const lines = (this.#unread + text).split('\n');
    this.#unread = lines.pop()!;
    for (const line of lines) this.#take(JSON.parse(line));
  }

  #take(message: Message): void {
    if (message.event !== undefined) {
      for (const listener of [...this.#listeners]) listener(message as BenchEvent);
      return;
    }
    const id = message.id ?? 0;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (message.error === undefined) pending?.done(message.ok as never);
    else {
      const error = new BenchError(message.error.code, message.error.detail);
      if (pending === undefined) this.#end(error);
      else pending.fail(error);
    }
  }

  #end(error: BenchError): void {
    this.#closed ??= error;
    for (const { fail } of this.#pending.values()) fail(this.#closed);
    this.#pending.clear();
  }
}

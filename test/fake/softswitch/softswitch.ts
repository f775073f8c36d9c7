import { CallLog } from './call-log.ts';
import { type Algorithm, Guard, parseAnswer } from './digest.ts';
import { dialogKey, type Ended, type Exchange, Leg } from './leg.ts';
import { type Header, headerOf, parseAddress, parseUri, type SipRequest, tagOf } from './message.ts';
import { type NumberService, services } from './numbers.ts';
import { type Binding, Registrar } from './registrar.ts';
import { Ports } from './rtp.ts';
import type { Codec } from './sdp.ts';
import { speech } from './sound.ts';
import { type ServerTransaction, Transactions } from './transactions.ts';
import { type Faults, Wire } from './wire.ts';

export type SoftswitchOptions = {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly rtpFirst: number;
  readonly rtpLast: number;
  /** Users and their passwords. */
  readonly users: Readonly<Record<string, string>>;
  /** Left out: both, the stronger first (RFC 8760 §2.3). */
  readonly algorithms?: readonly Algorithm[];
  readonly codecs?: readonly Codec[];
  /** Longest registration that is granted. */
  readonly longestExpiryS?: number;
  readonly nonceLifeMs?: number;
  /** Numbers of its own, before those that every one has. */
  readonly services?: readonly NumberService[];
  /** File of {@link CallLog}. */
  readonly callLog?: string;
};

/** What a softswitch shows of itself; `calls` counts callers, not legs. */
export type SoftswitchView = { readonly bindings: number; readonly calls: number; readonly refuses: boolean };

const MOST_CALLS = 64;
const RINGS_AT_MOST_MS = 120_000;
const CALLBACK_RINGS_MS = 30_000;
const CALLBACK_TALKS_MS = 10_000;
const ALLOW: Header = ['allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER'];

/** A whole softswitch: registrar, numbers that do something, calls between its users, and faults by command. */
export class Softswitch {
  readonly #options: SoftswitchOptions;
  readonly #wire: Wire;
  readonly #transactions: Transactions;
  readonly #guard: Guard;
  readonly #registrar: Registrar;
  readonly #exchange: Exchange;
  readonly #callers = new Set<Leg>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #refusal: { readonly method: string; readonly status: number; readonly retryAfterS?: number } | undefined;

  constructor(options: SoftswitchOptions) {
    this.#options = options;
    const { host, port, name, algorithms = ['SHA-256', 'MD5'], codecs = ['PCMA', 'PCMU'] } = options;
    const log = new CallLog(options.callLog);
    const now = () => performance.now();
    this.#wire = new Wire(host, port, (message, peer) => this.#transactions.receive(message, peer));
    this.#transactions = new Transactions({
      send: (message, peer) => this.#wire.send(message, peer),
      onRequest: (transaction) => this.#take(transaction),
      onAck: (ack) => this.#legOf(ack)?.acknowledge(ack),
    });
    const nonceLifeMs = options.nonceLifeMs ?? 300_000;
    this.#guard = new Guard({ realm: name, algorithms, nonceLifeMs, now });
    this.#registrar = new Registrar(options.longestExpiryS ?? 3600, now);
    this.#exchange = {
      ...{ host, port, codecs, transactions: this.#transactions, legs: new Map() },
      ports: new Ports(host, options.rtpFirst, options.rtpLast),
      note: (event, fields) => log.note(event, { softswitch: name, ...fields }),
    };
  }

  /** Listens; rejects with the system's error when an address or port cannot be had. */
  open(): Promise<void> {
    return this.#wire.open();
  }

  get faults(): Faults {
    return this.#wire.faults;
  }

  /** Resets all connections. */
  resetConnections(): void {
    this.#wire.reset();
  }

  /** Its sockets are gone: datagrams are answered by ICMP. */
  vanish(): void {
    this.#wire.vanish();
  }

  /** Everything stands still until {@link thaw}: what comes waits in the queue. */
  freeze(): void {
    this.#wire.faults.frozen = true;
  }

  thaw(): void {
    this.#wire.thaw();
  }

  /** Answers every new request of this method (or of `all`) so, until {@link accept}. */
  refuse(status = 503, method = 'INVITE', retryAfterS?: number): void {
    this.#refusal = { status, method, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
  }

  accept(): void {
    this.#refusal = undefined;
  }

  get view(): SoftswitchView {
    return {
      bindings: this.#registrar.all().length,
      calls: this.#callers.size,
      refuses: this.#refusal !== undefined,
    };
  }

  get bindings(): readonly Binding[] {
    return this.#registrar.all();
  }

  close(): void {
    for (const leg of this.#exchange.legs.values()) leg.hangUp();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#transactions.close();
    this.#wire.close();
  }

  #legOf(request: SipRequest): Leg | undefined {
    return this.#exchange.legs.get(dialogKey(headerOf(request, 'call-id')!, tagOf(request, 'to')));
  }

  #take(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (tagOf(request, 'to') !== '') {
      const leg = this.#legOf(request);
      if (leg === undefined) transaction.respond(481);
      else leg.take(transaction);
      return;
    }
    if (this.#refusal?.method === request.method || this.#refusal?.method === 'all') {
      const { status, retryAfterS } = this.#refusal;
      transaction.respond(status, retryAfterS === undefined ? [] : [['retry-after', String(retryAfterS)]]);
    } else if (request.method === 'REGISTER') this.#register(transaction);
    else if (request.method === 'INVITE') this.#invited(transaction);
    else transaction.respond(request.method === 'OPTIONS' ? 200 : 405, [ALLOW]);
  }

  /** True when the request proves to be of this user; otherwise it has been answered. */
  #proven(transaction: ServerTransaction, user: string): boolean {
    const { request } = transaction;
    const register = request.method === 'REGISTER';
    const given = headerOf(request, register ? 'authorization' : 'proxy-authorization');
    const answer = given === undefined ? undefined : parseAnswer(given);
    const password = this.#options.users[user];
    const fits = answer !== undefined && answer.username === user && password !== undefined;
    const verdict = fits ? this.#guard.judge(answer, request.method, password) : 'wrong';
    if (verdict === 'good') return true;
    const name = register ? 'www-authenticate' : 'proxy-authenticate';
    const challenges = this.#guard.challenges(verdict === 'stale').map((value): Header => [name, value]);
    transaction.respond(register ? 401 : 407, challenges);
    return false;
  }

  #known(user: string): boolean {
    return Object.hasOwn(this.#options.users, user);
  }

  #register(transaction: ServerTransaction): void {
    const user = parseUri(parseAddress(headerOf(transaction.request, 'to')!).uri)?.user ?? '';
    if (!this.#known(user)) transaction.respond(404);
    else if (this.#proven(transaction, user)) this.#registrar.register(user, transaction);
  }

  #invited(transaction: ServerTransaction): void {
    const { request } = transaction;
    const caller = parseUri(parseAddress(headerOf(request, 'from')!).uri)?.user ?? '';
    const number = parseUri(request.uri)?.user ?? '';
    if (!this.#known(caller)) {
      transaction.respond(403);
      return;
    }
    if (!this.#proven(transaction, caller)) return;
    if (this.#callers.size >= MOST_CALLS) {
      transaction.respond(503);
      return;
    }
    transaction.respond(100);
    void this.#serve(transaction, caller, number);
  }

  async #serve(transaction: ServerTransaction, caller: string, number: string): Promise<void> {
    const leg = await Leg.accept(this.#exchange, transaction);
    if (leg === undefined) return;
    this.#callers.add(leg);
    const endings: (() => void)[] = [() => void this.#callers.delete(leg)];
    leg.onEnded = () => {
      for (const end of endings) end();
    };
    const service = [...(this.#options.services ?? []), ...services].find((each) => each.number === number);
    if (service !== undefined) {
      const later = (ms: number, work: () => void): void => void endings.push(this.#later(ms, work));
      const callBack = (afterMs: number): void => void this.#later(afterMs, () => void this.#callBack(number, caller));
      service.serve({ leg, caller, later, callBack });
      return;
    }
    const [binding] = this.#registrar.of(number);
    if (binding === undefined) leg.refuse(this.#known(number) ? 480 : 404);
    else await this.#connect(leg, caller, binding, endings);
  }

  /** Does `work` later; gives how to take it back. */
  #later(ms: number, work: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  #place(from: string, { user, uri, peer }: Binding): Promise<Leg | undefined> {
    const { host, port } = this.#options;
    const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    return Leg.place(this.#exchange, { uri, peer, from: `<sip:${from}@${at}>`, to: `<sip:${user}@${at}>` });
  }

  /** Joins a caller to a user of ours: two dialogs, the audio passed from one to the other. */
  async #connect(caller: Leg, from: string, binding: Binding, endings: (() => void)[]): Promise<void> {
    const called = await this.#place(from, binding);
    if (called === undefined) {
      caller.refuse(503);
      return;
    }
    if (caller.over) {
      called.hangUp();
      return;
    }
    endings.push(() => called.hangUp());
    endings.push(this.#later(RINGS_AT_MOST_MS, () => caller.refuse(480)));
    called.onRinging = () => caller.ring();
    called.onAnswered = () => {
      caller.answer();
      this.#relay(caller, called);
      this.#relay(called, caller);
    };
    called.onEnded = (ended: Ended) => {
      caller.refuse(ended.status ?? 480);
      caller.hangUp();
    };
  }

  #relay(from: Leg, to: Leg): void {
    from.rtp.onAudio = (packet, law) => to.rtp.relay(packet, law);
    from.rtp.onEvent = (packet) => to.rtp.relayEvent(packet);
  }

  /** A number of ours calls a user, speaks when it is answered, and hangs up. */
  async #callBack(number: string, user: string): Promise<void> {
    const [binding] = this.#registrar.of(user);
    const leg = binding === undefined ? undefined : await this.#place(number, binding);
    if (leg === undefined) return;
    this.#callers.add(leg);
    const endings = [this.#later(CALLBACK_RINGS_MS, () => leg.hangUp()), () => void this.#callers.delete(leg)];
    leg.onAnswered = () => {
      endings[0]!();
      leg.rtp.play(speech);
      endings.push(this.#later(CALLBACK_TALKS_MS, () => leg.hangUp()));
    };
    leg.onEnded = () => {
      for (const end of endings) end();
    };
  }
}

import type { Log } from '../../../core/log.ts';
import { after, type Instant, type Lapse, type Machine } from '../../../core/machine.ts';
import type { Runner } from '../../../core/runner.ts';
import type { Endpoint, FlowId } from '../face.ts';
import { type Field, SipMessage } from '../message/message.ts';
import { serialize } from '../message/serializer.ts';
import type { TokenMaker } from '../message/token.ts';
import { hostText } from '../message/uri.ts';
import type { Transports } from '../transport/transports.ts';
import { clientMachine, clientResumed, clientTrying } from './client-machine.ts';
import { type ClientEffect, inviteCalling, inviteClientMachine, inviteResumed } from './invite-client-machine.ts';
import { inviteServerMachine, type ServerEffect } from './invite-server-machine.ts';
import { ackOf, requestKey, serverKey } from './matching.ts';
import { responseTo } from './response.ts';
import { serverMachine, serverTrying } from './server-machine.ts';
import type { Timers } from './timers.ts';

/** What the asker of a client transaction hears. */
export type ClientHandler = {
  /** Written: at once over UDP, when the connection took it over TCP. */
  sent?(): void;
  resent?(count: number): void;
  response(message: SipMessage): void;
  failed(why: 'silence' | 'transport', detail: string): void;
};
export type ClientTransaction = {
  readonly id: string;
  readonly flow: FlowId;
  readonly to: Endpoint;
  readonly message: SipMessage;
  readonly octets: Buffer;
  readonly handler: ClientHandler;
  resends: number;
  detail: string;
};
export type ServerTransaction = {
  readonly id: string;
  readonly flow: FlowId;
  readonly source: Endpoint;
  readonly message: SipMessage;
  /** Octets of the request, for the bound on all of them. */
  readonly octets: number;
  last?: Buffer;
  /** Our tag in its answers, once it is chosen. */
  localTag?: string;
  /** ACK of a final answer below 300 that came with the INVITE's own branch. */
  onAck?: (ack: SipMessage) => void;
  onCancel?: (cancel: SipMessage) => void;
};

/**
 * Beyond so many unfinished server transactions, or so many octets of requests in them, a request gets 503 without
 * being remembered. Each lives for 32 s at least (Timers H and J), and the whole heap of the plane has 96 MB.
 */
const MOST_SERVER_TRANSACTIONS = 2_000;
const MOST_SERVER_OCTETS = 4 * 1024 * 1024;

const octetsIn = (message: SipMessage): number =>
  message.fields.reduce((sum, [name, value]) => sum + name.length + value.length, message.body.length);

type Ended = { readonly do: 'forget' };
type Caused<F> = (F | Ended) & { readonly by: unknown };

/** The machine with its cause written on each effect, and an effect of its own when it is over. */
const hosted = <S, E, F extends object>(machine: Machine<S, E, F>): Machine<S, E, Caused<F>> => ({
  ...machine,
  step(state, event, now) {
    const step = machine.step(state, event, now);
    const effects: Caused<F>[] = step.effects.map((effect) => ({ ...effect, by: event }));
    if (machine.over?.(step.state)) effects.push({ do: 'forget', by: event });
    return { state: step.state, effects };
  },
});

type Room = {
  readonly runner: Runner;
  readonly log: Log;
  readonly timers: Timers;
  readonly transports: Transports;
  readonly token: TokenMaker;
};

/** Performs the four transaction machines: matching (RFC 3261 §17.1.3, §17.2.3), sending, resending. */
export class Transactions {
  readonly #room: Room;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransaction>();
  #serverOctets = 0;
  /** How many server transactions there are of each request, whatever way it came. */
  readonly #requests = new Map<string, number>();

  constructor(room: Room) {
    this.#room = room;
  }

  get size(): { readonly clients: number; readonly servers: number } {
    return { clients: this.#clients.size, servers: this.#servers.size };
  }

  /** Sends a request that has no Via yet. `like` gives the branch of an INVITE to its CANCEL. */
  request(
    flow: FlowId,
    to: Endpoint,
    bare: SipMessage,
    handler: ClientHandler,
    options: { readonly giveUpAfterMs?: number; readonly like?: ClientTransaction } = {},
  ): ClientTransaction {
    const { runner, timers, transports } = this.#room;
    const via = options.like?.message.fields[0] ?? this.via(flow);
    const message = new SipMessage(bare, [via, ...bare.fields], bare.body);
    const id = `tx/client/${message.via?.branch}/${message.method}`;
    const octets = serialize(message);
    const transaction: ClientTransaction = { id, flow, to, message, octets, handler, resends: 0, detail: '' };
    this.#clients.set(id, transaction);
    const reliable = transports.reliable(flow);
    const perform = (effect: Caused<ClientEffect>): void => this.#performClient(transaction, effect);
    if (message.method === 'INVITE') {
      const state = inviteCalling(timers, reliable, runner.now());
      runner.host(id, hosted(inviteClientMachine(timers, reliable)), state, perform, { kept: false });
    } else {
      const state = clientTrying(timers, reliable, runner.now(), options.giveUpAfterMs);
      runner.host(id, hosted(clientMachine(timers, reliable)), state, perform, { kept: false });
    }
    this.#write(transaction, octets, reliable ? () => handler.sent?.() : undefined);
    if (!reliable) handler.sent?.();
    return transaction;
  }

  /**
   * Takes up a request that a plane before us has sent (with its Via). What nobody has answered is sent again at once,
   * or fails over a connection, which ended with that plane; what was answered waits for the rest.
   */
  resume(
    flow: FlowId,
    to: Endpoint,
    message: SipMessage,
    handler: ClientHandler,
    from: { readonly heard: boolean; readonly abandoned?: boolean; readonly acceptedUntil?: Instant },
  ): ClientTransaction {
    const { runner, timers, transports } = this.#room;
    const id = `tx/client/${message.via?.branch}/${message.method}`;
    const octets = serialize(message);
    // The copy that is sent at once is no sign that the first was lost.
    const transaction: ClientTransaction = { id, flow, to, message, octets, handler, resends: -1, detail: '' };
    this.#clients.set(id, transaction);
    const reliable = transports.reliable(flow);
    const perform = (effect: Caused<ClientEffect>): void => this.#performClient(transaction, effect);
    const now = runner.now();
    if (message.method === 'INVITE') {
      const state = inviteResumed(timers, now, { ...from, reliable });
      runner.host(id, hosted(inviteClientMachine(timers, reliable)), state, perform, { kept: false });
    } else {
      const state = clientResumed(timers, reliable, now);
      runner.host(id, hosted(clientMachine(timers, reliable)), state, perform, { kept: false });
    }
    if (reliable && !from.heard && from.acceptedUntil === undefined) {
      transaction.detail = 'the connection ended with the plane before';
      runner.tell(id, { type: 'transportFailed' });
    }
    return transaction;
  }

  /** A Via of our own with a fresh branch; `rport` always (RFC 3581 §3). */
  via(flow: FlowId): Field {
    const open = this.#room.transports.flow(flow);
    const place = open ? `${hostText(open.local.address)}:${open.local.port}` : 'flow.invalid';
    const transport = (open?.transport ?? 'udp').toUpperCase();
    return ['via', `SIP/2.0/${transport} ${place};branch=z9hG4bK${this.#room.token()};rport`];
  }

  /** CANCEL went out: bounds how long the INVITE may still wait. */
  cancelled(transaction: ClientTransaction): void {
    this.#room.runner.tell(transaction.id, { type: 'cancelled' });
  }

  /** No further copy of a request that nobody wants any more. */
  abandoned(transaction: ClientTransaction): void {
    this.#room.runner.tell(transaction.id, { type: 'abandoned' });
  }

  /** A response from the wire; false if no transaction waits for it. */
  response(flow: FlowId, message: SipMessage): boolean {
    const local = this.#room.transports.flow(flow)?.local;
    const via = message.via;
    if (!via || !local || message.list('via').length !== 1) return false;
    if (via.host !== local.address || (via.port ?? 5060) !== local.port) return false;
    const id = `tx/client/${via.branch}/${message.cseq?.method}`;
    const transaction = this.#clients.get(id);
    if (!transaction || transaction.flow !== flow) return false;
    this.#room.runner.tell(id, { type: 'response', status: message.status, message });
    return true;
  }

  /** A request from the wire that belongs to a transaction is absorbed there; false if it is new. */
  repeated(flow: FlowId, message: SipMessage): boolean {
    const transaction = this.#servers.get(serverKey(flow, message));
    if (!transaction) return false;
    const type = message.method === 'ACK' ? 'ack' : 'request';
    this.#room.runner.tell(transaction.id, { type, message });
    return true;
  }

  /** The INVITE that a CANCEL means. */
  inviteOf(flow: FlowId, cancel: SipMessage): ServerTransaction | undefined {
    return this.#servers.get(serverKey(flow, cancel, 'INVITE'));
  }

  /** An INVITE of the same call that came by another way while the first is still here (RFC 3261 §8.2.2.2). */
  merged(flow: FlowId, message: SipMessage): boolean {
    return this.#requests.has(requestKey(flow, message));
  }

  /** Takes up a new request; `undefined` when there is no room for it (503 was sent, without memory). */
  accept(flow: FlowId, message: SipMessage, source: Endpoint): ServerTransaction | undefined {
    const { runner, timers, transports, token } = this.#room;
    const octets = octetsIn(message);
    if (this.#servers.size >= MOST_SERVER_TRANSACTIONS || this.#serverOctets + octets > MOST_SERVER_OCTETS) {
      this.stateless(flow, source, responseTo(message, source, 503, { tag: token() }));
      return undefined;
    }
    const key = serverKey(flow, message);
    const transaction: ServerTransaction = { id: `tx/server/${key}`, flow, source, message, octets };
    this.#servers.set(key, transaction);
    this.#serverOctets += octets;
    this.#count(transaction, 1);
    const reliable = transports.reliable(flow);
    const perform = (effect: Caused<ServerEffect>): void => this.#performServer(key, transaction, effect);
    if (message.method === 'INVITE') {
      const againAt = after(runner.now(), timers.trying);
      const machine = hosted(inviteServerMachine(timers, reliable));
      runner.host(transaction.id, machine, { is: 'proceeding', answered: false, againAt }, perform, { kept: false });
    } else {
      const machine = hosted(serverMachine(timers, reliable));
      runner.host(transaction.id, machine, serverTrying(timers, runner.now()), perform, { kept: false });
    }
    return transaction;
  }

  respond(transaction: ServerTransaction, response: SipMessage): void {
    const octets = serialize(response);
    this.#room.runner.tell(transaction.id, { type: 'respond', status: response.status, octets });
  }

  /** Sends a response that no transaction keeps. */
  stateless(flow: FlowId, source: Endpoint, response: SipMessage): void {
    const octets = serialize(response);
    this.#room.runner.outward(() => this.#answer(flow, source, response, octets));
  }

  /** A connection ended: what waits on it fails now. */
  closed(flow: FlowId, far: Endpoint, why: string): void {
    this.#fail(why, (one) => one.flow === flow && one.to.port === far.port && one.to.address === far.address);
  }

  /** The flow ends: so does all that runs over it. */
  endFlow(flow: FlowId): void {
    const { runner } = this.#room;
    runner.cascade(() => this.#fail('the flow was closed', (one) => one.flow === flow));
    for (const [id, one] of this.#clients) if (one.flow === flow) this.#clients.delete(id) && runner.drop(id);
    for (const [key, one] of this.#servers) {
      if (one.flow !== flow) continue;
      this.#forget(key, one);
      runner.drop(one.id);
    }
  }

  #forget(key: string, one: ServerTransaction): void {
    if (this.#servers.get(key) !== one) return;
    this.#servers.delete(key);
    this.#serverOctets -= one.octets;
    this.#count(one, -1);
  }

  #count(one: ServerTransaction, by: 1 | -1): void {
    const key = requestKey(one.flow, one.message);
    const count = (this.#requests.get(key) ?? 0) + by;
    if (count > 0) this.#requests.set(key, count);
    else this.#requests.delete(key);
  }

  #fail(why: string, concerned: (one: ClientTransaction) => boolean): void {
    for (const one of this.#clients.values()) {
      if (!concerned(one)) continue;
      one.detail = why;
      this.#room.runner.tell(one.id, { type: 'transportFailed' });
    }
  }

  #performClient(one: ClientTransaction, effect: Caused<ClientEffect>): void {
    const message = (effect.by as { message?: SipMessage } | Lapse as { message?: SipMessage }).message;
    if ('tell' in effect) {
      if (effect.tell === 'response') one.handler.response(message!);
      else one.handler.failed(effect.tell, one.detail || 'no answer came');
      return;
    }
    if (effect.do === 'forget') this.#clients.delete(one.id);
    else if (effect.do === 'ack') this.#write(one, serialize(ackOf(one.message, message!)));
    else {
      one.resends++;
      this.#write(one, one.octets);
      one.handler.resent?.(one.resends);
    }
  }

  #write(one: ClientTransaction, octets: Buffer, sent?: () => void): void {
    const { runner, transports } = this.#room;
    runner.outward(() =>
      transports.send(one.flow, octets, one.to, (failed) =>
        runner.cascade(() => {
          if (failed === undefined) return sent?.();
          one.detail = failed;
          runner.tell(one.id, { type: 'transportFailed' });
        }),
      ),
    );
  }

  #performServer(key: string, one: ServerTransaction, effect: Caused<ServerEffect>): void {
    const by = effect.by as { octets?: Buffer; message?: SipMessage };
    if ('tell' in effect) {
      if (effect.tell === 'ack') one.onAck?.(by.message!);
      return;
    }
    if (effect.do === 'forget') {
      this.#forget(key, one);
      return;
    }
    if (effect.do === 'send') one.last = by.octets!;
    const trying = effect.do === 'trying' ? serialize(responseTo(one.message, one.source, 100)) : undefined;
    const octets = trying ?? one.last;
    if (octets) this.#room.runner.outward(() => this.#answer(one.flow, one.source, one.message, octets));
  }

  /** RFC 3261 §18.2.2 with RFC 3581 §4: to where the request came from; the port of the Via only without rport. */
  #answer(flow: FlowId, source: Endpoint, withVia: SipMessage, octets: Buffer): void {
    const { transports, log } = this.#room;
    const reliable = transports.reliable(flow);
    const via = withVia.via;
    const named = { address: source.address, port: via?.port ?? 5060 };
    const to = reliable || via?.parameters['rport'] !== undefined ? source : named;
    transports.send(flow, octets, to, (failed) => {
      if (failed === undefined) return;
      if (reliable && to !== named) transports.send(flow, octets, named, () => {});
      else log.debug({ flow, to, failed }, 'an answer could not be sent');
    });
  }
}

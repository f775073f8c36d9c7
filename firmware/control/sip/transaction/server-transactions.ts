import { after } from '../../../core/machine.ts';
import type { Endpoint, FlowId } from '../face.ts';
import type { SipMessage } from '../message/message.ts';
import { serialize } from '../message/serializer.ts';
import { type Caused, hosted, type TransactionRoom } from './hosted.ts';
import { inviteServerMachine, type ServerEffect } from './invite-server-machine.ts';
import { requestKey, serverKey } from './matching.ts';
import { responseTo } from './response.ts';
import { serverMachine, serverTrying } from './server-machine.ts';

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

/** Requests from the wire: matching (RFC 3261 §17.2.3), answering, answering again. */
export class ServerTransactions {
  readonly #room: TransactionRoom;
  readonly #servers = new Map<string, ServerTransaction>();
  #octets = 0;
  /** How many transactions there are of each request, whatever way it came. */
  readonly #requests = new Map<string, number>();

  constructor(room: TransactionRoom) {
    this.#room = room;
  }

  get size(): number {
    return this.#servers.size;
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
    if (this.#servers.size >= MOST_SERVER_TRANSACTIONS || this.#octets + octets > MOST_SERVER_OCTETS) {
      this.stateless(flow, source, responseTo(message, source, 503, { tag: token() }));
      return undefined;
    }
    const key = serverKey(flow, message);
    const transaction: ServerTransaction = { id: `tx/server/${key}`, flow, source, message, octets };
    this.#servers.set(key, transaction);
    this.#octets += octets;
    this.#count(transaction, 1);
    const reliable = transports.reliable(flow);
    const perform = (effect: Caused<ServerEffect>): void => this.#perform(key, transaction, effect);
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

  /** The flow ends: so does all that came over it. */
  endFlow(flow: FlowId): void {
    for (const [key, one] of this.#servers) {
      if (one.flow !== flow) continue;
      this.#forget(key, one);
      this.#room.runner.drop(one.id);
    }
  }

  #forget(key: string, one: ServerTransaction): void {
    if (this.#servers.get(key) !== one) return;
    this.#servers.delete(key);
    this.#octets -= one.octets;
    this.#count(one, -1);
  }

  #count(one: ServerTransaction, by: 1 | -1): void {
    const key = requestKey(one.flow, one.message);
    const count = (this.#requests.get(key) ?? 0) + by;
    if (count > 0) this.#requests.set(key, count);
    else this.#requests.delete(key);
  }

  #perform(key: string, one: ServerTransaction, effect: Caused<ServerEffect>): void {
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

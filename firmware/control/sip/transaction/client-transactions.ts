import type { Instant, Lapse } from '../../../core/machine.ts';
import type { Endpoint, FlowId } from '../face.ts';
import { type Field, SipMessage } from '../message/message.ts';
import { serialize } from '../message/serializer.ts';
import { hostText } from '../message/uri.ts';
import { clientMachine, clientResumed, clientTrying } from './client-machine.ts';
import { type Caused, hosted, type TransactionRoom } from './hosted.ts';
import { type ClientEffect, inviteCalling, inviteClientMachine, inviteResumed } from './invite-client-machine.ts';
import { ackOf } from './matching.ts';

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

/** Requests of ours: matching of their answers (RFC 3261 §17.1.3), sending, resending. */
export class ClientTransactions {
  readonly #room: TransactionRoom;
  readonly #clients = new Map<string, ClientTransaction>();

  constructor(room: TransactionRoom) {
    this.#room = room;
  }

  get size(): number {
    return this.#clients.size;
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
    const perform = (effect: Caused<ClientEffect>): void => this.#perform(transaction, effect);
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
   * Takes up a request that a plane before us has sent (with its Via). What nobody has answered is sent again at once;
   * what was sent over a connection, which ended with that plane, fails unless it is an INVITE that is still wanted.
   * What was answered waits for the rest.
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
    const perform = (effect: Caused<ClientEffect>): void => this.#perform(transaction, effect);
    const now = runner.now();
    if (message.method === 'INVITE') {
      const state = inviteResumed(timers, now, from);
      runner.host(id, hosted(inviteClientMachine(timers, reliable)), state, perform, { kept: false });
    } else {
      const state = clientResumed(timers, reliable, now);
      runner.host(id, hosted(clientMachine(timers, reliable)), state, perform, { kept: false });
    }
    const repeated = message.method === 'INVITE' && !from.abandoned;
    if (reliable && !repeated && !from.heard && from.acceptedUntil === undefined) {
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

  /** A connection ended: what waits on it fails now. */
  closed(flow: FlowId, far: Endpoint, why: string): void {
    this.#fail(why, (one) => one.flow === flow && one.to.port === far.port && one.to.address === far.address);
  }

  /** The flow ends: so does all that runs over it. */
  endFlow(flow: FlowId): void {
    const { runner } = this.#room;
    runner.cascade(() => this.#fail('the flow was closed', (one) => one.flow === flow));
    for (const [id, one] of this.#clients) if (one.flow === flow) this.#clients.delete(id) && runner.drop(id);
  }

  #fail(why: string, concerned: (one: ClientTransaction) => boolean): void {
    for (const one of this.#clients.values()) {
      if (!concerned(one)) continue;
      one.detail = why;
      this.#room.runner.tell(one.id, { type: 'transportFailed' });
    }
  }

  #perform(one: ClientTransaction, effect: Caused<ClientEffect>): void {
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
}

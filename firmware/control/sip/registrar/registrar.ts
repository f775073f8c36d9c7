import type { Runner } from '../../../core/runner.ts';
import { ServerDigest } from '../auth/server-digest.ts';
import { answer } from '../dialog/requests.ts';
import type { Room } from '../dialog/room.ts';
import type { Acceptance, Endpoint, FlowId, Registered, Registrar } from '../face.ts';
import type { Field, SipMessage } from '../message/message.ts';
import { responseTo } from '../transaction/response.ts';
import type { ServerTransaction } from '../transaction/server-transactions.ts';
import {
  type Binding,
  type Bindings,
  type BindingsEffect,
  type BindingsEvent,
  bindingsMachine,
  nobody,
  resumedBindings,
} from './bindings-machine.ts';
import { Patience } from './patience.ts';
import { contactKey, type RegisterFault, readRegister } from './register-request.ts';

/** Shorter bindings than this are load for nothing (RFC 3261 §10.3 step 7). */
const SHORTEST_S = 60;

/**
 * What is to be done with a request outside of our dialogs. `unguarded`: nobody registers at this flow; `stranger`: it
 * is not answered; `welcome`: it is who registered there, or has proved to be; `taken`: it is answered already.
 */
export type Judgement = 'unguarded' | 'stranger' | 'welcome' | 'taken';

type Door = { acceptance: Acceptance; readonly machine: string; readonly changed: () => void };

export const bindingsId = (flow: FlowId): string => `registrar/${flow}`;

/**
 * The registrar of flows at which somebody else registers with us (RFC 3261 §10.3), one address of record a flow, and
 * the judge of what comes in there: who has registered is known by the address and port that the REGISTER came from,
 * everybody else is asked for the password. Strangers cost no memory: challenges are stateless.
 */
export class Registrars implements Registrar {
  readonly #room: Room;
  readonly #digest: ServerDigest;
  readonly #patience: Patience;
  readonly #doors = new Map<FlowId, Door>();
  readonly #asked = new Map<number, ServerTransaction>();
  #asks = 0;

  constructor(room: Room) {
    this.#room = room;
    const now = () => room.runner.now();
    this.#digest = new ServerDigest(now);
    this.#patience = new Patience(now);
  }

  get #runner(): Runner {
    return this.#room.runner;
  }

  accept(flow: FlowId, acceptance: Acceptance, changed: () => void, kept?: unknown): void {
    const standing = this.#doors.get(flow);
    const machine = bindingsId(flow);
    this.#doors.set(flow, { acceptance, machine, changed });
    this.#runner.cascade(() => {
      if (!standing) this.#host(machine, flow, resumedBindings(kept, this.#runner.now()));
      else if (isOther(standing.acceptance, acceptance)) this.#runner.tell<BindingsEvent>(machine, { type: 'forget' });
    });
  }

  acceptNobody(flow: FlowId): void {
    this.#doors.delete(flow);
    this.#runner.drop(bindingsId(flow));
  }

  registered(flow: FlowId): readonly Registered[] {
    const now = this.#runner.now();
    return this.#bindings(flow).filter(({ expiresAt }) => expiresAt > now);
  }

  /** A connection ended; of a flow over UDP this is never told. */
  closed(flow: FlowId, source: Endpoint): void {
    const door = this.#doors.get(flow);
    if (door) this.#runner.tell<BindingsEvent>(door.machine, { type: 'closed', source });
  }

  /** Who sends what cannot be read: a challenge would be lost on it. */
  knows(flow: FlowId, source: Endpoint): 'unguarded' | 'stranger' | 'welcome' {
    if (!this.#doors.has(flow)) return 'unguarded';
    return this.registered(flow).some((each) => isSame(each.source, source)) ? 'welcome' : 'stranger';
  }

  /** To be asked in the cascade of the request, before it becomes a transaction. */
  judge(flow: FlowId, message: SipMessage, source: Endpoint): Judgement {
    const door = this.#doors.get(flow);
    if (!door) return 'unguarded';
    if (!door.acceptance.allows(source.address)) return 'stranger';
    const known = this.knows(flow, source) === 'welcome';
    if (message.method === 'REGISTER') return this.#registering(flow, door, message, source, known);
    if (known) return 'welcome';
    return message.method === 'INVITE' && message.toTag === '' ? this.#prove(flow, door, message, source) : 'stranger';
  }

  #bindings(flow: FlowId): readonly Binding[] {
    return (this.#runner.state<Bindings>(bindingsId(flow)) ?? nobody).bindings;
  }

  /** Whether it shows the password; a challenge goes out if not. Who is known is not counted among strangers. */
  #prove(flow: FlowId, { acceptance }: Door, message: SipMessage, source: Endpoint, known = false): Judgement {
    if (!known && !this.#patience.answers(source.address)) return 'stranger';
    const { realm, algorithms } = acceptance;
    const proof = this.#digest.judge(message, realm, acceptance, algorithms);
    if (proof === 'good') return 'welcome';
    if (proof === 'wrong' && !known) this.#patience.charge(source.address);
    if (proof === 'wrong') acceptance.refused?.(source);
    const { transactions, token } = this.#room;
    const fields = this.#digest.challenge(realm, proof === 'stale', algorithms);
    transactions.servers.stateless(flow, source, responseTo(message, source, 401, { tag: token(), fields }));
    return 'taken';
  }

  #registering(flow: FlowId, door: Door, message: SipMessage, source: Endpoint, known: boolean): Judgement {
    const judgement = this.#prove(flow, door, message, source, known);
    if (judgement !== 'welcome') return judgement;
    const transaction = this.#room.transactions.servers.accept(flow, message, source);
    if (!transaction) return 'taken';
    const read = readRegister(message, door.acceptance);
    if ('fault' in read) this.#refuse(transaction, read);
    else {
      const ask = ++this.#asks;
      this.#asked.set(ask, transaction);
      const bounds = { longestS: door.acceptance.longestS, shortestS: SHORTEST_S };
      const event: BindingsEvent = { type: 'register', ask, source, ...read, ...bounds };
      this.#runner.tell(door.machine, event);
    }
    return 'taken';
  }

  #refuse(transaction: ServerTransaction, { fault, unsupported }: RegisterFault): void {
    const fields: Field[] = unsupported === undefined ? [] : [['unsupported', unsupported]];
    answer(this.#room, transaction, fault, fields);
  }

  #host(machine: string, flow: FlowId, state: Bindings): void {
    this.#runner.host<Bindings, BindingsEvent, BindingsEffect>(
      machine,
      bindingsMachine(contactKey),
      state,
      (effect, { bindings }) => {
        if ('do' in effect) this.#answer(effect, bindings);
        else this.#doors.get(flow)?.changed();
      },
    );
  }

  /** Every binding there is, with what is left of its time (§10.3 step 8). */
  #answer({ ask, status }: Extract<BindingsEffect, { do: 'answer' }>, bindings: readonly Binding[]): void {
    const transaction = this.#asked.get(ask);
    this.#asked.delete(ask);
    if (!transaction) return;
    if (status === 423) answer(this.#room, transaction, 423, [['min-expires', String(SHORTEST_S)]]);
    else if (status === 500) answer(this.#room, transaction, 500);
    else
      answer(
        this.#room,
        transaction,
        200,
        bindings.map((each) => this.#contactField(each)),
      );
  }

  #contactField({ contact, expiresAt, q }: Binding): Field {
    const leftS = Math.max(1, Math.ceil((expiresAt - this.#runner.now()) / 1000));
    const preference = q === 1000 ? '' : `;q=${q / 1000}`;
    return ['contact', `<${contact}>;expires=${leftS}${preference}`];
  }
}

const isSame = (a: Endpoint, b: Endpoint): boolean => a.port === b.port && a.address === b.address;

/** Who registered with the old word must register anew. */
const isOther = (a: Acceptance, b: Acceptance): boolean =>
  a.user !== b.user || a.password !== b.password || a.realm !== b.realm || a.domain !== b.domain;

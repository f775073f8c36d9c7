import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { LegId } from '../facts.ts';
import type { Cause } from '../failure.ts';
import { Access, type AccessAsk } from './access.ts';
import type { CredentialsOf } from './dialog/dialog.ts';
import { flowClosed, hangUp, respond, userOfText } from './dialog/incoming.ts';
import type { Answer, Kept } from './dialog/kept.ts';
import { LeftLegs } from './dialog/left.ts';
import { abandon, cancel, invite, leaveAddress } from './dialog/outgoing.ts';
import { relocate } from './dialog/relocation.ts';
import { reoffer } from './dialog/reoffer.ts';
import { Requester } from './dialog/requester.ts';
import {
  ackCame,
  answer,
  answerProbe,
  cancelCame,
  isProbe,
  newRequest,
  requestCame,
  sendInfo,
} from './dialog/requests.ts';
import type { Room } from './dialog/room.ts';
import { type Session, Sessions } from './dialog/sessions.ts';
import { Standalone } from './dialog/standalone.ts';
import type {
  Endpoint,
  Flow,
  FlowId,
  IncomingInvite,
  InviteAsk,
  InviteVerdict,
  RequestAsk,
  RequestOutcome,
  SipSignal,
  UserAgent,
} from './face.ts';
import type { SipMessage } from './message/message.ts';
import { parseMessage } from './message/parser.ts';
import { tokenMaker } from './message/token.ts';
import { Registrars } from './registrar/registrar.ts';
import { type Lookup, Resolver } from './resolver/resolver.ts';
import { responseTo } from './transaction/response.ts';
import { timersOf } from './transaction/timers.ts';
import { Transactions } from './transaction/transactions.ts';
import type { OpenCarrier } from './transport/carrier.ts';
import { type TransportEvents, Transports } from './transport/transports.ts';

export type SipUserAgentOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  /** RFC 3261 T1; every SIP timer follows from it. */
  readonly t1Ms: number;
  /** 0 to below 1; for tests that must know the tokens. */
  readonly random?: () => number;
  readonly userAgentName: string;
  readonly tell: (leg: LegId, signal: SipSignal) => void;
  /** Finds credentials again for a dialog that was taken up after a restart. */
  readonly credentialsOf?: CredentialsOf;
  readonly lookup?: Lookup;
  /** Where flows get their wire; left out: sockets of the system. */
  readonly openCarrier?: OpenCarrier;
};

/** The face of the SIP room: what comes in goes to its transaction, dialog or leg; what is asked goes out. */
export class SipUserAgent implements UserAgent {
  readonly #room: Room;
  readonly #standalone: Standalone;
  /** Of the flows at which somebody else registers with us. */
  readonly registrar: Registrars;
  readonly #access = new Access();
  #decide: (invite: IncomingInvite) => InviteVerdict = () => ({ refuse: 480 });
  readonly #left: LeftLegs;

  constructor(options: SipUserAgentOptions) {
    const { runner, log, clock } = options;
    const timers = timersOf(options.t1Ms);
    const token = tokenMaker(options.random);
    const events: TransportEvents = {
      received: (flow, octets, source) => this.#received(flow, octets, source),
      closed: (flow, far, why) =>
        runner.cascade(() => {
          transactions.clients.closed(flow, far, why);
          this.registrar.closed(flow, far);
        }),
    };
    const transports = new Transports(new Resolver(clock, options.lookup), log, events, options.openCarrier);
    const transactions = new Transactions({ runner, log, timers, transports, token });
    this.#room = {
      runner,
      log,
      timers,
      transports,
      transactions,
      token,
      requester: new Requester(transactions.clients, token),
      sessions: new Sessions(runner),
      random: options.random ?? Math.random,
      name: options.userAgentName,
      credentialsOf: options.credentialsOf ?? (() => undefined),
      tell: options.tell,
    };
    this.#standalone = new Standalone(this.#room);
    this.#left = new LeftLegs(this.#room);
    this.registrar = new Registrars(this.#room);
  }

  /** Opens the flow's own socket; throws GatewayError `address-in-use` if its local port is taken. */
  async openFlow(flow: Flow): Promise<void> {
    const { transports, runner } = this.#room;
    const takeBack = transports.flow(flow.id) ? leaveAddress(this.#room, flow.id) : () => {};
    try {
      await transports.open(flow);
    } catch (error) {
      this.#ended(flow.id);
      throw error;
    }
    runner.cascade(() => {
      takeBack();
      this.#left.takeUp(flow.id);
      relocate(this.#room, flow.id);
    });
  }

  #ended(flow: FlowId): void {
    this.#room.transactions.endFlow(flow);
    this.#room.runner.cascade(() => flowClosed(this.#room, flow));
  }

  async closeFlow(flow: FlowId): Promise<void> {
    this.#ended(flow);
    await this.#room.transports.close(flow);
  }

  /** The path below the flow went or came back: connections over it are not trusted any more. */
  renewFlow(flow: FlowId): void {
    this.#room.transports.renew(flow);
  }

  /** The flow with the port it really has (a local port of 0 takes any), and `undefined` if it is not open. */
  flow(id: FlowId): Flow | undefined {
    return this.#room.transports.flow(id);
  }

  /** No new request leaves over this flow, until it is told otherwise; what stands goes on (`Transports.silence`). */
  silence(id: FlowId, on: boolean): void {
    this.#room.transports.silence(id, on);
  }

  /** The far address of a flow as a literal, as far as its name is known. */
  farOf(id: FlowId): Endpoint | undefined {
    return this.#room.transports.far(id);
  }

  request(ask: RequestAsk, done: (outcome: RequestOutcome) => void): void {
    this.#room.runner.cascade(() => this.#standalone.request(ask, done));
  }

  invite(leg: LegId, ask: InviteAsk): void {
    this.#room.runner.cascade(() => invite(this.#room, leg, ask));
  }

  abandon(leg: LegId): void {
    this.#for(leg, (session) => abandon(this.#room, session));
  }

  /** After this the leg hears only `ended`: the 487 and a 200 that crosses are the user agent's own affair. */
  cancel(leg: LegId, cause: Cause): void {
    this.#left.when(leg, () => this.#end(leg, cause));
  }

  respond(leg: LegId, given: Answer): void {
    this.#for(leg, (session) => respond(this.#room, session, given));
  }

  bye(leg: LegId, cause: Cause): void {
    this.#left.when(leg, () => this.#end(leg, cause));
  }

  #end(leg: LegId, cause: Cause): void {
    const session = this.#room.sessions.of(leg);
    if (!session) {
      this.#room.tell(leg, { sip: 'ended' });
      return;
    }
    if (session.outgoing && !session.outgoing.reoffer) cancel(this.#room, session, cause);
    else hangUp(this.#room, session, cause);
  }

  reoffer(leg: LegId, sdp: string): void {
    this.#for(leg, (session) => reoffer(this.#room, session, sdp));
  }

  info(leg: LegId, contentType: string, body: string): void {
    this.#for(leg, (session) => sendInfo(this.#room, session, contentType, body));
  }

  #for(leg: LegId, work: (session: Session) => void): void {
    this.#left.when(leg, () => {
      const session = this.#room.sessions.of(leg);
      if (session) work(session);
    });
  }

  onInvite(decide: (invite: IncomingInvite) => InviteVerdict): void {
    this.#decide = decide;
  }

  onAccess(admit: (request: AccessAsk) => boolean): void {
    this.#access.decideBy(admit);
  }

  /**
   * Takes up what a plane before us left for a leg, as soon as its flow is open; what is asked of the leg until then
   * waits. False if it cannot be read.
   */
  adopt(leg: LegId, kept: Kept): boolean {
    return this.#left.add(leg, kept);
  }

  /** Legs that were left by a plane before us, and whose flow is not open yet. */
  get waiting(): number {
    return this.#left.size;
  }

  /** Closes all flows at once; what ran over them is told `transport`. */
  async close(): Promise<void> {
    for (const flow of this.#room.transports.ids()) await this.closeFlow(flow);
  }

  /** What is held and what was turned away, for the status. */
  get counts(): { clients: number; servers: number; sessions: number; strangers: number; unreadable: number } {
    const { transactions, sessions } = this.#room;
    return { ...transactions.size, sessions: sessions.size, ...this.#access.counts };
  }

  /** Octets from the wire: one message, one cascade. False: the sender has no business with us. */
  #received(flow: FlowId, octets: Buffer, source: Endpoint): boolean {
    const verdict = parseMessage(octets);
    if (verdict.is === 'drop') {
      if (octets.length > 4) this.#access.countUnreadable();
      return false;
    }
    const { message } = verdict;
    message.source = source;
    let welcome = false;
    this.#room.runner.cascade(() => {
      if (!message.isRequest) welcome = this.#room.transactions.clients.response(flow, message);
      else if (verdict.is === 'reply') welcome = this.#refuse(flow, message, source, verdict.status);
      else welcome = this.#request(flow, message, source);
    });
    return welcome;
  }

  #refuse(flow: FlowId, message: SipMessage, source: Endpoint, status: number): boolean {
    const { transactions, token } = this.#room;
    const judged = this.registrar.knows(flow, source);
    if (judged !== 'welcome' && !this.#admits(flow, message, source, judged)) return false;
    if (message.method !== 'ACK') {
      transactions.servers.stateless(flow, source, responseTo(message, source, status, { tag: token() }));
    }
    return true;
  }

  /** Where somebody registers with us, its word is all that counts. */
  #admits(flow: FlowId, message: SipMessage, source: Endpoint, judged: 'stranger' | 'unguarded'): boolean {
    const requestUser = userOfText(message.uri);
    return judged === 'stranger' ? this.#access.refuses() : this.#access.admits({ flow, source, requestUser });
  }

  #request(flow: FlowId, message: SipMessage, source: Endpoint): boolean {
    const { transactions, sessions } = this.#room;
    if (transactions.servers.repeated(flow, message)) return true;
    const session = message.toTag === '' ? undefined : sessions.find(flow, message);
    const known =
      session !== undefined || (message.method === 'CANCEL' && transactions.servers.inviteOf(flow, message));
    const judged = known ? 'welcome' : this.registrar.judge(flow, message, source);
    if (judged === 'taken') return true;
    if (judged !== 'welcome' && !this.#admits(flow, message, source, judged)) return false;
    if (message.method === 'ACK') {
      ackCame(this.#room, flow, message);
      return true;
    }
    if (isProbe(message)) {
      answerProbe(this.#room, flow, message, source);
      return true;
    }
    const merged = message.toTag === '' && message.method !== 'CANCEL' && transactions.servers.merged(flow, message);
    const transaction = transactions.servers.accept(flow, message, source);
    if (!transaction) return true;
    if (merged) answer(this.#room, transaction, 482);
    else if (message.method === 'CANCEL') cancelCame(this.#room, transaction);
    else if (session) requestCame(this.#room, session, transaction);
    else newRequest(this.#room, transaction, this.#decide);
    return true;
  }
}

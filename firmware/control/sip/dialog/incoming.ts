import { keepState } from '../../../core/kept-state.ts';
import type { LegId } from '../../facts.ts';
import { type Cause, failureTable, isFailure } from '../../failure.ts';
import type { FlowId, IncomingInvite, InviteVerdict, UriText } from '../face.ts';
import type { Field, SipMessage } from '../message/message.ts';
import { octetsOf, textOf } from '../message/serializer.ts';
import { hostText, isUri, parseUri, userOf } from '../message/uri.ts';
import { responseTo } from '../transaction/response.ts';
import type { ServerTransaction } from '../transaction/server-transactions.ts';
import { answerKeeperMachine, answerSent } from './answer-keeper-machine.ts';
import { afterRequest, dialogOfRequest } from './dialog.ts';
import { type Answer, type KeptArrival, keptFields, messageOf } from './kept.ts';
import { reoffer } from './reoffer.ts';
import { allow, type Room, reasonField, reasonOf, sdpOf, sdpType, sendBye } from './room.ts';
import type { Incoming, Session } from './sessions.ts';

/** The plain user part of a URI text, '' if it has none. */
export const userOfText = (text: string | undefined): string => {
  const uri = text === undefined ? 'syntax' : parseUri(text);
  return isUri(uri) ? textOf(userOf(uri)) : '';
};

/** Words of Privacy that ask to hide who calls (RFC 3323 §4.2, RFC 3325 §9.3). */
const HIDING = ['id', 'user', 'header'];

/** Whether the caller wishes not to be shown: a softswitch that trusts us may still assert the number (RFC 3325 §7). */
const hides = (request: SipMessage): boolean => {
  const asked = (request.header('privacy') ?? '').toLowerCase().split(/[;,]/, 8);
  if (asked.some((word) => HIDING.includes(word.trim()))) return true;
  const from = parseUri(request.from?.uri ?? '');
  return isUri(from) && from.host.toLowerCase() === 'anonymous.invalid';
};

const invited = (flow: FlowId, request: SipMessage): IncomingInvite => {
  const asserted = request.addresses('p-asserted-identity')[0];
  const shown = asserted ?? request.from!;
  const name = shown.name === undefined ? {} : { name: textOf(shown.name) };
  const caller = hides(request) ? { number: '', withheld: true as const } : { number: userOfText(shown.uri), ...name };
  const called = request.addresses('p-called-party-id')[0]?.uri ?? request.to?.uri;
  return {
    flow,
    requestUser: userOfText(request.uri),
    called: userOfText(called),
    caller,
    callId: request.callId,
    ...sessionIdOf(request),
    ...markOf(request),
    ...sdpOf(request),
  };
};

/** Longer than any mark of ours. */
const LONGEST_MARK = 64;
const markOf = (request: SipMessage): { mark?: string } => {
  const mark = request.header('x-test-call') ?? '';
  return mark === '' || mark.length > LONGEST_MARK ? {} : { mark };
};

/** The caller's half of a Session-ID, 32 hexadecimal digits; the nil one says nothing (RFC 7989 §4.1, §5). */
const sessionIdOf = (request: SipMessage): { sessionId?: string } => {
  const half = request.list('session-id')[0]?.slice(0, 32).toLowerCase() ?? '';
  return /^[0-9a-f]{32}$/.test(half) && !/^0+$/.test(half) ? { sessionId: half } : {};
};

/** A new INVITE: a leg takes it, or it is refused (RFC 3261 §13.3.1). */
export const incomingInvite = (
  room: Room,
  transaction: ServerTransaction,
  decide: (invite: IncomingInvite) => InviteVerdict,
): void => {
  const { flow, message: request } = transaction;
  const verdict = decide(invited(flow, request));
  const localTag = room.token();
  transaction.localTag = localTag;
  if ('refuse' in verdict) {
    const fields = verdict.cause === undefined ? [] : [reasonField(verdict.cause)];
    room.transactions.servers.respond(
      transaction,
      responseTo(request, transaction.source, verdict.refuse, { tag: localTag, fields }),
    );
    return;
  }
  hold(room, verdict.leg, transaction, localTag);
};

/** The leg holds the INVITE until its final answer, and so do the kept states: else the next plane answers it. */
const hold = (room: Room, leg: LegId, transaction: ServerTransaction, localTag: string): Session => {
  const { flow, message: request } = transaction;
  const contact = contactFor(room, flow, request);
  const own = { flow, contact, tag: localTag, cseq: 0 };
  // of a flow without a far end of its own: to where it came from
  const symmetric = room.transports.flow(flow)?.remote === undefined ? { hop: transaction.source } : {};
  const dialog = dialogOfRequest(request, { ...own, ...symmetric });
  const session: Session = {
    leg,
    flow,
    callId: request.callId,
    localTag,
    dialog,
    placed: false,
    early: new Map(),
    ending: false,
    incoming: { transaction, request, reoffer: false },
  };
  room.sessions.add(session);
  transaction.onAck = (ack) => acknowledged(room, session, ack);
  transaction.onCancel = (cancel) => cancelled(room, session, cancel);
  keepState(room.runner, `arrival/${leg}`, keptArrival(session, transaction));
  return session;
};

const keptArrival = ({ localTag }: Session, transaction: ServerTransaction, last?: Answer): KeptArrival => {
  const { flow, source, message } = transaction;
  const fields = keptFields(message);
  const said = last === undefined ? {} : { last };
  return { as: 'arrival', flow, source, uri: message.uri, fields, localTag, ...said };
};

/** Takes up an INVITE that a plane before us has not answered, and says again what was said last. */
export const adoptIncoming = (room: Room, leg: LegId, kept: KeptArrival): void => {
  const transaction = adoptTransaction(room, kept);
  if (!transaction) return;
  const session = hold(room, leg, transaction, kept.localTag);
  if (kept.last) respond(room, session, kept.last);
};

const adoptTransaction = (room: Room, kept: KeptArrival): ServerTransaction | undefined => {
  const message = messageOf(kept);
  message.source = kept.source;
  const transaction = room.transactions.servers.accept(kept.flow, message, kept.source);
  if (transaction) transaction.localTag = kept.localTag;
  return transaction;
};

/** Goes on with a 2xx of a plane before us whose ACK has not come: it is said again. */
export const adoptAnswered = (room: Room, session: Session, kept: KeptArrival): void => {
  const transaction = adoptTransaction(room, kept);
  if (!transaction || !kept.last) return;
  transaction.onAck = (ack) => acknowledged(room, session, ack);
  session.incoming = { transaction, request: transaction.message, reoffer: kept.reoffer === true };
  respond(room, session, kept.last);
  if (session.unacknowledged && kept.bye !== undefined) owe(room, session, kept.bye);
};

/** Our Contact when the leg gives none: the user that was asked for, at the flow's own address. */
const contactFor = (room: Room, flow: FlowId, request: SipMessage): UriText => {
  const open = room.transports.flow(flow)!;
  const uri = parseUri(request.uri);
  const user = isUri(uri) && uri.user !== '' ? `${uri.user}@` : '';
  const transport = open.transport === 'udp' ? '' : `;transport=${open.transport}`;
  return `sip:${user}${hostText(open.local.address)}:${open.local.port}${transport}`;
};

const cancelled = (room: Room, session: Session, cancel: SipMessage): void => {
  const { incoming } = session;
  if (!incoming || incoming.reoffer) return;
  finish(room, session, incoming, { status: 487 });
  room.sessions.remove(session);
  room.tell(session.leg, { sip: 'cancelled', ...reasonOf(cancel) });
};

/** Answers what the leg holds; a second final answer finds nothing to answer. */
export const respond = (room: Room, session: Session, answer: Answer): void => {
  const { incoming } = session;
  if (!incoming || (incoming.reoffer && answer.status < 200)) return;
  if (answer.contact !== undefined && session.dialog) {
    session.dialog = { ...session.dialog, contact: answer.contact };
  }
  const response = responseFor(session, incoming, answer);
  if (answer.status < 200) {
    keepState(room.runner, `arrival/${session.leg}`, keptArrival(session, incoming.transaction, answer));
    room.transactions.servers.respond(incoming.transaction, response);
    return;
  }
  if (answer.status >= 300) {
    finish(room, session, incoming, answer);
    if (!incoming.reoffer) room.sessions.remove(session);
    return;
  }
  session.incoming = undefined;
  room.sessions.setDialog(session, { ...session.dialog!, confirmed: true });
  room.transactions.servers.respond(incoming.transaction, response);
  if (incoming.request.method === 'INVITE') keep(room, session, incoming, response, answer);
};

const responseFor = (session: Session, incoming: Incoming, answer: Answer): SipMessage => {
  const fields: Field[] = [];
  if (answer.status < 300) fields.push(['contact', `<${session.dialog!.contact}>`], allow);
  if (answer.cause !== undefined && answer.status >= 300) fields.push(reasonField(answer.cause));
  if (answer.sdp !== undefined) fields.push(sdpType);
  const body = answer.sdp === undefined ? {} : { body: octetsOf(answer.sdp) };
  const { request, transaction } = incoming;
  return responseTo(request, transaction.source, answer.status, { tag: session.localTag, fields, ...body });
};

const finish = (room: Room, session: Session, incoming: Incoming, answer: Answer): void => {
  session.incoming = undefined;
  room.transactions.servers.respond(incoming.transaction, responseFor(session, incoming, answer));
};

/** Repeats the 2xx until its ACK comes; without one the dialog is ended (§13.3.1.4). */
const keep = (room: Room, session: Session, incoming: Incoming, response: SipMessage, answer: Answer): void => {
  const { reoffer, transaction } = incoming;
  session.unacknowledged = { cseq: incoming.request.cseq!.number };
  const kept: KeptArrival = { ...keptArrival(session, transaction, answer), ...(reoffer ? { reoffer } : {}) };
  keepState(room.runner, `answered/${session.leg}`, kept);
  const { runner, timers } = room;
  runner.host(
    `answer/${session.leg}`,
    answerKeeperMachine(timers),
    answerSent(timers, runner.now()),
    (effect) => {
      if ('do' in effect) return room.transactions.servers.respond(incoming.transaction, response);
      const owed = session.unacknowledged?.bye;
      session.unacknowledged = undefined;
      runner.drop(`answered/${session.leg}`);
      if (owed === undefined) room.tell(session.leg, { sip: 'neverAcknowledged' });
      sendBye(room, session, owed ?? 'serverSilent');
    },
    { kept: false },
  );
};

/** ACK of our 2xx; a BYE that waited for it goes out now (§15). */
export const acknowledged = (room: Room, session: Session, ack: SipMessage): void => {
  const waiting = session.unacknowledged;
  if (!waiting || waiting.cseq !== ack.cseq?.number) return;
  session.unacknowledged = undefined;
  room.runner.drop(`answered/${session.leg}`);
  room.runner.tell(`answer/${session.leg}`, { type: 'acknowledged' });
  if (waiting.bye !== undefined) {
    sendBye(room, session, waiting.bye);
    return;
  }
  room.tell(session.leg, { sip: 'acknowledged', ...sdpOf(ack) });
  if (waiting.reoffer !== undefined) reoffer(room, session, waiting.reoffer);
};

/** re-INVITE or UPDATE (§14.2, RFC 3311 §5.2): the leg answers, unless another change is under way. */
export const reoffered = (room: Room, session: Session, transaction: ServerTransaction): void => {
  const { message: request, source } = transaction;
  const refuse = (status: number, fields: Field[] = []): void =>
    room.transactions.servers.respond(
      transaction,
      responseTo(request, source, status, { tag: session.localTag, fields }),
    );
  if (session.outgoing) {
    refuse(491);
    return;
  }
  if (session.incoming || session.unacknowledged) {
    refuse(500, [['retry-after', '2']]);
    return;
  }
  room.sessions.setDialog(session, afterRequest(session.dialog!, request));
  session.incoming = { transaction, request, reoffer: true };
  if (request.method === 'UPDATE' && request.sdp === undefined) {
    respond(room, session, { status: 200 });
    return;
  }
  transaction.onAck = (ack) => acknowledged(room, session, ack);
  transaction.onCancel = () => {
    if (session.incoming?.transaction === transaction) finish(room, session, session.incoming, { status: 487 });
  };
  room.tell(session.leg, { sip: 'reoffered', ...sdpOf(request) });
};

/** The leg hangs up: refuses, waits for the ACK, or sends BYE. */
export const hangUp = (room: Room, session: Session, cause: Cause): void => {
  if (session.ending) return;
  if (session.incoming && !session.incoming.reoffer) {
    finish(room, session, session.incoming, { status: isFailure(cause) ? failureTable[cause].status : 480, cause });
    room.sessions.remove(session);
    room.tell(session.leg, { sip: 'ended' });
    return;
  }
  if (session.incoming) finish(room, session, session.incoming, { status: 487 });
  if (session.unacknowledged) owe(room, session, cause);
  else sendBye(room, session, cause);
};

/** BYE waits for the ACK of our 2xx (§15). */
const owe = (room: Room, session: Session, bye: Cause): void => {
  session.unacknowledged = { ...session.unacknowledged!, bye };
  const id = `answered/${session.leg}`;
  const kept = room.runner.state<KeptArrival>(id);
  if (kept) keepState(room.runner, id, { ...kept, bye });
};

/** The flow of a call that nobody answered yet is gone: its leg hears what a CANCEL would have told it. */
export const flowClosed = (room: Room, flow: FlowId): void => {
  for (const session of [...room.sessions.all()]) {
    if (session.flow !== flow || !session.incoming || session.incoming.reoffer) continue;
    room.sessions.remove(session);
    room.tell(session.leg, { sip: 'cancelled' });
  }
};

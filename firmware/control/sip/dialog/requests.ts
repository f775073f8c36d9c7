import type { FlowId, IncomingInvite, InviteVerdict } from '../face.ts';
import type { Field, SipMessage } from '../message/message.ts';
import { octetsOf, textOf } from '../message/serializer.ts';
import { responseTo } from '../transaction/response.ts';
import type { ServerTransaction } from '../transaction/transactions.ts';
import { acknowledged, incomingInvite, reoffered } from './incoming.ts';
import { allow, credentialsFor, dialogDraft, type Room, reasonOf } from './room.ts';
import type { Session } from './sessions.ts';

/** Answers a request and leaves it at that. */
export const answer = (
  room: Room,
  transaction: ServerTransaction,
  status: number,
  fields: readonly Field[] = [],
): void => {
  const { message, source } = transaction;
  const tag = room.token();
  room.transactions.respond(transaction, responseTo(message, source, status, { tag, fields }));
};

/** OPTIONS, in a dialog or not (RFC 3261 §11.2). */
export const answerOptions = (room: Room, transaction: ServerTransaction): void =>
  answer(room, transaction, 200, [allow, ['accept', 'application/sdp'], ['user-agent', room.name]]);

/** An ACK makes no transaction: it is for the 2xx of its dialog, or for nobody. */
export const ackCame = (room: Room, flow: FlowId, ack: SipMessage): void => {
  const session = room.sessions.find(flow, ack);
  if (session) acknowledged(room, session, ack);
};

/** Extensions that we do not have, and requests that went round too often (RFC 3261 §8.2.2.3, §16.3). */
const refused = (room: Room, transaction: ServerTransaction): boolean => {
  const { message } = transaction;
  const unsupported = message.list('require');
  if (message.header('max-forwards') === '0') answer(room, transaction, 483);
  else if (unsupported.length > 0) answer(room, transaction, 420, [['unsupported', unsupported.join(', ')]]);
  else return false;
  return true;
};

/** A request outside of our dialogs. */
export const newRequest = (
  room: Room,
  transaction: ServerTransaction,
  decide: (invite: IncomingInvite) => InviteVerdict,
): void => {
  const { message } = transaction;
  if (refused(room, transaction)) return;
  if (message.toTag !== '') answer(room, transaction, 481);
  else if (message.method === 'OPTIONS') answerOptions(room, transaction);
  else if (message.method !== 'INVITE') answer(room, transaction, 405, [allow]);
  else if (message.body !== '' && message.sdp === undefined) {
    answer(room, transaction, 415, [['accept', 'application/sdp']]);
  } else incomingInvite(room, transaction, decide);
};

export const cancelCame = (room: Room, transaction: ServerTransaction): void => {
  const invited = room.transactions.inviteOf(transaction.flow, transaction.message);
  answer(room, transaction, invited ? 200 : 481);
  invited?.onCancel?.(transaction.message);
};

/** A request within a dialog of ours; one that is older than the last is refused (RFC 3261 §12.2.2). */
export const requestCame = (room: Room, session: Session, transaction: ServerTransaction): void => {
  const { message: request } = transaction;
  if (refused(room, transaction)) return;
  const last = session.dialog?.remoteCseq;
  if (last !== undefined && request.cseq!.number <= last) {
    answer(room, transaction, 500);
    return;
  }
  if (session.dialog) room.sessions.setDialog(session, { ...session.dialog, remoteCseq: request.cseq!.number });
  switch (request.method) {
    case 'BYE':
      byeCame(room, session, transaction);
      return;
    case 'INVITE':
    case 'UPDATE':
      if (!session.dialog?.confirmed || session.ending) {
        answer(room, transaction, session.ending ? 481 : 491);
        return;
      }
      reoffered(room, session, transaction);
      return;
    case 'INFO':
      infoCame(room, session, transaction);
      return;
    case 'OPTIONS':
      answerOptions(room, transaction);
      return;
    default:
      answer(room, transaction, 405, [allow]);
      return;
  }
};

const byeCame = (room: Room, session: Session, transaction: ServerTransaction): void => {
  answer(room, transaction, 200);
  const { incoming, outgoing, ending } = session;
  if (outgoing && !outgoing.reoffer) return;
  if (incoming) {
    const { request, transaction: open } = incoming;
    room.transactions.respond(open, responseTo(request, open.source, 487, { tag: session.localTag }));
  }
  room.sessions.remove(session);
  room.tell(session.leg, ending ? { sip: 'ended' } : { sip: 'bye', ...reasonOf(transaction.message) });
};

const infoCame = (room: Room, session: Session, transaction: ServerTransaction): void => {
  answer(room, transaction, 200);
  const { message } = transaction;
  const contentType = message.header('content-type') ?? '';
  if (message.body !== '') room.tell(session.leg, { sip: 'info', contentType, body: textOf(message.body) });
};

/** INFO in the dialog (RFC 6086 §4); its answer is not waited for. */
export const sendInfo = (room: Room, session: Session, contentType: string, body: string): void => {
  if (!session.dialog || session.ending) return;
  const draft = dialogDraft(room, session.dialog, {
    method: 'INFO',
    fields: [['content-type', contentType]],
    body: octetsOf(body),
    cseq: () => room.sessions.nextCseq(session),
    credentials: credentialsFor(room, session),
  });
  room.requester.send(draft, { response: () => {}, failed: () => {} });
};

import { createHash } from 'node:crypto';
import type { Endpoint, FlowId, IncomingInvite, InviteVerdict } from '../face.ts';
import type { Field, SipMessage } from '../message/message.ts';
import { octetsOf, textOf } from '../message/serializer.ts';
import { responseTo } from '../transaction/response.ts';
import type { ServerTransaction } from '../transaction/server-transactions.ts';
import { acknowledged, incomingInvite, reoffered } from './incoming.ts';
import { allow, credentialsFor, dialogDraft, type Room, reasonOf, unknownThere } from './room.ts';
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
  room.transactions.servers.respond(transaction, responseTo(message, source, status, { tag, fields }));
};

const whatWeCan = (room: Room): readonly Field[] => [allow, ['accept', 'application/sdp'], ['user-agent', room.name]];

/** OPTIONS, in a dialog or not (RFC 3261 §11.2). */
export const answerOptions = (room: Room, transaction: ServerTransaction): void =>
  answer(room, transaction, 200, whatWeCan(room));

/** True for the probe of a softswitch: OPTIONS outside of any dialog that asks for nothing we lack. */
export const isProbe = (message: SipMessage): boolean =>
  message.method === 'OPTIONS' && message.toTag === '' && message.list('require').length === 0;

/**
 * Answers a probe without remembering it (RFC 3261 §8.2.7): however many a softswitch sends, they cost no memory. A
 * copy must get the same tag, which is why it is made of the branch.
 */
export const answerProbe = (room: Room, flow: FlowId, message: SipMessage, source: Endpoint): void => {
  const tag = createHash('sha256').update(`${message.callId} ${message.via?.branch}`).digest('hex').slice(0, 16);
  room.transactions.servers.stateless(flow, source, responseTo(message, source, 200, { tag, fields: whatWeCan(room) }));
};

/** An ACK makes no transaction: it is for the 2xx of its dialog, or for nobody. */
export const ackCame = (room: Room, flow: FlowId, ack: SipMessage): void => {
  const session = room.sessions.find(flow, ack);
  if (session) acknowledged(room, session, ack);
};

/**
 * Extensions and contents that we do not have (RFC 3261 §8.2.2.3, §8.2.3). A Max-Forwards of 0 is no fault here: it
 * stops who would pass the request on (§16.3), and we are where it wanted to go.
 */
const refused = (room: Room, transaction: ServerTransaction): boolean => {
  const { message } = transaction;
  const unsupported = message.list('require');
  if (unsupported.length > 0) answer(room, transaction, 420, [['unsupported', unsupported.join(', ')]]);
  else if (offers(message) && message.body !== '' && (message.sdp === undefined || isEncoded(message))) {
    answer(room, transaction, 415, [
      ['accept', 'application/sdp'],
      ['accept-encoding', 'identity'],
    ]);
  } else return false;
  return true;
};

const offers = ({ method }: SipMessage): boolean => method === 'INVITE' || method === 'UPDATE';
const isEncoded = (message: SipMessage): boolean =>
  (message.header('content-encoding') ?? 'identity').toLowerCase() !== 'identity';

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
  else incomingInvite(room, transaction, decide);
};

/** The 200 of a CANCEL has the tag of the INVITE's answers (§9.2). */
export const cancelCame = (room: Room, transaction: ServerTransaction): void => {
  const { flow, message, source } = transaction;
  const invited = room.transactions.servers.inviteOf(flow, message);
  const tag = invited?.localTag ?? room.token();
  room.transactions.servers.respond(transaction, responseTo(message, source, invited ? 200 : 481, { tag }));
  invited?.onCancel?.(message);
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
    room.transactions.servers.respond(open, responseTo(request, open.source, 487, { tag: session.localTag }));
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
  const response = ({ status }: SipMessage): void => {
    if (status === 481) unknownThere(room, session);
  };
  room.requester.send(draft, { response, failed: () => {} });
};

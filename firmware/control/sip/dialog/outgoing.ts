import { keepState } from '../../../core/kept-state.ts';
import type { InviteThread, LegId } from '../../facts.ts';
import type { Cause } from '../../failure.ts';
import type { Endpoint, FlowId, InviteAsk, UriText } from '../face.ts';
import { parseRetryAfter } from '../message/headers.ts';
import { type Field, SipMessage } from '../message/message.ts';
import { bodyOf } from '../message/multipart.ts';
import { octetsOf, serialize } from '../message/serializer.ts';
import type { ClientTransaction } from '../transaction/client-transactions.ts';
import { type Acks, acknowledge, sendAck } from './acks.ts';
import { ackOf2xx, type Dialog, dialogOfResponse, isDialog } from './dialog.ts';
import { draftFields, type KeptAcked, type KeptInvite, keptRequest, messageOf } from './kept.ts';
import type { DraftHandler } from './requester.ts';
import {
  addressText,
  allow,
  dialogDraft,
  keepAcked,
  type Room,
  reasonField,
  reasonOf,
  sdpOf,
  sendBye,
} from './room.ts';
import type { Outgoing, Session } from './sessions.ts';

/** INVITE to the far end, until its last answer. */
export const invite = (room: Room, leg: LegId, ask: InviteAsk): void => {
  const to = ask.hop ?? room.transports.flow(ask.flow)?.remote;
  if (!to) {
    room.tell(leg, { sip: 'unanswered', why: 'transport', detail: `there is no way over ${ask.flow}` });
    return;
  }
  const { callId, fromTag: localTag, cseq: before } = ask.thread ?? freshThread(room);
  const session: Session = {
    leg,
    flow: ask.flow,
    callId,
    localTag,
    credentials: ask.credentials,
    placed: true,
    early: new Map(),
    ending: false,
  };
  room.sessions.add(session);
  let cseq = before;
  const content = bodyOf(ask.sdp, ask.parts ?? [], room.token);
  const attempt = attemptOf(session, ownOf(ask), false);
  const { outgoing } = attempt;
  outgoing.sending = room.requester.send(
    {
      flow: ask.flow,
      to,
      method: 'INVITE',
      uri: ask.uri,
      fields: [...inviteFields(room, ask, callId, localTag), ...content.fields],
      body: content.body,
      cseq: () => ++cseq,
      credentials: ask.credentials,
      fresh: true,
    },
    handlerOf(room, attempt),
  );
};

const freshThread = (room: Room): InviteThread => ({
  callId: room.token() + room.token(),
  fromTag: room.token(),
  cseq: 0,
});

const handlerOf = (room: Room, attempt: Attempt): DraftHandler => {
  const { session, outgoing } = attempt;
  const { leg } = session;
  return {
    sent: () => room.tell(leg, { sip: 'sent' }),
    resent: () => hears(outgoing) && room.tell(leg, { sip: 'resent' }),
    challenged: () => {
      outgoing.provisional = false;
      room.tell(leg, { sip: 'challenged' });
    },
    wanted: () => hears(outgoing) && !outgoing.abandoned,
    tried: (transaction) => {
      outgoing.keep = () => keep(room, attempt, transaction);
      outgoing.keep();
    },
    response: (response, refused) => answered(room, attempt, response, refused),
    failed: (why, detail) => failed(room, attempt, why, detail),
  };
};

const attemptOf = (session: Session, own: Own, provisional: boolean): Attempt => {
  const outgoing: Outgoing = {
    sending: undefined as never,
    reoffer: false,
    provisional,
    cancelSent: false,
    abandoned: false,
    keep: () => {},
  };
  session.outgoing = outgoing;
  return { session, outgoing, own, acks: new Map() };
};

/** An INVITE under way, and how dialogs that it makes are ours. */
type Own = { readonly flow: FlowId; readonly contact: UriText; readonly user?: string; readonly hop?: Endpoint };
type Attempt = {
  readonly session: Session;
  readonly outgoing: Outgoing;
  readonly own: Own;
  readonly acks: Acks;
};
const ownOf = ({ flow, contact, credentials, hop }: InviteAsk): Own => ({
  flow,
  contact,
  ...(hop === undefined ? {} : { hop }),
  ...(credentials === undefined ? {} : { user: credentials.user }),
});

/** What the next plane needs to go on with this INVITE, should we die before its answer. */
const keep = (room: Room, { session, own, outgoing }: Attempt, transaction: ClientTransaction): void => {
  if (room.sessions.of(session.leg) !== session || session.outgoing !== outgoing) return;
  const { provisional: heard, abandoned, cancel } = outgoing;
  const early = [...session.early.values()];
  const kept: KeptInvite = {
    ...{ as: 'invite', ...keptRequest(transaction), ...own, heard, early, abandoned },
    ...(cancel === undefined ? {} : { cancel }),
  };
  keepState(room.runner, `invite/${session.leg}`, kept);
};

/** Goes on with an INVITE of a plane before us: what nobody has answered is sent again, a CANCEL as well. */
export const adoptOutgoing = (room: Room, leg: LegId, kept: KeptInvite): void => {
  const { flow, contact, user, to, uri, body, hop } = kept;
  const message = messageOf(kept);
  const { callId, fromTag: localTag } = message;
  const credentials = user === undefined ? undefined : room.credentialsOf(flow, user);
  const session: Session = { leg, flow, callId, localTag, credentials, placed: true, early: new Map(), ending: false };
  const own = { flow, contact, ...(user === undefined ? {} : { user }), ...(hop === undefined ? {} : { hop }) };
  const attempt = attemptOf(session, own, kept.heard);
  const { outgoing } = attempt;
  outgoing.abandoned = kept.abandoned;
  if (kept.cancel !== undefined) outgoing.cancel = kept.cancel;
  room.sessions.add(session);
  for (const dialog of kept.early) if (isDialog(dialog)) room.sessions.addEarly(session, dialog);
  let cseq = message.cseq!.number;
  outgoing.sending = room.requester.resume(
    { flow, to, method: 'INVITE', uri, fields: draftFields(message), body, cseq: () => ++cseq, credentials },
    handlerOf(room, attempt),
    message,
    { heard: kept.heard, abandoned: kept.abandoned || kept.cancel !== undefined },
  );
  if (kept.cancel !== undefined && kept.heard) sendCancel(room, outgoing);
};

/** The 2xx that an acknowledged INVITE has got may come again: its ACK was lost, or the plane died with it. */
export const adoptAcknowledged = (room: Room, session: Session, dialog: Dialog, kept: KeptAcked): void => {
  const { flow, to, contact, until } = { ...kept, contact: dialog.contact };
  const message = messageOf(kept);
  const attempt = attemptOf(session, { flow, contact }, true);
  session.outgoing = undefined;
  const octets = serialize(ackOf2xx(dialog, message, room.transactions.clients.via(flow)));
  attempt.acks.set(dialog.remoteTag, { octets, dialog });
  const current = room.transactions.clients.resume(
    flow,
    to,
    message,
    { response: (response) => answered(room, attempt, response, false), failed: () => {} },
    { heard: true, acceptedUntil: until },
  );
  attempt.outgoing.sending = { current };
};

const failed = (room: Room, { session, outgoing }: Attempt, why: 'silence' | 'transport', detail: string): void => {
  leave(room, session);
  const told = outgoing.moved ? 'moved' : why;
  room.tell(session.leg, hears(outgoing) ? { sip: 'unanswered', why: told, detail } : { sip: 'ended' });
};

/** A leg that asked to cancel hears only `ended`. */
const hears = (outgoing: Outgoing): boolean => outgoing.cancel === undefined;

const leave = (room: Room, session: Session): void => {
  session.outgoing = undefined;
  if (room.sessions.of(session.leg) === session) room.sessions.remove(session);
};

const inviteFields = (room: Room, ask: InviteAsk, callId: string, localTag: string): Field[] => {
  const fields: Field[] = (ask.routes ?? []).map((route): Field => ['route', `<${route}>`]);
  fields.push(
    ['from', `${addressText(ask.from)};tag=${localTag}`],
    ['to', addressText(ask.to)],
    ['call-id', callId],
    ['contact', `<${ask.contact}>`],
    allow,
    ['user-agent', room.name],
  );
  for (const [name, value] of ask.headers ?? []) fields.push([name.toLowerCase(), octetsOf(value)]);
  return fields;
};

const answered = (room: Room, attempt: Attempt, response: SipMessage, refused: boolean): void => {
  const { session, outgoing } = attempt;
  if (response.status < 200) {
    rang(room, attempt, response);
    return;
  }
  if (response.status < 300) {
    accepted(room, attempt, response);
    return;
  }
  leave(room, session);
  if (!hears(outgoing)) {
    room.tell(session.leg, { sip: 'ended' });
    return;
  }
  const retryAfterMs = parseRetryAfter(response.header('retry-after'));
  room.tell(session.leg, {
    sip: 'refused',
    status: response.status,
    ...reasonOf(response),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    contacts: response.addresses('contact').map((contact) => contact.uri),
    credentialsRefused: refused,
    ...(outgoing.abandoned ? { abandoned: true } : {}),
    thread: { callId: session.callId, fromTag: session.localTag, cseq: outgoing.sending.current.message.cseq!.number },
  });
};

const rang = (room: Room, { session, outgoing, own }: Attempt, response: SipMessage): void => {
  const known = session.early.size;
  const first = !outgoing.provisional;
  outgoing.provisional = true;
  if (response.toTag !== '' && response.status > 100) {
    room.sessions.addEarly(session, dialogOfResponse(outgoing.sending.current.message, response, own));
  }
  if (first || session.early.size > known) outgoing.keep();
  if (hears(outgoing)) room.tell(session.leg, { sip: 'provisional', status: response.status, ...sdpOf(response) });
  else sendCancel(room, outgoing);
};

const accepted = (room: Room, { session, outgoing, own, acks }: Attempt, response: SipMessage): void => {
  const repeated = acks.get(response.toTag);
  if (repeated) {
    sendAck(room, repeated.dialog, repeated.octets);
    return;
  }
  const message = outgoing.sending.current.message;
  const dialog = dialogOfResponse(message, response, own);
  acks.set(response.toTag, acknowledge(room, dialog, message));
  const current = room.sessions.of(session.leg) === session && session.outgoing === outgoing;
  if (!current) {
    endStray(room, dialog, session);
    return;
  }
  session.outgoing = undefined;
  session.early.clear();
  room.sessions.setDialog(session, dialog);
  keepAcked(room, session, outgoing.sending.current);
  if (outgoing.cancel !== undefined) sendBye(room, session, outgoing.cancel);
  else room.tell(session.leg, { sip: 'accepted', ...sdpOf(response) });
};

/** A 2xx of another branch, or of a call that nobody waits for: its dialog is ended at once (§13.2.2.4). */
const endStray = (room: Room, dialog: Dialog, session: Session): void => {
  let { localCseq } = dialog;
  const draft = dialogDraft(room, dialog, {
    method: 'BYE',
    fields: [reasonField('answeredElsewhere')],
    cseq: () => ++localCseq,
    credentials: session.credentials,
  });
  room.requester.send(draft, { response: () => {}, failed: () => {} });
};

/** Takes an INVITE back: at once after a provisional answer, else with the first one. */
export const cancel = (room: Room, session: Session, cause: Cause): void => {
  const { outgoing } = session;
  if (!outgoing || outgoing.reoffer || outgoing.cancel !== undefined) return;
  outgoing.cancel = cause;
  outgoing.keep();
  if (outgoing.provisional) sendCancel(room, outgoing);
  else room.transactions.clients.abandoned(outgoing.sending.current);
};

/** Stops the resends of an INVITE that was not answered at all, and answers no challenge to it. */
export const abandon = (room: Room, session: Session): void => {
  const { outgoing } = session;
  if (!outgoing || outgoing.reoffer) return;
  outgoing.abandoned = true;
  outgoing.keep();
  room.transactions.clients.abandoned(outgoing.sending.current);
};

/** CANCEL (§9.1): what the INVITE had, its Via with branch included. */
const sendCancel = (room: Room, outgoing: Outgoing, giveUpAfterMs?: number): void => {
  if (outgoing.cancelSent) return;
  outgoing.cancelSent = true;
  const invited = outgoing.sending.current;
  const kept = invited.message.fields.filter(([name]) => ['route', 'from', 'to', 'call-id'].includes(name));
  const cseq: Field = ['cseq', `${invited.message.cseq!.number} CANCEL`];
  const fields: Field[] = [...kept, cseq, ['max-forwards', '70'], reasonField(outgoing.cancel ?? 'hungUp')];
  const message = new SipMessage({ method: 'CANCEL', uri: invited.message.uri }, fields);
  const nothing = { response: () => {}, failed: () => {} };
  const within = giveUpAfterMs === undefined ? {} : { giveUpAfterMs };
  room.transactions.clients.request(invited.flow, invited.to, message, nothing, { like: invited, ...within });
  room.transactions.clients.cancelled(invited);
};

/** Copies of a CANCEL whose answer cannot come to us are sent for so long. */
const CANCEL_MOVED_MS = 2_000;

/**
 * The flow leaves its address, where the answers to its INVITEs would come: they fail as `moved`. What is given takes
 * back, from the new address, those that had been heard of: else a phone rings that nobody waits for any more.
 */
export const leaveAddress = (room: Room, flow: FlowId): (() => void) => {
  const open = [...room.sessions.all()].flatMap(({ flow: over, outgoing }) =>
    over === flow && outgoing && !outgoing.reoffer ? [outgoing] : [],
  );
  for (const outgoing of open) outgoing.moved = true;
  room.transactions.clients.endFlow(flow);
  return () => {
    for (const outgoing of open) if (outgoing.provisional) sendCancel(room, outgoing, CANCEL_MOVED_MS);
  };
};

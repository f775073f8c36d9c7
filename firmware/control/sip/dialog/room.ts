import { keepState } from '../../../core/kept-state.ts';
import type { Log } from '../../../core/log.ts';
import { after } from '../../../core/machine.ts';
import type { Runner } from '../../../core/runner.ts';
import type { LegId } from '../../facts.ts';
import { type Cause, failureTable, isFailure, q850Of } from '../../failure.ts';
import type { NameAddress, Reason, SipSignal } from '../face.ts';
import { parseReason, quote } from '../message/headers.ts';
import type { Field, SipMessage } from '../message/message.ts';
import { octetsOf } from '../message/serializer.ts';
import type { TokenMaker } from '../message/token.ts';
import { literal } from '../resolver/resolver.ts';
import type { ClientTransaction } from '../transaction/client-transactions.ts';
import type { Timers } from '../transaction/timers.ts';
import type { Transactions } from '../transaction/transactions.ts';
import type { Transports } from '../transport/transports.ts';
import { type CredentialsOf, type Dialog, inDialog, nextHop } from './dialog.ts';
import { draftFields, type KeptAcked, type KeptRequest, keptRequest, messageOf } from './kept.ts';
import { later } from './later.ts';
import type { Draft, DraftHandler, Requester } from './requester.ts';
import type { Session, Sessions } from './sessions.ts';

/** What the rooms of the dialog layer share; made once by the user agent. */
export type Room = {
  readonly runner: Runner;
  readonly log: Log;
  readonly timers: Timers;
  readonly transports: Transports;
  readonly transactions: Transactions;
  readonly requester: Requester;
  readonly sessions: Sessions;
  readonly token: TokenMaker;
  readonly random: () => number;
  readonly name: string;
  readonly credentialsOf: CredentialsOf;
  readonly tell: (leg: LegId, signal: SipSignal) => void;
};

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE';
export const allow: Field = ['allow', ALLOW];
export const sdpType: Field = ['content-type', 'application/sdp'];

/** The Reason header of an end (RFC 3326): Q.850 cause and its sentence. */
export const reasonField = (cause: Cause): Field => {
  const text = isFailure(cause) ? failureTable[cause].sentence : cause === 'hungUp' ? 'hung up' : 'answered elsewhere';
  return ['reason', `Q.850;cause=${q850Of(cause)};text=${quote(text)}`];
};

/** A Reason that came, as an optional property. */
export const reasonOf = (message: SipMessage): { reason?: Reason } => {
  const reason = parseReason(message.list('reason'));
  return reason ? { reason } : {};
};

export const sdpOf = (message: SipMessage): { sdp?: string } => {
  const { sdp } = message;
  return sdp === undefined ? {} : { sdp };
};

/** `"Name" <uri>`; the name's octets are UTF-8. */
export const addressText = (address: NameAddress): string =>
  address.name === undefined || address.name === ''
    ? `<${octetsOf(address.uri)}>`
    : `${quote(octetsOf(address.name))} <${octetsOf(address.uri)}>`;

/** A request within a dialog, ready for the requester. */
export const dialogDraft = (
  room: Room,
  dialog: Dialog,
  what: {
    readonly method: string;
    readonly fields?: readonly Field[];
    readonly body?: string;
    readonly cseq: () => number;
    readonly credentials: Draft['credentials'];
  },
): Draft => {
  const { uri, fields } = inDialog(dialog);
  const all: Field[] = [...fields, ['user-agent', room.name], ...(what.fields ?? [])];
  return {
    flow: dialog.flow,
    to: hopOf(room, dialog),
    method: what.method,
    uri,
    fields: all,
    ...(what.body === undefined ? {} : { body: what.body }),
    cseq: what.cseq,
    credentials: what.credentials,
  };
};

export const hopOf = (room: Room, dialog: Dialog): { address: string; port: number } =>
  nextHop(
    dialog,
    room.transports.flow(dialog.flow)?.remote ?? { address: '', port: 0 },
    (host) => literal(host) !== undefined,
  );

export const credentialsFor = (room: Room, session: Session): Draft['credentials'] => {
  const user = session.dialog?.user;
  return session.credentials ?? (user === undefined ? undefined : room.credentialsOf(session.flow, user));
};

/** What the next plane needs to go on with this request, should we die before its answer. */
export const keepRequest = (room: Room, session: Session, transaction: ClientTransaction): void => {
  if (room.sessions.of(session.leg) === session)
    keepState(room.runner, `request/${session.leg}`, keptRequest(transaction));
};

/** The 2xx of this INVITE is acknowledged; its copies may come to the next plane. */
export const keepAcked = (room: Room, { leg }: Session, invite: ClientTransaction): void => {
  const until = after(room.runner.now(), room.timers.giveUp);
  const acked: KeptAcked = { ...keptRequest(invite), body: '', until };
  keepState(room.runner, `acked/${leg}`, acked);
};

/** A request within a dialog that a plane before us has sent. */
export const resumedDraft = (room: Room, session: Session, kept: KeptRequest): Draft => {
  const { flow, to, method, uri, body } = kept;
  return {
    ...{ flow, to, method, uri, body, fields: draftFields(messageOf(kept)) },
    cseq: () => room.sessions.nextCseq(session),
    credentials: credentialsFor(room, session),
  };
};

/** A BYE that could not be sent is tried again so much later. */
const BYE_AGAIN_MS = 1_000;

/** Sends BYE and tells `ended` when it has run its course, whatever the answer (RFC 3261 §15.1.1). */
export const sendBye = (room: Room, session: Session, cause: Cause): void => {
  if (session.ending || !session.dialog) return;
  session.ending = true;
  const until = after(room.runner.now(), room.timers.giveUp);
  const send = (dialog: Dialog): void => {
    const draft = dialogDraft(room, dialog, {
      method: 'BYE',
      fields: [reasonField(cause)],
      cseq: () => room.sessions.nextCseq(session),
      credentials: credentialsFor(room, session),
    });
    room.requester.send(draft, byeHandler(room, session, again));
  };
  // The flow was moved under it, or has no way at the moment: the far end is to hear it as soon as there is one.
  const again = (): boolean => {
    const more = after(room.runner.now(), BYE_AGAIN_MS) < until && room.transports.flow(session.flow) !== undefined;
    if (more) later(room.runner, `bye/${session.leg}`, BYE_AGAIN_MS, () => sendable(room, session, send));
    return more;
  };
  send(session.dialog);
};

const sendable = (room: Room, session: Session, send: (dialog: Dialog) => void): void => {
  if (room.sessions.of(session.leg) === session && session.dialog) send(session.dialog);
};

/** Goes on with the BYE of a plane before us, which is sent again. */
export const adoptBye = (room: Room, session: Session, kept: KeptRequest): void => {
  session.ending = true;
  const draft = resumedDraft(room, session, kept);
  room.requester.resume(
    draft,
    byeHandler(room, session, () => false),
    messageOf(kept),
    { heard: false },
  );
};

/** `again`: sends it once more after a failure of the transport, unless it gives false. */
const byeHandler = (room: Room, session: Session, again: () => boolean): DraftHandler => {
  const done = (): void => {
    if (room.sessions.of(session.leg) !== session) return;
    room.sessions.remove(session);
    room.tell(session.leg, { sip: 'ended' });
  };
  return {
    tried: (transaction) => keepRequest(room, session, transaction),
    response: (response) => response.status >= 200 && done(),
    failed: (why) => {
      if (why === 'silence' || !again()) done();
    },
  };
};

/**
 * The far end knows nothing of our dialog (481): it is over, and there is nobody to send a BYE to (RFC 3261 §12.2.1.2).
 * Silence is no such answer: a call outlives its softswitch.
 */
export const unknownThere = (room: Room, session: Session): void => {
  if (session.ending || room.sessions.of(session.leg) !== session) return;
  room.sessions.remove(session);
  room.tell(session.leg, { sip: 'bye' });
};

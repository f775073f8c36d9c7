import type { SipMessage } from '../message/message.ts';
import { octetsOf } from '../message/serializer.ts';
import { type Acks, acknowledge, sendAck } from './acks.ts';
import { contactOf } from './dialog.ts';
import { type KeptRequest, messageOf } from './kept.ts';
import { later } from './later.ts';
import type { DraftHandler } from './requester.ts';
import {
  allow,
  credentialsFor,
  dialogDraft,
  keepAcked,
  keepRequest,
  type Room,
  resumedDraft,
  sdpOf,
  sdpType,
  unknownThere,
} from './room.ts';
import type { Outgoing, Session } from './sessions.ts';

/**
 * re-INVITE with an offer of ours (§14.1). It leaves when the ACK of our own 2xx has come, if that is still missing. After
 * a 491 the leg is told when the wait of that section is over.
 */
export const reoffer = (room: Room, session: Session, sdp: string): void => {
  const { dialog } = session;
  if (!dialog || session.ending) return;
  if (session.unacknowledged) {
    session.unacknowledged.reoffer = sdp;
    return;
  }
  if (session.outgoing || session.incoming) {
    retryLater(room, session);
    return;
  }
  const outgoing = outgoingOf(session);
  const draft = dialogDraft(room, dialog, {
    method: 'INVITE',
    fields: [['contact', `<${dialog.contact}>`], allow, sdpType],
    body: octetsOf(sdp),
    cseq: () => room.sessions.nextCseq(session),
    credentials: credentialsFor(room, session),
  });
  outgoing.sending = room.requester.send(draft, handlerOf(room, session, outgoing));
};

/** Goes on with a re-INVITE of a plane before us, which is sent again. */
export const adoptReoffer = (room: Room, session: Session, kept: KeptRequest): void => {
  const outgoing = outgoingOf(session);
  const message = messageOf(kept);
  const handler = handlerOf(room, session, outgoing);
  const draft = resumedDraft(room, session, kept);
  outgoing.sending = room.requester.resume(draft, handler, message, { heard: false });
};

const outgoingOf = (session: Session): Outgoing => {
  const outgoing: Outgoing = {
    sending: undefined as never,
    reoffer: true,
    provisional: false,
    cancelSent: false,
    abandoned: false,
    keep: () => {},
  };
  session.outgoing = outgoing;
  return outgoing;
};

const handlerOf = (room: Room, session: Session, outgoing: Outgoing): DraftHandler => {
  const acks: Acks = new Map();
  return {
    tried: (transaction) => keepRequest(room, session, transaction),
    response: (response) => reofferAnswered(room, session, outgoing, acks, response),
    failed: () => {
      session.outgoing = undefined;
      room.runner.drop(`request/${session.leg}`);
      if (!session.ending) room.tell(session.leg, { sip: 'reofferAnswered', status: 408 });
    },
  };
};

const reofferAnswered = (room: Room, session: Session, outgoing: Outgoing, acks: Acks, response: SipMessage): void => {
  if (response.status < 200) return;
  const repeated = acks.get(response.toTag);
  if (repeated) {
    sendAck(room, repeated.dialog, repeated.octets);
    return;
  }
  if (session.outgoing === outgoing) session.outgoing = undefined;
  if (!session.ending) room.runner.drop(`request/${session.leg}`);
  if (response.status < 300 && session.dialog) {
    const dialog = { ...session.dialog, target: contactOf(response) ?? session.dialog.target };
    acks.set(response.toTag, acknowledge(room, dialog, outgoing.sending.current.message));
    if (room.sessions.of(session.leg) === session) {
      room.sessions.setDialog(session, dialog);
      keepAcked(room, session, outgoing.sending.current);
    }
  }
  if (session.ending) return;
  if (response.status === 481) {
    unknownThere(room, session);
    return;
  }
  if (response.status === 491) {
    retryLater(room, session);
    return;
  }
  room.tell(session.leg, { sip: 'reofferAnswered', status: response.status, ...sdpOf(response) });
};

/** §14.1: who made the Call-ID waits 2.1 to 4 s, the other up to 2 s, so that they do not meet again. */
const retryLater = (room: Room, session: Session): void => {
  const { t1 } = room.timers;
  const waitMs = session.placed ? t1 * (4.2 + room.random() * 3.8) : t1 * room.random() * 4;
  const go = (): void => {
    if (room.sessions.of(session.leg) === session && !session.ending) room.tell(session.leg, { sip: 'reofferDue' });
  };
  later(room.runner, `glare/${session.leg}`, waitMs, go);
};

import type { LegId } from '../../facts.ts';
import type { FlowId } from '../face.ts';
import { type Dialog, isDialog } from './dialog.ts';
import { adoptAnswered, adoptIncoming } from './incoming.ts';
import { isAcked, isArrival, isInvite, isRequest, type Kept } from './kept.ts';
import { adoptAcknowledged, adoptOutgoing } from './outgoing.ts';
import { adoptReoffer } from './reoffer.ts';
import { adoptBye, type Room } from './room.ts';
import type { Session } from './sessions.ts';

/** The flow of what was left for a leg; `undefined` if it cannot be read. */
export const flowOfKept = ({ invite, arrival, dialog }: Kept): FlowId | undefined => {
  if (isInvite(invite)) return invite.flow;
  if (isArrival(arrival)) return arrival.flow;
  return isDialog(dialog) ? dialog.flow : undefined;
};

/** Takes up what was left for a leg; its flow is open. */
export const adopt = (room: Room, leg: LegId, kept: Kept): void => {
  if (isInvite(kept.invite)) adoptOutgoing(room, leg, kept.invite);
  else if (isArrival(kept.arrival)) adoptIncoming(room, leg, kept.arrival);
  else if (isDialog(kept.dialog)) adoptDialog(room, leg, kept.dialog, kept);
};

const adoptDialog = (room: Room, leg: LegId, dialog: Dialog, { answered, acked, request }: Kept): void => {
  const { flow, callId, localTag, placed } = dialog;
  const session: Session = { leg, flow, callId, localTag, placed, early: new Map(), ending: false };
  room.sessions.add(session);
  room.sessions.setDialog(session, dialog);
  if (isArrival(answered)) adoptAnswered(room, session, answered);
  if (isAcked(acked) && acked.until > room.runner.now()) adoptAcknowledged(room, session, dialog, acked);
  if (!isRequest(request)) return;
  if (request.method === 'BYE') adoptBye(room, session, request);
  else adoptReoffer(room, session, request);
};

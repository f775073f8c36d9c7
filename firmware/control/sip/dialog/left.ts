import type { LegId } from '../../facts.ts';
import { SipMessage } from '../message/message.ts';
import { type Dialog, isDialog } from './dialog.ts';
import { adoptIncoming } from './incoming.ts';
import { isArrival, isInvite, type KeptArrival, type KeptInvite } from './kept.ts';
import { adoptOutgoing } from './outgoing.ts';
import type { Room } from './room.ts';

/** Takes up what was left for a leg; false if it cannot be read. */
export const adopt = (room: Room, leg: LegId, kept: unknown): boolean => {
  if (isInvite(kept)) adoptOutgoing(room, leg, kept, messageOf(kept));
  else if (isArrival(kept)) adoptIncoming(room, leg, kept, messageOf(kept));
  else if (isDialog(kept)) adoptDialog(room, leg, kept);
  else return false;
  return true;
};

const messageOf = ({ uri, fields }: KeptInvite | KeptArrival): SipMessage =>
  new SipMessage({ method: 'INVITE', uri }, fields);

const adoptDialog = (room: Room, leg: LegId, dialog: Dialog): void => {
  const { flow, callId, localTag } = dialog;
  const session = { leg, flow, callId, localTag, placed: false, early: new Map(), ending: false };
  room.sessions.add(session);
  room.sessions.setDialog(session, dialog);
};

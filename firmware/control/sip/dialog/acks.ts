import type { SipMessage } from '../message/message.ts';
import { serialize } from '../message/serializer.ts';
import { ackOf2xx, type Dialog } from './dialog.ts';
import { hopOf, type Room } from './room.ts';

/** ACKs of the 2xx of one INVITE by the far tag, to be sent again with each repeated 2xx (RFC 3261 §13.2.2.4). */
export type Acks = Map<string, { readonly octets: Buffer; readonly dialog: Dialog }>;

/** Sends the ACK of a 2xx, and returns it for the copies of that 2xx. */
export const acknowledge = (room: Room, dialog: Dialog, message: SipMessage): { octets: Buffer; dialog: Dialog } => {
  const octets = serialize(ackOf2xx(dialog, message, room.transactions.clients.via(dialog.flow)));
  sendAck(room, dialog, octets);
  return { octets, dialog };
};

export const sendAck = (room: Room, dialog: Dialog, octets: Buffer): void => {
  const to = hopOf(room, dialog);
  room.runner.outward(() => room.transports.send(dialog.flow, octets, to, () => {}));
};

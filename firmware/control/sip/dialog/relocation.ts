import type { Endpoint, FlowId, UriText } from '../face.ts';
import { hostText } from '../message/uri.ts';
import type { Room } from './room.ts';

/**
 * The flow stands, perhaps at another address than before: from here on the dialogs that run over it name that one in
 * their Contact, so that the next request or answer refreshes the far end's target (RFC 3261 §12.2). To tell the far
 * end at once is the legs' affair: their audio has moved as well.
 */
export const relocate = (room: Room, flow: FlowId): void => {
  const local = room.transports.flow(flow)?.local;
  if (!local) return;
  for (const session of room.sessions.all()) {
    const { dialog } = session;
    if (session.flow !== flow || !dialog) continue;
    const contact = relocated(dialog.contact, local);
    if (contact !== dialog.contact) room.sessions.setDialog(session, { ...dialog, contact });
  }
};

/** A Contact of our own making at another address; its user part and parameters stay. */
export const relocated = (contact: UriText, { address, port }: Endpoint): UriText => {
  const from = Math.max(contact.indexOf(':'), contact.lastIndexOf('@')) + 1;
  const end = contact.indexOf(';', from);
  return `${contact.slice(0, from)}${hostText(address)}:${port}${end < 0 ? '' : contact.slice(end)}`;
};

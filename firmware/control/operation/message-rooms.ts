import { argument } from '../../config/arguments.ts';
import type { Shelf } from '../mailbox/shelf.ts';
import { refusedAt } from './verb.ts';

export type ShelfRooms = { readonly shelf: Pick<Shelf, 'states' | 'state' | 'keep' | 'delete' | 'unlock'> };

/** Which mailbox is meant: the phone line whose messages it holds. */
export const mailboxArgument = argument.text({
  title: 'Mailbox',
  help: 'Line of its phone, such as line/1.',
  min: 1,
  max: 40,
});

export const messageArgument = argument.text({ title: 'Message', help: 'As the list names it.', min: 1, max: 64 });

export const unknownMailbox = ({ shelf }: ShelfRooms) => {
  const names = shelf.states().map(({ mailbox }) => mailbox);
  return refusedAt('mailbox', `must be one of ${names.join(', ') || '(there is none)'}`, 'Name a line with a mailbox.');
};

export const unknownMessage = () =>
  refusedAt('message', 'must be a message of this mailbox', 'Load the list again: it may have been deleted meanwhile.');

import { operationArguments } from '../../config/arguments.ts';
import { mailboxArgument, messageArgument, type ShelfRooms, unknownMailbox, unknownMessage } from './message-rooms.ts';
import { done, type Verb } from './verb.ts';

/** A message that was heard: it waits no more and stays. */
export const keepMessage = (rooms: ShelfRooms): Verb<{ mailbox: string; message: string }> => ({
  name: 'keep-message',
  title: 'Keep a message',
  help: 'It counts as heard: the dial tone of its phone stutters no more for it.',
  arguments: operationArguments({ mailbox: mailboxArgument, message: messageArgument }),
  deadlineMs: 10_000,
  disturbs: false,
  async run({ mailbox, message }) {
    if (rooms.shelf.state(mailbox) === undefined) return unknownMailbox(rooms);
    if (!(await rooms.shelf.keep(mailbox, message))) return unknownMessage();
    return done('The message is kept.', { mailbox, message });
  },
});

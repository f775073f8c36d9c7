import { operationArguments } from '../../config/arguments.ts';
import { mailboxArgument, messageArgument, type ShelfRooms, unknownMailbox, unknownMessage } from './message-rooms.ts';
import { done, type Verb } from './verb.ts';

/** Takes a message away for good. */
export const deleteMessage = (rooms: ShelfRooms): Verb<{ mailbox: string; message: string }> => ({
  name: 'delete-message',
  title: 'Delete a message',
  help: 'It is gone for good.',
  arguments: operationArguments({ mailbox: mailboxArgument, message: messageArgument }),
  deadlineMs: 10_000,
  disturbs: true,
  async run({ mailbox, message }) {
    if (rooms.shelf.state(mailbox) === undefined) return unknownMailbox(rooms);
    if (!(await rooms.shelf.delete(mailbox, message))) return unknownMessage();
    return done('The message is deleted.', { mailbox, message });
  },
});

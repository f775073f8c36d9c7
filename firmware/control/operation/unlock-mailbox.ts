import { operationArguments } from '../../config/arguments.ts';
import { mailboxArgument, type ShelfRooms, unknownMailbox } from './message-rooms.ts';
import { done, type Verb } from './verb.ts';

/** Lets a mailbox be heard by phone again after three wrong PINs. */
export const unlockMailbox = (rooms: ShelfRooms): Verb<{ mailbox: string }> => ({
  name: 'unlock-mailbox',
  title: 'Unlock a mailbox',
  help: 'After three wrong PINs it cannot be heard by phone until it is unlocked here.',
  arguments: operationArguments({ mailbox: mailboxArgument }),
  deadlineMs: 5_000,
  disturbs: false,
  run({ mailbox }) {
    const state = rooms.shelf.state(mailbox);
    if (state === undefined) return unknownMailbox(rooms);
    rooms.shelf.unlock(mailbox);
    const was = state.locked;
    return done(was ? `The mailbox of ${mailbox} is unlocked.` : `The mailbox of ${mailbox} was not locked.`, {
      mailbox,
      was,
    });
  },
});

import { argument, operationArguments } from '../../config/arguments.ts';
import { done, refusedAt, type Verb } from './verb.ts';

/** Phone lines that may dial no codes with a PIN after three wrong ones (R8, U20). */
export type CodeRooms = {
  readonly codes: {
    readonly locked: () => readonly string[];
    readonly unlock: (line: string, by: string) => void;
  };
};

/** Lets a phone dial codes with a PIN again. */
export const unlockCodes = ({ codes }: CodeRooms): Verb<{ line: string }> => ({
  name: 'unlock-codes',
  title: 'Unlock the codes of a phone',
  help: 'After three wrong PINs a phone can dial no star code that has a PIN until it is unlocked here.',
  arguments: operationArguments({
    line: argument.text({ title: 'Phone line', help: 'As the alarm names it, such as line/1.', min: 1, max: 40 }),
  }),
  deadlineMs: 5_000,
  disturbs: false,
  run({ line }, by) {
    const locked = codes.locked();
    if (!locked.includes(line)) {
      if (locked.length === 0) return done('No phone is locked.', { was: false });
      return refusedAt('line', `must be locked: ${locked.join(', ')}`, 'Name one of these.');
    }
    codes.unlock(line, by);
    return done(`${line} can dial codes with a PIN again.`, { line, was: true });
  },
});

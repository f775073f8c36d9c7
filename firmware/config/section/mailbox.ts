import * as v from 'valibot';
import { nameOrNothing, optionalText, whole } from '../setting.ts';

/** What all mailboxes have in common (S2, S3); each phone says for itself when its mailbox takes calls. */
export const mailbox = v.strictObject({
  ringS: whole({
    title: 'Ring time before the mailbox',
    help: 'How long a phone rings before its mailbox takes the call.',
    unit: 's',
    min: 5,
    max: 120,
    default: 20,
  }),
  longestS: whole({
    title: 'Longest message',
    help: 'A message ends by itself after this long.',
    unit: 's',
    min: 2,
    max: 180,
    default: 180,
  }),
  silenceEndsS: whole({
    title: 'Silence that ends a message',
    help: 'So long a silence ends a message, and is cut off.',
    unit: 's',
    min: 3,
    max: 60,
    default: 10,
  }),
  quotaS: whole({
    title: 'Room of a mailbox',
    help: 'Seconds of all its messages together; the caller is told when it is full.',
    unit: 's',
    min: 60,
    max: 7200,
    default: 1200,
  }),
  retentionDays: whole({
    title: 'Kept for',
    help: 'Messages older than this are deleted.',
    unit: 'days',
    min: 1,
    max: 3650,
    default: 90,
  }),
  accessCode: optionalText({
    title: 'Code of the mailbox',
    help: 'Dialled on a phone to hear its messages; empty: not by phone.',
    max: 8,
    default: '*97',
    form: { is: /^(\*[0-9]{1,6})?$/, words: 'must be * and 1 to 6 digits, or empty' },
  }),
  calendar: optionalText({
    title: 'Calendar',
    help: 'Whose hours count for the greeting; empty: the greeting is always the same.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  greetingOut: optionalText({
    title: 'Greeting outside hours',
    help: 'Recording in the folder of own sentences, played by every mailbox outside the hours; empty: the same greeting.',
    max: 64,
    default: '',
  }),
});

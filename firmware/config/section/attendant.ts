import * as v from 'valibot';
import { choice, flag, nameOrNothing, optionalText, shortName, text, whole } from '../setting.ts';

const choiceOfCaller = v.strictObject({
  digit: text({
    title: 'Digit',
    help: 'Pressed by the caller.',
    min: 1,
    max: 1,
    form: { is: /^[0-9*#]$/, words: 'must be one digit, * or #' },
  }),
  to: choice({
    title: 'To',
    help: 'Where it leads.',
    of: ['extension', 'group', 'mailbox', 'attendant'],
    default: 'extension',
  }),
  name: text({ title: 'Which', help: 'Extension, short name, or line.', min: 1, max: 40 }),
});

/** An auto attendant (S7): it greets, and lets callers choose. Needs no softswitch. */
export const attendant = v.strictObject({
  id: shortName('Named by inbound numbers and forwarding.'),
  extension: optionalText({
    title: 'Extension',
    help: 'Number by which it is called; empty: none.',
    max: 8,
    default: '',
    form: { is: /^[0-9]*$/, words: 'must be digits' },
  }),
  greeting: optionalText({
    title: 'Greeting',
    help: 'Recording in the folder of own sentences, played within the hours of the calendar; empty: the spoken default.',
    max: 64,
    default: '',
  }),
  greetingOut: optionalText({
    title: 'Greeting outside hours',
    help: 'Played outside the hours; empty: the same.',
    max: 64,
    default: '',
  }),
  calendar: optionalText({
    title: 'Calendar',
    help: 'Whose hours count for the greeting.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  choices: v.optional(v.pipe(v.array(choiceOfCaller), v.maxLength(12, 'must have at most 12 choices')), []),
  dialByExtension: flag({ title: 'Dial by extension', help: 'Callers may dial an extension.', default: true }),
  dialByName: flag({
    title: 'Dial by name',
    help: 'Callers may dial the first letters of a name after #.',
    default: false,
  }),
  timeoutS: whole({
    title: 'Wait',
    help: 'So long nothing pressed leads to the line below.',
    unit: 's',
    min: 2,
    max: 60,
    default: 8,
  }),
  timeoutLine: optionalText({
    title: 'Then',
    help: 'Line of the phone that rings then; empty: the call ends with a sentence.',
    max: 40,
    default: '',
  }),
});

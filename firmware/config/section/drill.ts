import * as v from 'valibot';
import { choice, optionalText, whole } from '../setting.ts';

/** Rehearsals (U17, U21). */
export const drill = v.strictObject({
  testNumber: optionalText({
    title: 'Test number',
    help: 'Called by the drill; never an emergency number. Empty: the drill makes no call.',
    max: 24,
    default: '',
    form: { is: /^[+]?[0-9*#]*$/, words: 'must be digits, with + before, * or # where needed' },
  }),
  blockS: whole({
    title: 'Time',
    help: 'So long the first softswitch is blocked.',
    unit: 's',
    min: 5,
    max: 300,
    default: 20,
  }),
  monthly: choice({
    title: 'Monthly',
    help: 'The day of the month on which it drills by itself, when nobody calls; off: only by hand.',
    of: ['off', '1', '7', '14', '21', '28'],
    default: 'off',
  }),
  at: optionalText({
    title: 'At',
    help: 'Time of the day.',
    max: 5,
    default: '03:30',
    form: { is: /^([01][0-9]|2[0-3]):[0-5][0-9]$/, words: 'must be a time such as 03:30' },
  }),
  inboundProof: choice({
    title: 'Inbound proof',
    help: 'When the box calls its own numbers over another way and looks whether they arrive: every night, and when settings that bring calls in have changed. Only when nobody calls; nobody is rung.',
    of: ['off', 'nightly', 'nightlyAndChanges'],
    default: 'nightlyAndChanges',
  }),
  proofAfterS: whole({
    title: 'After a change',
    help: 'So long changed settings stand before the numbers are proved with them.',
    unit: 's',
    min: 2,
    max: 3600,
    default: 300,
  }),
});

import * as v from 'valibot';
import { choice, dialled, flag, optionalText, shortName, text, whole } from '../setting.ts';

const CONFIRMED = 'The installer has called it and it rang here. Until then it is shown to nobody.';

const member = v.strictObject({
  number: text({ title: 'Number', help: 'As the callee shall see it.', min: 1, max: 24, form: dialled }),
  confirmed: flag({ title: 'Confirmed', help: CONFIRMED, default: false }),
  maxConcurrent: whole({ title: 'Calls at once', help: '0 = no limit.', min: 0, max: 1000, default: 0 }),
  forwarded: flag({
    title: 'For forwarded calls',
    help: 'Shown for calls that are forwarded out again, and for no others.',
    default: false,
  }),
});

/**
 * Caller numbers of one site at one trunk (U10): assigned to the account, and reachable by call back, which a person has
 * tried and said so of each.
 */
export const numberPool = v.strictObject({
  id: shortName('Named by phone lines as their site.'),
  trunk: text({ title: 'Trunk', help: 'Trunk whose account owns the numbers.', min: 1, max: 32 }),
  main: text({ title: 'Main number', help: 'Shown when all others are in use.', min: 1, max: 24, form: dialled }),
  mainConfirmed: flag({ title: 'Main number confirmed', help: CONFIRMED, default: false }),
  members: v.optional(v.pipe(v.array(member), v.maxLength(200, 'must have at most 200 numbers')), []),
  rotation: choice({
    title: 'Rotation',
    help: 'The first that is free, each in turn, or at random. The same callee sees the same number for a day.',
    of: ['none', 'sequential', 'random'],
    default: 'none',
  }),
  forwarded: optionalText({
    title: 'Main number for forwarded calls',
    help: 'Shown for calls that are forwarded out again when no number for them is free; empty: the main number.',
    max: 24,
    default: '',
    form: dialled,
  }),
  forwardedConfirmed: flag({ title: 'Main number for forwarded calls confirmed', help: CONFIRMED, default: false }),
});

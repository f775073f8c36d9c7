import * as v from 'valibot';
import { optionalText, shortName, text } from '../setting.ts';

/** A named set of routes, forwarding and greetings that is switched on as a whole (U20), such as night or evacuation. */
export const scenario = v.strictObject({
  id: shortName('Named by what counts only in it.'),
  title: text({ title: 'Title', help: 'Shown on the page and in the record.', min: 1, max: 64 }),
  code: optionalText({
    title: 'Star code',
    help: 'Dialled on a phone to switch it on; the same again switches it off. Empty: not by phone.',
    max: 8,
    default: '',
    form: { is: /^(\*[0-9]{1,6})?$/, words: 'must be * and 1 to 6 digits, or empty' },
  }),
  pin: optionalText({
    title: 'PIN',
    help: '4 to 8 digits, dialled after the star code; empty: none.',
    max: 8,
    default: '',
    secret: true,
    form: { is: /^([0-9]{4,8})?$/, words: 'must be 4 to 8 digits, or empty' },
  }),
  calendar: optionalText({
    title: 'Calendar',
    help: 'Switched on outside its hours by itself; empty: by hand only.',
    max: 32,
    default: '',
  }),
});

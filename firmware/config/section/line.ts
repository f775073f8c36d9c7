import * as v from 'valibot';
import { choice, flag, optionalText, shortName, text } from '../setting.ts';

/** A line card: which driver, and that driver's own settings. */
export const card = v.strictObject({
  id: shortName('Named by the lines of this card.'),
  driver: text({ title: 'Driver', help: 'Kind of card.', min: 1, max: 32 }),
  settings: v.optional(
    v.pipe(
      v.record(v.string(), v.unknown()),
      v.title('Settings of the driver'),
      v.description('As the driver declares them; see below.'),
    ),
    {},
  ),
});

/** A phone port or an exchange line. */
export const line = v.strictObject({
  id: text({
    title: 'Line',
    help: 'Name such as line/1.',
    min: 6,
    max: 40,
    form: { is: /^line\/[A-Za-z0-9][A-Za-z0-9-]*$/, words: 'must be line/ and letters, digits or hyphens' },
  }),
  kind: choice({
    title: 'Kind',
    help: 'What the port is for: a phone (FXS), or a line of the exchange (FXO).',
    of: ['fxs', 'fxo'],
    default: 'fxs',
  }),
  card: text({ title: 'Card', help: 'Short name of the card.', min: 1, max: 32 }),
  port: text({ title: 'Port', help: 'Port on the card, such as phone/1.', min: 1, max: 32 }),
  extension: optionalText({
    title: 'Extension',
    help: 'Number by which the other phones call it.',
    max: 8,
    default: '',
    form: { is: /^[0-9]*$/, words: 'must be digits' },
  }),
  account: optionalText({ title: 'Account', help: 'Account by which its calls leave.', max: 32, default: '' }),
  rings: optionalText({
    title: 'Rings',
    help: 'Exchange lines: line of the phone that rings when somebody calls in.',
    max: 40,
    default: '',
    appliesWhen: { setting: 'kind', is: ['fxo'] },
  }),
  mailbox: choice({
    title: 'Mailbox',
    help: 'Phones. Outage: takes calls while no softswitch answers. Always: whenever nobody answers.',
    of: ['outage', 'always', 'never'],
    default: 'outage',
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  mailboxPin: optionalText({
    title: 'PIN of the mailbox',
    help: 'Phones: 4 to 8 digits, asked before messages are played; empty: not asked on its own phone.',
    max: 8,
    default: '',
    secret: true,
    form: { is: /^([0-9]{4,8})?$/, words: 'must be 4 to 8 digits, or empty' },
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  enabled: flag({ title: 'In use', help: 'Off: the port is not served.', default: true }),
});

import * as v from 'valibot';
import {
  choice,
  choices,
  dialled,
  flag,
  nameOrNothing,
  optionalText,
  shortName,
  text,
  texts,
  wayOrNothing,
} from '../setting.ts';
import { boundBy } from './bound.ts';

/** Classes of numbers (R8); the country says which number is of which. */
export const NUMBER_CLASSES = ['local', 'national', 'mobile', 'international', 'premium'] as const;

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
    help: 'Exchange lines: line of the phone, ring group or auto attendant that takes who calls in.',
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
  classes: choices({
    title: 'May call',
    help: 'Phones. Classes of numbers that may be called; emergency numbers always.',
    of: NUMBER_CLASSES,
    default: ['local', 'national', 'mobile', 'international'],
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  countries: texts({
    title: 'Only these countries',
    help: 'Phones. Country codes that international calls may lead to, such as 49; empty: all.',
    most: 64,
    max: 4,
    form: { is: /^[1-9][0-9]{0,3}$/, words: 'must be a country code such as 49' },
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  trunks: texts({
    title: 'Only over these trunks',
    help: 'Phones. Trunks, groups and exchange lines that its calls to outside may take; empty: all. Emergency calls take any.',
    most: 32,
    max: 40,
    form: { is: wayOrNothing.is, words: 'must be a trunk, a group or a line such as line/5' },
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  ownNumber: optionalText({
    title: 'Own number',
    help: 'Phones. Shown to callees before any number of the site.',
    max: 24,
    default: '',
    form: dialled,
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  ownNumberConfirmed: flag({
    title: 'Own number confirmed',
    help: 'Phones. The installer has called it and it rang here. Until then it is shown to nobody.',
    default: false,
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  numberPool: optionalText({
    title: 'Numbers of the site',
    help: 'Phones. Pool of caller numbers; empty: the account says.',
    max: 32,
    default: '',
    form: nameOrNothing,
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  emergency: flag({
    title: 'For emergency calls',
    help: 'Exchange lines. Valid for emergency calls from this address.',
    default: true,
    appliesWhen: { setting: 'kind', is: ['fxo'] },
  }),
  ...boundBy(' Otherwise the phone does not ring: its rules for no answer and its mailbox take the call at once.', {
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  location: optionalText({
    title: 'Location',
    help: 'Phones. Where it stands, told with emergency calls over trunks that take it; empty: nothing is told.',
    max: 32,
    default: '',
    form: nameOrNothing,
    appliesWhen: { setting: 'kind', is: ['fxs'] },
  }),
  enabled: flag({ title: 'In use', help: 'Off: the port is not served.', default: true }),
});

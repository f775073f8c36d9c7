import * as v from 'valibot';
import {
  choice,
  dateOrNothing,
  dialled,
  flag,
  optionalText,
  shortName,
  texts,
  wayOrNothing,
  whole,
} from '../setting.ts';
import { bound } from './bound.ts';

/** Where numbers go that begin alike (U4, U12). Without any route every number may take every trunk. */
export const route = v.strictObject({
  id: shortName('Named in records and in the routing analysis.'),
  prefix: optionalText({
    title: 'Prefix',
    help: 'Numbers that begin so; empty: all numbers.',
    max: 24,
    default: '',
    form: dialled,
  }),
  ways: texts({
    title: 'Ways',
    help: 'Trunks, groups and exchange lines that it allows; empty: all trunks.',
    most: 32,
    max: 40,
    form: { is: wayOrNothing.is, words: 'must be a trunk, a group or a line such as line/5' },
  }),
  priority: whole({
    title: 'Priority',
    help: 'Among routes of the same prefix; lower is tried first.',
    min: 0,
    max: 999,
    default: 1,
  }),
  extensions: texts({
    title: 'Only for',
    help: 'Extensions that may use it; empty: all.',
    most: 64,
    max: 8,
    form: { is: /^[0-9]+$/, words: 'must be an extension' },
  }),
  action: choice({
    title: 'What it does',
    help: 'Calls go by its ways, or they are refused with a sentence.',
    of: ['route', 'bar'],
    default: 'route',
  }),
  validFrom: optionalText({
    title: 'Valid from',
    help: 'First day; empty: at once.',
    max: 10,
    default: '',
    form: dateOrNothing,
  }),
  validUntil: optionalText({
    title: 'Valid until',
    help: 'Last day, by the time zone of its calendar, else of the first one; empty: for ever.',
    max: 10,
    default: '',
    form: dateOrNothing,
  }),
  ...bound,
  enabled: flag({ title: 'In use', help: 'Off: as if it were not there.', default: true }),
});

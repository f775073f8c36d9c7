import * as v from 'valibot';
import { dialled, nameOrNothing, optionalText, shortName, text } from '../setting.ts';
import { bound } from './bound.ts';

/** An inbound number (U13): whom it rings, and where it goes when that fails. */
export const did = v.strictObject({
  id: shortName('Named in records and alarms.'),
  number: text({ title: 'Number', help: 'As the softswitch sends it.', min: 1, max: 24, form: dialled }),
  rings: optionalText({
    title: 'Rings',
    help: 'Line of a phone such as line/1, a ring group, or an auto attendant; empty: the account says.',
    max: 40,
    default: '',
  }),
  group: optionalText({
    title: 'Trunk group',
    help: 'Whose failover it has.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  failoverTrunk: optionalText({
    title: 'Failover PBX',
    help: 'Its own, a trunk or another group; empty: that of the group.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  failoverNumber: optionalText({
    title: 'Failover number',
    help: 'Its own; empty: that of the group.',
    max: 32,
    default: '',
    form: dialled,
  }),
  callers: optionalText({
    title: 'Only callers',
    help: 'Callers whose number begins so; empty: all. Rules with callers go before those without.',
    max: 24,
    default: '',
    form: dialled,
  }),
  ...bound,
});

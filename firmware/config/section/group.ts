import * as v from 'valibot';
import { choice, dialled, nameOrNothing, optionalText, shortName, texts, whole } from '../setting.ts';
import { boundBy } from './bound.ts';

/** A trunk group (U4, U8, U13): trunks that are sorted and limited together. */
export const group = v.strictObject({
  id: shortName('Named by trunks, routes and records.'),
  sort: choice({
    title: 'Sorted by',
    help: 'Among trunks of one priority: by name, fewest calls first, most calls answered first, or cheapest first.',
    of: ['priority', 'leastUsed', 'bestAsr', 'lowestRate'],
    default: 'priority',
  }),
  callLimit: whole({
    title: 'Call limit',
    help: 'Calls of all its trunks together; 0 = no limit.',
    min: 0,
    max: 1000,
    default: 0,
  }),
  reservedLines: whole({
    title: 'Reserved lines',
    help: 'So many of these calls are kept for emergency calls, protect routes and the extensions below.',
    min: 0,
    max: 1000,
    default: 0,
  }),
  reservedFor: texts({
    title: 'Reserved for',
    help: 'Extensions that may use the reserved lines.',
    most: 64,
    max: 8,
    form: { is: /^[0-9]+$/, words: 'must be an extension' },
  }),
  failoverTrunk: optionalText({
    title: 'Failover PBX',
    help: 'Trunk of a PBX, or another group, that gets inbound calls when their target fails; a number can have its own.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  failoverNumber: optionalText({
    title: 'Failover number',
    help: 'Called when the failover PBX fails too; a number can have its own.',
    max: 32,
    default: '',
    form: dialled,
  }),
  ...boundBy(' Otherwise its trunks take no calls but emergency calls.'),
});

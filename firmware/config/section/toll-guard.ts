import * as v from 'valibot';
import { flag, nameOrNothing, optionalText, whole } from '../setting.ts';

/** Limits on what calls may cost (R8). 0 = no limit. Emergency calls know none. */
export const tollGuard = v.strictObject({
  boxCallsDay: whole({
    title: 'Calls a day, box',
    help: 'Outside calls of all phones; 0 = no limit.',
    min: 0,
    max: 100_000,
    default: 0,
  }),
  boxMinutesDay: whole({
    title: 'Minutes a day, box',
    help: 'Of all phones; 0 = no limit.',
    min: 0,
    max: 100_000,
    default: 0,
  }),
  boxCostDay: whole({
    title: 'Cost a day, box',
    help: 'In millionths of the currency; 0 = no limit.',
    min: 0,
    max: 1_000_000_000_000,
    default: 0,
  }),
  lineCallsDay: whole({
    title: 'Calls a day, phone',
    help: 'Outside calls of one phone; 0 = no limit.',
    min: 0,
    max: 100_000,
    default: 0,
  }),
  lineMinutesDay: whole({
    title: 'Minutes a day, phone',
    help: 'Of one phone; 0 = no limit.',
    min: 0,
    max: 100_000,
    default: 0,
  }),
  lineCostDay: whole({
    title: 'Cost a day, phone',
    help: 'In millionths of the currency; 0 = no limit.',
    min: 0,
    max: 1_000_000_000_000,
    default: 0,
  }),
  nightCalendar: optionalText({
    title: 'Night lock',
    help: 'Outside the hours of this calendar only local and national calls; empty: no night lock.',
    max: 32,
    default: '',
    form: nameOrNothing,
  }),
  overridePin: optionalText({
    title: 'PIN',
    help: '4 to 8 digits; *88, the PIN and the number let one call pass the classes and the night lock. Empty: never.',
    max: 8,
    default: '',
    secret: true,
    form: { is: /^([0-9]{4,8})?$/, words: 'must be 4 to 8 digits, or empty' },
  }),
  trunkToTrunk: flag({ title: 'Trunk to trunk', help: 'Calls from outside may be forwarded outside.', default: true }),
  transferOutside: flag({
    title: 'Transfer outside',
    help: 'A phone may join two outside parties by a transfer. If not, it is rung back.',
    default: false,
  }),
  forwardAbroad: flag({ title: 'Forward abroad', help: 'Forwarding may lead to other countries.', default: false }),
  suddenCalls: whole({
    title: 'Sudden change',
    help: 'So many international or premium calls within an hour raise an alarm and close the class until a person opens it; 0 = never.',
    min: 0,
    max: 1000,
    default: 20,
  }),
});

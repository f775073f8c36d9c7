import type { Configuration, Line } from '../../config/schema.ts';
import { counts } from './calendar.ts';
import { type Classed, classOf } from './number-class.ts';
import type { PlanQuestion, TollMemory } from './question.ts';

export type TollVerdict = { readonly is: 'allowed' } | { readonly is: 'barred'; readonly why: string };

type Limits = { readonly calls: number; readonly minutes: number; readonly cost: number };
type Spent = TollMemory['spent'][string];
type Reason = string | undefined;

const NOTHING: Spent = { calls: 0, minutes: 0, cost: 0 };
/** What a phone may call at night. */
const AT_NIGHT: readonly Classed['is'][] = ['local', 'national'];

/** The name of a closed class in `TollMemory.closed`; an empty line is the whole box. */
export const closedKey = (line: string, numberClass: string): string => `${line} ${numberClass}`;

/**
 * Whether this number may be called now on behalf of `line` (R8); without one, because a setting of the box leads the
 * call on. `number` is the one that was dialled, after the outside prefix was taken off; never asked for emergency
 * numbers, which no guard holds up. The PIN lets a call pass classes, countries and the night lock; what is spent, and
 * what a sudden change has closed, stays closed.
 */
export const tollVerdict = (question: PlanQuestion, line: Line | undefined, number: string): TollVerdict => {
  const { overridden, from } = question.offer;
  // a person tests a way, at a number that was chosen for it
  if (from.kind === 'gateway') return { is: 'allowed' };
  const classed = classOf(question.country, number);
  const ledOn = line === undefined || from.kind !== 'phone' || from.id !== line.id;
  const why =
    closedWhy(question, line?.id ?? '', classed) ??
    spentWhy(question, line?.id ?? '') ??
    (ledOn ? ledOnWhy(question, classed) : undefined) ??
    (overridden && !ledOn ? undefined : (classWhy(line, classed) ?? nightWhy(question, classed)));
  return why === undefined ? { is: 'allowed' } : { is: 'barred', why };
};

/** A call that is led on to an outside number: by a forwarding of a phone, or by a failover of the box. */
const ledOnWhy = ({ configuration, offer }: PlanQuestion, { is }: Classed): Reason => {
  const { trunkToTrunk, forwardAbroad } = configuration.tollGuard;
  const { kind, id } = offer.from;
  const pbx = configuration.trunks.find((each) => kind === 'trunk' && each.id === id && each.kind === 'accepting');
  if (pbx !== undefined && !pbx.callsOut) return `${id} may call phones here and emergency numbers only`;
  // else it calls for people of the office (U19)
  const outside = (kind === 'trunk' && pbx === undefined) || kind === 'line';
  if (outside && !trunkToTrunk) return 'calls from outside are not led outside again';
  if (is === 'premium') return 'no call is led on to a premium number';
  return is === 'international' && !forwardAbroad ? 'calls are not led on to other countries' : undefined;
};

const classWhy = (line: Line | undefined, { is, countryCode }: Classed): Reason => {
  if (line === undefined) return undefined;
  const { id, classes, countries } = line;
  if (!classes.includes(is)) return `${id} may call no ${is} numbers`;
  if (is !== 'international' || countries.length === 0 || countryCode === undefined) return undefined;
  return countries.includes(countryCode) ? undefined : `${id} may not call the country +${countryCode}`;
};

const nightWhy = (question: PlanQuestion, { is }: Classed): Reason => {
  const { nightCalendar } = question.configuration.tollGuard;
  if (nightCalendar === '' || AT_NIGHT.includes(is)) return undefined;
  const night = counts({ calendar: nightCalendar, when: 'out', scenario: '' }, question);
  return night ? `the night lock is on: only ${AT_NIGHT.join(' and ')} numbers` : undefined;
};

const closedWhy = ({ memory }: PlanQuestion, id: string, { is }: Classed): Reason => {
  const { closed } = memory.toll;
  const shut = closed.includes(closedKey('', is)) || closed.includes(closedKey(id, is));
  return shut ? `${is} numbers are closed after a sudden change, until a person opens them` : undefined;
};

const spentWhy = ({ configuration, memory }: PlanQuestion, id: string): Reason => {
  const { spent } = memory.toll;
  const { box, phone } = limitsOf(configuration);
  const whole = overLimit(spent[''] ?? NOTHING, box, 'of the box');
  return whole ?? (id === '' ? undefined : overLimit(spent[id] ?? NOTHING, phone, `of ${id}`));
};

const limitsOf = ({ tollGuard: guard }: Configuration): { readonly box: Limits; readonly phone: Limits } => ({
  box: { calls: guard.boxCallsDay, minutes: guard.boxMinutesDay, cost: guard.boxCostDay },
  phone: { calls: guard.lineCallsDay, minutes: guard.lineMinutesDay, cost: guard.lineCostDay },
});

const overLimit = (spent: Spent, limits: Limits, whose: string): Reason => {
  const over = (['calls', 'minutes', 'cost'] as const).find((of) => limits[of] > 0 && spent[of] >= limits[of]);
  if (over === undefined) return undefined;
  return over === 'cost'
    ? `the cost of a day ${whose} is spent`
    : `the ${limits[over]} ${over} of a day ${whose} are spent`;
};

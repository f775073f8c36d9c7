import type { Refusal } from './refusal.ts';
import type { Configuration } from './schema.ts';

type Kind =
  | 'trunk'
  | 'group'
  | 'line'
  | 'phone'
  | 'ringGroup'
  | 'attendant'
  | 'calendar'
  | 'rateTable'
  | 'numberPool'
  | 'location'
  | 'scenario'
  | 'extension';

const words: Readonly<Record<Kind, string>> = {
  trunk: 'a trunk',
  group: 'a group',
  line: 'a line',
  phone: 'a line of kind fxs',
  ringGroup: 'a ring group',
  attendant: 'an auto attendant',
  calendar: 'a calendar',
  rateTable: 'a rate table',
  numberPool: 'a pool of numbers',
  location: 'a location',
  scenario: 'a scenario',
  extension: 'an extension of a phone, a ring group or an auto attendant',
};

const idsOf = (whole: Configuration): Readonly<Record<Kind, ReadonlySet<string>>> => {
  const ids = (things: readonly { readonly id: string }[]): ReadonlySet<string> => new Set(things.map(({ id }) => id));
  return {
    trunk: ids(whole.trunks),
    group: ids(whole.groups),
    line: ids(whole.lines),
    phone: ids(whole.lines.filter(({ kind }) => kind === 'fxs')),
    ringGroup: ids(whole.ringGroups),
    attendant: ids(whole.attendants),
    calendar: ids(whole.calendars),
    rateTable: ids(whole.rateTables),
    numberPool: ids(whole.numberPools),
    location: ids(whole.locations),
    scenario: ids(whole.scenarios),
    extension: new Set([...whole.lines, ...whole.ringGroups, ...whole.attendants].map(({ extension }) => extension)),
  };
};

/** A setting that names another thing: where it stands, what it says, and what it may name. */
type Reference = readonly [path: string, name: string, ...kinds: readonly Kind[]];

type Bound = { readonly calendar: string; readonly scenario: string };
const boundTo = (path: string, { calendar, scenario }: Bound): readonly Reference[] => [
  [`${path}/calendar`, calendar, 'calendar'],
  [`${path}/scenario`, scenario, 'scenario'],
];

/** Where a forwarding or a choice leads; an outside number and a recording name nothing in the settings. */
const PLACES = { extension: 'extension', group: 'ringGroup', mailbox: 'phone', attendant: 'attendant' } as const;
const placeNamed = (path: string, to: string, name: string): readonly Reference[] =>
  to in PLACES ? [[path, name, PLACES[to as keyof typeof PLACES]]] : [];

const each = <T>(list: readonly T[], name: string, of: (thing: T, path: string) => readonly Reference[]) =>
  list.flatMap((thing, index) => of(thing, `${name}/${index}`));

const referencesIn = (whole: Configuration): readonly Reference[] => [
  ...each(whole.trunks, 'trunks', ({ group, rates, ratesOut, rateCalendar }, path) => [
    [`${path}/group`, group, 'group'],
    [`${path}/rates`, rates, 'rateTable'],
    [`${path}/ratesOut`, ratesOut, 'rateTable'],
    [`${path}/rateCalendar`, rateCalendar, 'calendar'],
  ]),
  ...each(whole.lines, 'lines', (line, path) => [
    [`${path}/numberPool`, line.numberPool, 'numberPool'],
    [`${path}/location`, line.location, 'location'],
    ...line.trunks.map((way, at): Reference => [`${path}/trunks/${at}`, way, 'trunk', 'group', 'line']),
    ...boundTo(path, line),
  ]),
  ...each(whole.groups, 'groups', (group, path) => [
    [`${path}/failoverTrunk`, group.failoverTrunk, 'trunk', 'group'],
    ...boundTo(path, group),
  ]),
  ...each(whole.routes, 'routes', (route, path) => [
    ...route.ways.map((way, at): Reference => [`${path}/ways/${at}`, way, 'trunk', 'group', 'line']),
    ...boundTo(path, route),
  ]),
  ...each(whole.dids, 'dids', (did, path) => [
    [`${path}/rings`, did.rings, 'phone', 'ringGroup', 'attendant'],
    [`${path}/group`, did.group, 'group'],
    [`${path}/failoverTrunk`, did.failoverTrunk, 'trunk', 'group'],
    ...boundTo(path, did),
  ]),
  ...each(whole.ringGroups, 'ringGroups', (group, path) => [
    ...group.lines.map((line, at): Reference => [`${path}/lines/${at}`, line, 'phone']),
    ...boundTo(path, group),
  ]),
  ...each(whole.forwardings, 'forwardings', (rule, path) => [
    [`${path}/line`, rule.line, 'phone'],
    ...rule.targets.flatMap(({ to, name }, at) => placeNamed(`${path}/targets/${at}/name`, to, name)),
    ...boundTo(path, rule),
  ]),
  ...each(whole.attendants, 'attendants', ({ calendar, timeoutLine, choices }, path) => [
    ...choices.flatMap(({ to, name }, at) => placeNamed(`${path}/choices/${at}/name`, to, name)),
    [`${path}/calendar`, calendar, 'calendar'],
    [`${path}/timeoutLine`, timeoutLine, 'phone'],
  ]),
  ...each(whole.numberPools, 'numberPools', ({ trunk }, path) => [[`${path}/trunk`, trunk, 'trunk']]),
  ...each(whole.scenarios, 'scenarios', ({ calendar }, path) => [[`${path}/calendar`, calendar, 'calendar']]),
  ['tollGuard/nightCalendar', whole.tollGuard.nightCalendar, 'calendar'],
  ['notice/longCallCalendar', whole.notice.longCallCalendar, 'calendar'],
  ['mailbox/calendar', whole.mailbox.calendar, 'calendar'],
];

/** Settings that name what is not there. An empty name names nothing. */
export const danglingReferences = (whole: Configuration): readonly Refusal[] => {
  const ids = idsOf(whole);
  return referencesIn(whole).flatMap(([path, name, ...kinds]) => {
    if (name === '' || kinds.some((kind) => ids[kind].has(name))) return [];
    const limit = `must be ${kinds.map((kind) => words[kind]).join(' or ')} that is in the settings`;
    return [{ path, limit, remedy: 'Add it first, or leave this empty.' }];
  });
};

import type { Calendar, Configuration, Route } from '../../config/schema.ts';
import { counts, dateIn, whyNotCounted } from './calendar.ts';
import type { PlanReason } from './explanation.ts';
import type { PlanQuestion } from './question.ts';

/** A route with what every call asks of it, made once. */
export type KnownRoute = Route & {
  /** Trunks, groups and lines that it allows; undefined: all trunks. */
  readonly names?: ReadonlySet<string>;
  /** What it takes, in words. */
  readonly takes: PlanReason;
  /** It has a first or a last day, by the calendar of this time zone. */
  readonly zone?: string;
  /** Routes with the same key count at the same moments. */
  readonly boundBy: string;
};

/** Routes of a configuration by prefix, each list in the order in which they are tried. Made once (many calls ask). */
type RouteTable = { readonly byPrefix: ReadonlyMap<string, readonly KnownRoute[]>; readonly longest: number };

const tables = new WeakMap<Configuration, RouteTable>();

const tableOf = (configuration: Configuration): RouteTable => {
  const known = tables.get(configuration);
  if (known) return known;
  const { calendars } = configuration;
  const byPrefix = new Map<string, KnownRoute[]>();
  for (const route of configuration.routes.filter(({ enabled }) => enabled)) {
    byPrefix.set(route.prefix, [...(byPrefix.get(route.prefix) ?? []), knownRoute(route, calendars)]);
  }
  for (const routes of byPrefix.values()) routes.sort(byPriority);
  const table = { byPrefix, longest: Math.max(0, ...[...byPrefix.keys()].map((prefix) => prefix.length)) };
  tables.set(configuration, table);
  return table;
};

/** U12: days are those of the route's calendar, else of the first calendar, else UTC. */
const knownRoute = (route: Route, calendars: readonly Calendar[]): KnownRoute => {
  const { id, ways, prefix, priority, calendar, when, scenario, validFrom, validUntil } = route;
  const why = `it takes ${prefix === '' ? 'every number' : `numbers that begin with ${prefix}`}, priority ${priority}`;
  const zone = (calendars.find((each) => each.id === calendar) ?? calendars[0])?.timeZone ?? 'UTC';
  return {
    ...route,
    ...(ways.length === 0 ? {} : { names: new Set(ways) }),
    takes: { what: `route ${id}`, why },
    ...(validFrom === '' && validUntil === '' ? {} : { zone }),
    boundBy: calendar === '' && scenario === '' ? '' : `${calendar} ${when} ${scenario}`,
  };
};

/** Of equals a bar goes first: what is forbidden stays so. */
const byPriority = (a: Route, b: Route): number =>
  a.priority - b.priority ||
  Number(b.action === 'bar') - Number(a.action === 'bar') ||
  (a.id < b.id ? -1 : Number(a.id > b.id));

/** The routes by which a number may go, in order; `all`: there is no route at all, so every trunk may take it. */
export type Matched =
  | { readonly is: 'all' }
  | { readonly is: 'routes'; readonly routes: readonly KnownRoute[] }
  | { readonly is: 'barred'; readonly by: Route }
  | { readonly is: 'none' };

/**
 * Longest prefix first, then priority (U4). By settings only the longest prefix that has a route, or shorter ones
 * after it (U12). A route that does not count now or for this extension (empty: not a phone of ours) is as if it were
 * not there. A bar ends the list: what stands behind it is not tried.
 */
export const matchRoutes = (
  question: PlanQuestion,
  number: string,
  extension: string,
  reasons: PlanReason[],
): Matched => {
  const { configuration } = question;
  const { byPrefix, longest } = tableOf(configuration);
  if (byPrefix.size === 0) return { is: 'all' };
  const leftOut = judge(question, extension);
  const chosen: KnownRoute[] = [];
  for (let length = Math.min(longest, number.length); length >= 0; length--) {
    const before = chosen.length;
    for (const route of byPrefix.get(number.slice(0, length)) ?? []) {
      const why = leftOut(route);
      if (why !== undefined) reasons.push({ what: `route ${route.id}`, why });
      else if (route.action === 'bar') return barredBy(route, chosen, reasons);
      else chosen.push(route);
    }
    if (chosen.length > before && configuration.routing.prefixMode === 'longest') break;
  }
  return chosen.length > 0 ? { is: 'routes', routes: chosen } : { is: 'none' };
};

const barredBy = (by: Route, chosen: readonly KnownRoute[], reasons: PlanReason[]): Matched => {
  const why = `it bars numbers that begin ${by.prefix === '' ? 'anyhow' : `with ${by.prefix}`}`;
  reasons.push({ what: `route ${by.id}`, why });
  return chosen.length > 0 ? { is: 'routes', routes: chosen } : { is: 'barred', by };
};

/** Why a route does not count for this call; calendars are looked at once a call. */
const judge = (question: PlanQuestion, extension: string): ((route: KnownRoute) => string | undefined) => {
  const known = new Map<string, boolean>();
  const isBound = (route: KnownRoute): boolean => {
    if (route.boundBy === '') return true;
    const value = known.get(route.boundBy) ?? counts(route, question);
    known.set(route.boundBy, value);
    return value;
  };
  const todays = new Map<string, string>();
  const today = (zone: string): string => {
    const date = todays.get(zone) ?? dateIn(zone, question.now.ms);
    todays.set(zone, date);
    return date;
  };
  return (route) => {
    if (route.extensions.length > 0 && !route.extensions.includes(extension)) {
      return extension === '' ? 'it is for some extensions only' : `it is not for extension ${extension}`;
    }
    return expiry(route, question, today) ?? (isBound(route) ? undefined : whyNotCounted(route, question));
  };
};

/** U12; unsure time ends nothing. */
const expiry = (route: KnownRoute, { now }: PlanQuestion, today: (zone: string) => string): string | undefined => {
  const { validFrom, validUntil, zone } = route;
  if (zone === undefined || !now.sure) return undefined;
  const date = today(zone);
  if (validFrom !== '' && date < validFrom) return `it is valid from ${validFrom}`;
  return validUntil !== '' && date > validUntil ? `it was valid until ${validUntil}` : undefined;
};

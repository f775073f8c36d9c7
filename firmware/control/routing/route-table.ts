import type { Calendar, Configuration, Route } from '../../config/schema.ts';
import type { BoundTo } from './calendar.ts';
import type { PlanReason } from './explanation.ts';

/** When and for whom a route counts (U11, U12, U20). */
export type RouteCondition = BoundTo &
  Pick<Route, 'extensions' | 'validFrom' | 'validUntil'> & {
    /** Time zone of its first and last day: of its calendar, else of the first calendar, else UTC. */
    readonly zone: string;
    /** What is bound alike counts at the same moments. */
    readonly boundBy: string;
  };

/** A route with what every call asks of it, made once. */
export type KnownRoute = Route & {
  /** Trunks, groups and lines that it allows; undefined: all trunks. */
  readonly names?: ReadonlySet<string>;
  /** What it takes, in words. */
  readonly takes: PlanReason;
  /** Place of its condition in the table: many routes have one together, which a call judges once. */
  readonly conditionAt: number;
};

/** Routes of a configuration by prefix, each list in the order in which they are tried. Made once (many calls ask). */
export type RouteTable = {
  readonly byPrefix: ReadonlyMap<string, readonly KnownRoute[]>;
  readonly conditions: readonly RouteCondition[];
  /** Length of the longest prefix. */
  readonly longest: number;
};

const tables = new WeakMap<Configuration, RouteTable>();

export const routeTable = (configuration: Configuration): RouteTable => {
  const known = tables.get(configuration);
  if (known) return known;
  const fresh = tableOf(configuration);
  tables.set(configuration, fresh);
  return fresh;
};

const tableOf = ({ routes, calendars }: Configuration): RouteTable => {
  const byPrefix = new Map<string, KnownRoute[]>();
  const conditions: RouteCondition[] = [];
  const places = new Map<string, number>();
  for (const route of routes.filter(({ enabled }) => enabled)) {
    const condition = conditionOf(route, calendars);
    const key = JSON.stringify(condition);
    const at = places.get(key) ?? conditions.push(condition) - 1;
    places.set(key, at);
    const alike = byPrefix.get(route.prefix) ?? [];
    byPrefix.set(route.prefix, alike);
    alike.push(knownRoute(route, at));
  }
  for (const alike of byPrefix.values()) alike.sort(byPriority);
  return { byPrefix, conditions, longest: Math.max(0, ...[...byPrefix.keys()].map((prefix) => prefix.length)) };
};

const conditionOf = (
  { calendar, when, scenario, extensions, validFrom, validUntil }: Route,
  calendars: readonly Calendar[],
): RouteCondition => ({
  ...{ calendar, when, scenario, extensions, validFrom, validUntil },
  zone: (calendars.find(({ id }) => id === calendar) ?? calendars[0])?.timeZone ?? 'UTC',
  boundBy: calendar === '' && scenario === '' ? '' : `${calendar} ${when} ${scenario}`,
});

const knownRoute = (route: Route, conditionAt: number): KnownRoute => {
  const { id, ways, prefix, priority } = route;
  const why = `it takes ${prefix === '' ? 'every number' : `numbers that begin with ${prefix}`}, priority ${priority}`;
  return {
    ...route,
    ...(ways.length === 0 ? {} : { names: new Set(ways) }),
    takes: { what: `route ${id}`, why },
    conditionAt,
  };
};

/** Of equals a bar goes first: what is forbidden stays so. */
const byPriority = (a: Route, b: Route): number =>
  a.priority - b.priority ||
  Number(b.action === 'bar') - Number(a.action === 'bar') ||
  (a.id < b.id ? -1 : Number(a.id > b.id));

import type { Route } from '../../config/schema.ts';
import { counts, dateIn, whyNotCounted } from './calendar.ts';
import type { PlanReason } from './explanation.ts';
import type { PlanQuestion } from './question.ts';
import { type KnownRoute, type RouteCondition, type RouteTable, routeTable } from './route-table.ts';

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
  const table = routeTable(configuration);
  const { byPrefix, longest } = table;
  if (byPrefix.size === 0) return { is: 'all' };
  const leftOut = judge(question, extension, table);
  const chosen: KnownRoute[] = [];
  for (let length = Math.min(longest, number.length); length >= 0; length--) {
    const before = chosen.length;
    for (const route of byPrefix.get(number.slice(0, length)) ?? []) {
      const why = leftOut(route);
      if (why !== undefined) reasons.push({ what: route.takes.what, why });
      else if (route.action === 'bar') return barredBy(route, chosen, reasons);
      else chosen.push(route);
    }
    if (chosen.length > before && configuration.routing.prefixMode === 'longest') break;
  }
  return chosen.length > 0 ? { is: 'routes', routes: chosen } : { is: 'none' };
};

const barredBy = (by: KnownRoute, chosen: readonly KnownRoute[], reasons: PlanReason[]): Matched => {
  const why = `it bars numbers that begin ${by.prefix === '' ? 'anyhow' : `with ${by.prefix}`}`;
  reasons.push({ what: by.takes.what, why });
  return chosen.length > 0 ? { is: 'routes', routes: chosen } : { is: 'barred', by };
};

/** Why a route does not count for this call: each condition is judged once, however many routes have it. */
const judge = (
  question: PlanQuestion,
  extension: string,
  { conditions }: RouteTable,
): ((route: KnownRoute) => string | undefined) => {
  const today = onceEach((zone: string) => dateIn(zone, question.now.ms));
  const isBound = onceEach((_: string, condition: RouteCondition) => counts(condition, question));
  const whyNot = (condition: RouteCondition): string | undefined =>
    notFor(condition, extension) ??
    expiry(condition, question, today) ??
    (condition.boundBy === '' || isBound(condition.boundBy, condition)
      ? undefined
      : whyNotCounted(condition, question));
  const judged: { readonly why: string | undefined }[] = [];
  return ({ conditionAt }) => {
    judged[conditionAt] ??= { why: whyNot(conditions[conditionAt]!) };
    return judged[conditionAt].why;
  };
};

/** The same answer for the same key, found once. */
const onceEach = <V, A extends unknown[]>(find: (key: string, ...about: A) => V): typeof find => {
  const known = new Map<string, V>();
  return (key, ...about) => {
    const value = known.get(key) ?? find(key, ...about);
    known.set(key, value);
    return value;
  };
};

const notFor = ({ extensions }: RouteCondition, extension: string): string | undefined => {
  if (extensions.length === 0 || extensions.includes(extension)) return undefined;
  return extension === '' ? 'it is for some extensions only' : `it is not for extension ${extension}`;
};

/** U12; unsure time ends nothing. */
const expiry = (
  { validFrom, validUntil, zone }: RouteCondition,
  { now }: PlanQuestion,
  today: (zone: string) => string,
): string | undefined => {
  if ((validFrom === '' && validUntil === '') || !now.sure) return undefined;
  const date = today(zone);
  if (validFrom !== '' && date < validFrom) return `it is valid from ${validFrom}`;
  return validUntil !== '' && date > validUntil ? `it was valid until ${validUntil}` : undefined;
};

import type { Group } from '../../config/schema.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import { notCounted } from './calendar.ts';
import type { PlanQuestion } from './question.ts';

// A trunk group caps the calls of its members together and keeps some of them for those who need them most (U8).

/** Calls of all members of a group. */
export const groupCalls = (group: string, trunks: readonly TrunkSnapshot[]): number =>
  trunks.reduce((sum, trunk) => sum + (trunk.group === group ? trunk.callsUp : 0), 0);

/** Who asks: an extension (empty: none), and whether over a protect route, which may use what is reserved. */
export type GroupAsker = { readonly extension: string; readonly protect: boolean };

/**
 * Why the group takes no further call now; undefined where it does. Emergency calls do not ask: no limit applies to
 * them (S4).
 */
export const groupRefuses = (
  group: Group,
  trunks: readonly TrunkSnapshot[],
  { extension, protect }: GroupAsker,
): string | undefined => {
  const { id, callLimit, reservedLines, reservedFor } = group;
  if (callLimit === 0) return undefined;
  const up = groupCalls(id, trunks);
  if (up >= callLimit) return `all ${callLimit} calls of group ${id} are up`;
  const mayUseReserved = protect || (extension !== '' && reservedFor.includes(extension));
  if (mayUseReserved || up < callLimit - reservedLines) return undefined;
  return `the last ${reservedLines} of ${callLimit} calls of group ${id} are reserved`;
};

/** Why the group of a way takes no call at this moment, by its calendar or its scenario (U11); undefined where it does. */
export const groupShut = ({ group }: TrunkSnapshot, question: PlanQuestion): string | undefined => {
  const known = group === '' ? undefined : question.configuration.groups.find(({ id }) => id === group);
  const why = known && notCounted(known, question);
  return why === undefined ? undefined : `group ${group}: ${why}`;
};

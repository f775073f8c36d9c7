import type { CallFailure } from '../failure.ts';
import { failureTable } from '../failure.ts';
import type { TrunkSnapshot, VerdictOverrides } from '../trunk/trunk.ts';

/** Whether this number must always get through. */
export const isEmergency = (number: string, numbers: readonly string[]): boolean => numbers.includes(number);

/** For an emergency call every failure goes on: no answer of anybody ends it while another way is left (S4). */
export const emergencyVerdicts: VerdictOverrides = Object.fromEntries(
  (Object.keys(failureTable) as CallFailure[]).map((failure) => [failure, 'next']),
);

/** Ways for an emergency call: free exchange lines, then trunks whatever is known of them, the likely ones first. */
export const emergencyOrder = (trunks: readonly TrunkSnapshot[]): readonly TrunkSnapshot[] =>
  [...trunks].sort((a, b) => rank(a) - rank(b) || a.priority - b.priority || a.id.localeCompare(b.id));

const rank = (trunk: TrunkSnapshot): number => {
  const busy = trunk.callLimit > 0 && trunk.callsUp >= trunk.callLimit;
  if (trunk.kind === 'line') return trunk.health === 'down' || busy ? 4 : 0;
  // a block is passed, but whoever set it had a reason
  if (trunk.blocked !== undefined) return 3;
  if (trunk.health === 'up') return 1;
  return ['unproven', 'suspect', 'returning'].includes(trunk.health) ? 2 : 3;
};

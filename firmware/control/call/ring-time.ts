import { after, earliest, type Instant } from '../../core/machine.ts';
import type { Attempt } from '../routing/attempt.ts';
import type { Asker, Hunt } from './hunt-state.ts';

/**
 * A call that a softswitch has forgotten without being seen as lost (it was restarted within a moment) rings so long: no
 * network lets a caller wait as long for an answer (ITU-T Q.118: 2 to 4 minutes).
 */
const LONGEST_RING_MS = 10 * 60_000;

/** Until when an attempt may ring; where the softswitch that sent the call lives, that is for it to say (S2). */
export const ringsUntil = ({ untilCancelled, ringMs }: Attempt, { lost }: Asker, now: Instant): Instant =>
  after(now, untilCancelled && !lost ? LONGEST_RING_MS : ringMs);

/**
 * Nobody can take the call back any more: from now on it rings its own time, and no longer should the softswitch come
 * back, which may have forgotten the call.
 */
export const upstreamLost = (hunt: Hunt, now: Instant): Hunt => {
  if (hunt.phase !== 'alerting') return hunt;
  const noAnswerAt = earliest(hunt.noAnswerAt, after(now, hunt.held.attempt.ringMs)) ?? hunt.noAnswerAt;
  return { ...hunt, noAnswerAt };
};

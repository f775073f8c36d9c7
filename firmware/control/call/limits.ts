import { after, type Instant } from '../../core/machine.ts';
import type { Level } from '../routing/attempt.ts';
import type { Spent } from './hunt-state.ts';

/** At most so many attempts, and so long until a phone rings, in all hunts for one callee (U5). */
export const MOST_ATTEMPTS = 4;
export const LONGEST_HUNT_MS = 60_000;

/** Ways that have just failed are left alone for so long before they are tried again (U7). */
export const AGAIN_PAUSE_MS = 2_000;

/** Limits that never end an emergency call, as plain numbers: more than there can be attempts, and a week. */
const UNLIMITED_ATTEMPTS = 10_000;
const UNLIMITED_MS = 7 * 24 * 3_600_000;

/** Nothing spent yet; leg numbers from `nextLeg` on are the call's own. */
export const freshLimits = (nextLeg: number, now: Instant): Spent => ({
  nextLeg,
  begun: 0,
  most: MOST_ATTEMPTS,
  giveUpAt: after(now, LONGEST_HUNT_MS),
});

const unlimited = (nextLeg: number, now: Instant): Spent => ({
  nextLeg,
  begun: 0,
  most: UNLIMITED_ATTEMPTS,
  giveUpAt: after(now, UNLIMITED_MS),
  emergency: true,
});

/**
 * What a level may spend: what its predecessors have left, and anew where it leads to another callee, to the box's own
 * voice, or to protect trunks (which are no part of the limit, U5).
 */
export const limitsOf = (level: Level, spent: Spent, now: Instant): Spent => {
  if (level.emergency) return unlimited(spent.nextLeg, now);
  const anew = level.ownVoice || level.elsewhere || level.protect !== undefined;
  return anew ? freshLimits(spent.nextLeg, now) : spent;
};

/** A round in which ways that failed are tried again, until protect trunks may be used. */
export const roundLimits = (level: Level, spent: Spent, until: Instant): Spent => ({
  nextLeg: spent.nextLeg,
  begun: 0,
  most: level.protect?.again.length ?? 0,
  giveUpAt: until,
});

const widest = (attempts: readonly Level['attempts'][number][]): number =>
  Math.max(0, ...attempts.map((attempt) => attempt.targets.length));

/** Legs that a level may use at most, with the voice that asks the caller to wait in each round. */
const legsOfLevel = ({ attempts, emergency, protect }: Level): number => {
  const most = emergency ? attempts.length : MOST_ATTEMPTS;
  // The voice that asks an outside callee to accept is a leg as well.
  const own = most * (widest(attempts) + (attempts.some(({ accept }) => accept) ? 1 : 0));
  if (!protect) return own;
  const rounds = 1 + Math.ceil(protect.delayMs / AGAIN_PAUSE_MS);
  return own + rounds * (1 + protect.again.length * widest(protect.again));
};

/** Leg numbers that these levels may use, so that the executor can set them aside. */
export const legsOf = (levels: readonly Level[]): number => levels.reduce((sum, level) => sum + legsOfLevel(level), 0);

import { type BackoffShape, backoffMs } from '../core/backoff.ts';
import type { Instant } from '../core/machine.ts';

/** Deaths of a plane that bear on its next start. */
export type Deaths = {
  /** In a row, of a plane that died soon after its start and had not been ready. */
  readonly unready: number;
  /** When planes died that had been ready, the last few. */
  readonly ready: readonly Instant[];
};
export type Death = { readonly now: Instant; readonly startedAt: Instant; readonly wasReady: boolean };

/** A plane that lived for so long was no part of a loop. */
const YOUNG_MS = 10_000;
/** Deaths of planes that had been ready are a loop when there are more than so many in that time. */
const MOST_READY = 8;
const WAIT: BackoffShape = { baseMs: 250, capMs: 30_000 };

export const noDeaths: Deaths = { unready: 0, ready: [] };

/** Takes down one more death. */
export const afterDeath = ({ unready, ready }: Deaths, { now, startedAt, wasReady }: Death): Deaths => {
  const late = ready.filter((at) => now - at < YOUNG_MS);
  if (wasReady) return { unready: 0, ready: [...late, now] };
  return { unready: now - startedAt < YOUNG_MS ? unready + 1 : 1, ready: late };
};

/**
 * Milliseconds until the plane is started again (pure but for `random`). Calls wait for it, so that it is started at
 * once after a single death and whenever it had been ready; only one that dies without ever having been ready, or far
 * too often, waits longer each time.
 */
export const restartWaitMs = ({ unready, ready }: Deaths, random: () => number): number => {
  const again = Math.max(unready - 1, ready.length - MOST_READY);
  return again <= 0 ? 0 : backoffMs(again, WAIT, random);
};

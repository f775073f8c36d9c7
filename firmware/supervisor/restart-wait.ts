import { type BackoffShape, backoffMs } from '../core/backoff.ts';
import type { Instant } from '../core/machine.ts';

/** Deaths of a plane that bear on its next start, each in a row. */
export type Deaths = {
  /** Of a plane that died soon after its start and had not been ready. */
  readonly unready: number;
  /** Of a plane that had been ready, but died soon after its start all the same. */
  readonly ready: number;
};
export type Death = { readonly now: Instant; readonly startedAt: Instant; readonly wasReady: boolean };

/** A plane that lived for so long without being ready was no part of a loop. */
const YOUNG_MS = 10_000;
/** A plane that was ready and lived for so long has served: the count begins anew. */
const SERVED_MS = 5_000;
/** So many young deaths of planes that had been ready may come from outside; more are a loop. */
const MOST_READY = 8;
const WAIT: BackoffShape = { baseMs: 250, capMs: 30_000 };

export const noDeaths: Deaths = { unready: 0, ready: 0 };

/** Takes down one more death. The wait before a start is no part of the life that follows. */
export const afterDeath = ({ unready, ready }: Deaths, { now, startedAt, wasReady }: Death): Deaths => {
  const livedMs = now - startedAt;
  if (wasReady) return { unready: 0, ready: livedMs < SERVED_MS ? ready + 1 : 1 };
  return { unready: livedMs < YOUNG_MS ? unready + 1 : 1, ready };
};

/** Whether the plane dies again and again, so that its next start waits. */
export const isLoop = (deaths: Deaths): boolean => again(deaths) > 0;

const again = ({ unready, ready }: Deaths): number => Math.max(unready - 1, ready - MOST_READY);

/**
 * Milliseconds until the plane is started again (pure but for `random`). Calls wait for it, so that it is started at
 * once after a single death and, if it had been ready, after a few more; then it waits longer each time, until one has
 * served for a while.
 */
export const restartWaitMs = (deaths: Deaths, random: () => number): number =>
  isLoop(deaths) ? backoffMs(again(deaths), WAIT, random) : 0;

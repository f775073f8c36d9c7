import { setTimeout as sleep } from 'node:timers/promises';

/** How often a condition is looked at. */
const POLL_MS = 25;
const LEAST_PATIENCE_MS = 10_000;

/**
 * How long to wait for what is only to come at some time: a machine that stands still now and then, or has much else
 * to do, takes longer, and waiting costs nothing where it comes. What is promised within a time is measured instead.
 */
export const patience = (withinMs: number): number => Math.max(withinMs, LEAST_PATIENCE_MS);

/**
 * Waits until `probe` gives something truthy and returns it. Throws after `withinMs` with `what`, so that a failed
 * test says what it waited for; a probe that throws counts as "not yet", and its last words are in the error. Time in
 * which this process slept longer than it had asked for is the machine's, and not counted.
 */
export const eventually = async <T>(
  what: string,
  withinMs: number,
  probe: () => T | undefined | false | null | Promise<T | undefined | false | null>,
): Promise<T> => {
  let end = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    const asleep = performance.now();
    if (asleep >= end) break;
    await sleep(POLL_MS);
    end += Math.max(0, performance.now() - asleep - POLL_MS);
  }
  throw new Error(`waited ${withinMs} ms for ${what}, in vain`, last === undefined ? undefined : { cause: last });
};

/** `work`, but no longer than `withinMs`. */
export const bounded = async <T>(what: string, withinMs: number, work: Promise<T>): Promise<T> => {
  const over = new AbortController();
  const late = sleep(withinMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`${what} took longer than ${withinMs} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
};

export { sleep };

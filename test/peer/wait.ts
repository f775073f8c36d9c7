import { setTimeout as sleep } from 'node:timers/promises';

/** How often a condition is looked at. */
const POLL_MS = 25;

/**
 * Waits until `probe` gives something truthy and returns it. Throws after `withinMs` with `what`, so that a failed
 * test says what it waited for; a probe that throws counts as "not yet", and its last words are in the error.
 */
export const eventually = async <T>(
  what: string,
  withinMs: number,
  probe: () => T | undefined | false | null | Promise<T | undefined | false | null>,
): Promise<T> => {
  const end = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) break;
    await sleep(POLL_MS);
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

/** CLOCK_MONOTONIC in milliseconds. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * Wall time minus CLOCK_MONOTONIC in milliseconds, to some tens of microseconds. `Date.now()` cuts to whole
 * milliseconds, so its step is awaited; of several tries the smallest error counts.
 */
export const wallMinusMonotonicMs = (): number => {
  let best = Number.NEGATIVE_INFINITY;
  for (let attempt = 0; attempt < 8; attempt++) {
    const before = Date.now();
    let now = Date.now();
    while (now === before) now = Date.now();
    // a late look at the monotonic clock makes the difference smaller, never larger
    best = Math.max(best, now - monotonicMs());
  }
  return best;
};

/** Converts a kernel stamp (wall time) into CLOCK_MONOTONIC, both in milliseconds. */
export const toMonotonic = (offsetMs: number, wallMs: number): number => wallMs - offsetMs;

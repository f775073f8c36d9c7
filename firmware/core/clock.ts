import type { Instant } from './machine.ts';

/** The clock that everything is given; tests inject one that they turn by hand (`test-clock.ts`). */
export interface Clock {
  now(): Instant;
  /** Wall time in milliseconds since 1970, for records and display only. */
  wall(): number;
  /** Calls back once at or after `at`; the returned function takes the call back. */
  at(at: Instant, wake: () => void): () => void;
}

/** CLOCK_MONOTONIC in milliseconds, with fractions. */
export const monotonicNow = (): Instant => {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds * 1000 + nanoseconds / 1e6) as Instant;
};

export const systemClock: Clock = {
  now: monotonicNow,
  wall: () => Date.now(),
  at: (at, wake) => {
    const timer = setTimeout(wake, Math.min(0x7fffffff, Math.max(0, Math.ceil(at - monotonicNow()))));
    return () => clearTimeout(timer);
  },
};

import { after, type Instant, type Machine } from '../../core/machine.ts';

/** How often a password may be wrong, and how long the next try has to wait then. Times in ms. */
export type LockoutLimits = {
  /** So many wrong passwords cost no wait. */
  readonly free: number;
  /** The wait after the first that is not free; each further one doubles it. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** So long after the last wrong password (and its wait) all are forgotten. */
  readonly forgetMs: number;
};

/** One source: 30 s after the sixth wrong password, doubling to 15 min; never for ever. */
export const SOURCE_LIMITS: LockoutLimits = {
  free: 5,
  firstWaitMs: 30_000,
  longestWaitMs: 900_000,
  forgetMs: 3_600_000,
};
/**
 * All sources together, for guesses from many addresses. The wait stays short: it makes guessing hopeless, and
 * a person who comes meanwhile waits a minute at most.
 */
export const GLOBAL_LIMITS: LockoutLimits = {
  free: 40,
  firstWaitMs: 5_000,
  longestWaitMs: 60_000,
  forgetMs: 900_000,
};

/** `waitUntil`: no try before this moment. Without failures the machine is over. */
export type Lockout = { readonly failures: number; readonly waitUntil: Instant; readonly forgetAt: Instant };
export type LockoutEvent = { readonly type: 'wrong' | 'right' };
export type LockoutEffect = { readonly do: 'tell'; readonly failures: number; readonly waitMs: number };

/** Nobody has been wrong yet. */
export const unlocked = (now: Instant, limits: LockoutLimits): Lockout => ({
  failures: 0,
  waitUntil: now,
  forgetAt: after(now, limits.forgetMs),
});

/** Milliseconds until the next try is looked at; 0 = now. */
export const waitOf = (state: Lockout | undefined, now: Instant): number =>
  state === undefined ? 0 : Math.max(0, state.waitUntil - now);

const waitAfter = (failures: number, { free, firstWaitMs, longestWaitMs }: LockoutLimits): number =>
  failures <= free ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(30, failures - free - 1));

/** Counts wrong passwords of one source, or of all; a right one, or a long quiet time, ends it. */
export const lockoutMachine = (limits: LockoutLimits): Machine<Lockout, LockoutEvent, LockoutEffect> => ({
  step: (state, event, now) => {
    if (event.type !== 'wrong') return { state: { ...state, failures: 0 }, effects: [] };
    const failures = state.failures + 1;
    const waitMs = waitAfter(failures, limits);
    const waitUntil = after(now, waitMs);
    return {
      state: { failures, waitUntil, forgetAt: after(waitUntil, limits.forgetMs) },
      effects: waitMs > 0 ? [{ do: 'tell', failures, waitMs }] : [],
    };
  },
  deadline: (state) => state.forgetAt,
  over: (state) => state.failures === 0,
});

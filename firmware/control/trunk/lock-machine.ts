import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';

/**
 * A lock of the settings that ends by itself (U19). Its end is a wall time, and the wall clock may be set at any
 * moment: it is looked at again each minute, and as its end is due.
 */
export type TimedLock = { readonly lookAt: Instant };
export type TimedLockEffect = { readonly do: 'look' };

const LOOK_MS = 60_000;

/** `leftMs`: until its end as the clock says now; undefined while nobody knows the time. */
export const timedLock = (now: Instant, leftMs: number | undefined): TimedLock => ({
  lookAt: after(now, Math.min(LOOK_MS, Math.max(0, leftMs ?? LOOK_MS))),
});

export const lockMachine: Machine<TimedLock, never, TimedLockEffect> = {
  step: (_state: TimedLock, _event: Lapse, now: Instant): Step<TimedLock, TimedLockEffect> => ({
    state: { lookAt: after(now, LOOK_MS) },
    effects: [{ do: 'look' }],
  }),
  deadline: ({ lookAt }) => lookAt,
};

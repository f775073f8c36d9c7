/** Milliseconds of CLOCK_MONOTONIC (`process.hrtime`): one clock for both planes, and across a restart of either. */
export type Instant = number & { readonly clock: 'monotonic ms' };

/** A list that is known to hold something. */
export type Some<T> = readonly [T, ...T[]];

/** The event a machine gets when its own deadline has come. */
export type Lapse = { readonly type: 'lapse' };

/**
 * One protocol, line, call or registration as a pure function.
 *
 * `S` is plain data (no handle, closure or Map): it can be written, adopted, printed and compared as it is.
 * `F` is what should be done; the host of the machine does it. There is no start or cancel of timers:
 * leaving a state is leaving its deadline.
 */
export interface Machine<S, E, F> {
  step(state: S, event: E | Lapse, now: Instant): Step<S, F>;
  /** When the next `lapse` is due; `undefined` means that this state may last for ever. */
  deadline(state: S): Instant | undefined;
  /** True for a state that nothing can leave: the runner forgets the machine. */
  over?(state: S): boolean;
}

export type Step<S, F> = { readonly state: S; readonly effects: readonly F[] };

export const after = (now: Instant, ms: number): Instant => (now + ms) as Instant;

/** The earliest of some deadlines, `undefined` if there is none. */
export const earliest = (...deadlines: readonly (Instant | undefined)[]): Instant | undefined => {
  let first: Instant | undefined;
  for (const at of deadlines) if (at !== undefined && (first === undefined || at < first)) first = at;
  return first;
};

export const isSome = <T>(list: readonly T[]): list is Some<T> => list.length > 0;

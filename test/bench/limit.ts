import type { Site } from '../peer/site.ts';

/** One promise in numbers. Smaller is better for all of them. */
export type Limit = {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  /** Left out: only measured and compared. */
  readonly goal?: number;
};

/** What one run gave for one limit. */
export type Measured = {
  readonly value: number;
  /** The same work by something else in the same run. */
  readonly peer?: { readonly is: string; readonly value: number };
  /** What a reader needs to judge the value: counts, other quantiles, conditions. */
  readonly detail?: Readonly<Record<string, unknown>>;
};

/** A measurement: one run of it, in a network namespace of its own, gives values for all its limits. */
export type Bench = {
  readonly limits: readonly Limit[];
  readonly run: (site: Site) => Promise<Readonly<Record<string, Measured>>>;
};

import type { CallFailure, Verdict } from '../failure.ts';

/** A SIP status or a closed failure that a trunk treats unlike the table (U5: "a trunk can override single codes"). */
export type VerdictOverrides = Readonly<Partial<Record<`${number}` | CallFailure, Verdict>>>;

/** What routing sees of a way out, whether SIP upstream or exchange line: one shape, plain data. */
export type TrunkSnapshot = {
  readonly id: string;
  readonly kind: 'trunk' | 'line';
  /** `down` costs no time: it is left out while anything else is left. `held`: Retry-After or a lock. */
  readonly health: 'unproven' | 'up' | 'suspect' | 'returning' | 'down' | 'held';
  readonly priority: number;
  readonly callsUp: number;
  /** 0 = no limit. */
  readonly callLimit: number;
  /** Accounts whose binding we hold there. Of a line: empty. */
  readonly bound: readonly string[];
  readonly silenceBudgetMs: number;
  readonly progressBudgetMs: number;
  readonly ringMs: number;
  readonly verdicts: VerdictOverrides;
  /** U7. */
  readonly role: 'normal' | 'protect';
  /** Trunk group; empty: none (U8). */
  readonly group: string;
  /** Marked for emergency calls from this address (S4). */
  readonly emergency: boolean;
  /** By the settings (U19); emergency calls pass. */
  readonly lock: 'none' | 'noOutgoing' | 'all' | 'drain';
  /** Calls begun within the last second, and how many may be; 0 = no limit (U8). */
  readonly newCalls: number;
  readonly cpsLimit: number;
  /** Share of answered calls among the last 100; undefined below 20 (U4). */
  readonly asr?: number;
  /** A person lets no call out over it but emergency calls (U19); `minutesLeft` 0 = until it is unblocked. */
  readonly blocked?: { readonly by: string; readonly minutesLeft: number };
};

/** What is so of a way of which nothing else is said. */
export const ordinaryWay = {
  role: 'normal',
  group: '',
  emergency: false,
  lock: 'none',
  newCalls: 0,
  cpsLimit: 0,
} as const satisfies Partial<TrunkSnapshot>;

/** A softswitch as a person is shown it. `trouble`: why there is no way to it, empty where there is one. */
export type TrunkShown = Pick<TrunkSnapshot, 'id' | 'priority' | 'health' | 'callsUp' | 'callLimit' | 'blocked'> & {
  /** The lock of the settings that holds now; `until` as they say it, empty: until they say otherwise. */
  readonly lock?: { readonly is: 'noOutgoing' | 'all' | 'drain'; readonly until: string; readonly minutesLeft: number };
  readonly host: string;
  readonly transport: string;
  readonly trouble: string;
};

import type { Cause } from '../failure.ts';

/** What became of a call that the box itself made. */
export type TestCallResult = {
  readonly answered: boolean;
  /** From the begin of the call to its answer, ms. */
  readonly afterMs?: number;
  /** Why it ended: `hungUp` after the sentence was heard to its end (or the far party hung up), else the failure. */
  readonly cause: Cause;
  readonly attempts: readonly { readonly target: string; readonly cause: Cause | 'answered' }[];
};

/** The box calls a number by itself, says what it is, and hangs up. */
export interface TestCalls {
  /**
   * Calls `number` as an account-less caller of the box would, or by one trunk or exchange line alone (`trunk`: its
   * id). Rejects with `operation-refused` for an emergency number, whatever else is wrong with it.
   */
  place(ask: { readonly number: string; readonly trunk?: string }): Promise<TestCallResult>;
}

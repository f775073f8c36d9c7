import type { Some } from '../../core/machine.ts';
import type { Target } from '../facts.ts';
import type { CallFailure } from '../failure.ts';
import type { VerdictOverrides } from '../trunk/trunk.ts';

/** One way to the callee, as the plan made it. Several targets ring together; all times in ms. */
export type Attempt = {
  readonly id: string;
  readonly targets: Some<Target>;
  /** `alone`: a seized line is a commitment, so what is open is released first. */
  readonly start: 'hedged' | 'alone';
  readonly silenceMs: number;
  readonly progressMs: number;
  readonly ringMs: number;
  readonly verdicts: VerdictOverrides;
  /** Our binding there is good (or none is needed). */
  readonly bound: boolean;
  /** Why the plan chose it, for the record. */
  readonly why: string;
};

/** One hunt each; the next level is entered when the hunt before was lost with one of `on`. */
export type Level = {
  readonly on: Some<CallFailure> | 'any';
  readonly attempts: Some<Attempt>;
  /**
   * The box's own voice: it is no further way to the callee, so what the levels before have spent of attempts and time
   * is not held against it.
   */
  readonly ownVoice?: true;
};

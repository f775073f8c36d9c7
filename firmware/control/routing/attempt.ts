import type { Some } from '../../core/machine.ts';
import type { CallId, InviteThread, Shown, Target, Toll } from '../facts.ts';
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
  /** What this way shows of the caller, where it is not what the caller brought (U10, forwarding). */
  readonly shows?: Shown;
  /** To whom it is charged (R8); left out for emergency calls. */
  readonly toll?: Toll;
  /** The account by which it leaves, where that is not the caller's: what is forwarded leaves by that of its line. */
  readonly account?: string;
  /** An outside callee must press 1 before the call counts as answered (U14). */
  readonly accept?: true;
  /** An emergency call ends this ordinary call first, so that a way is free (S4). */
  readonly preempts?: CallId;
  /** Should the number be incomplete there, further digits are waited for so long (RFC 3578). */
  readonly overlap?: { readonly waitMs: number };
  /** It asks for a longer number, as one call with what was refused before. */
  readonly thread?: InviteThread;
  /** The softswitch that sent the call says how long it rings; `ringMs` counts from the loss of that one (S2). */
  readonly untilCancelled?: true;
  /** The rule that led here, for the record: a forwarding, a failover. */
  readonly by?: string;
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
  /**
   * Protect trunks (U7): before them `again` is tried anew for so long; the limit of attempts begins anew, and the
   * caller hears that it goes on.
   */
  readonly protect?: { readonly delayMs: number; readonly again: readonly Attempt[] };
  /** A forwarding or failover (U13, U14): another callee, so the limit of attempts and time begins anew. */
  readonly elsewhere?: true;
  /** Name by which `after` of a later level speaks of it; left out: the id of its first attempt. */
  readonly name?: string;
  /**
   * Entered only straight from a lost level with one of these names: what a rule says of a phone that did not answer
   * is not meant for the one that it led to, and its second target follows its first alone.
   */
  readonly after?: readonly string[];
  /**
   * An emergency call (S4): any failure goes on to the next attempt, also one that has rung; no limit of attempts, ring
   * time or time in all applies.
   */
  readonly emergency?: true;
};

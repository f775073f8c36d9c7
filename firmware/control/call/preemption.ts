import { after, type Instant } from '../../core/machine.ts';
import type { CallId } from '../facts.ts';
import type { Attempt } from '../routing/attempt.ts';

/**
 * An emergency call takes the way of an ordinary one (S4): that call is ended first, and the attempt begins when it
 * has gone, or when the time is up in which a way must be free.
 */
export type Clearing = { readonly attempt: string; readonly call: CallId; readonly until: Instant };

/** Under 1 s from the decision to the attempt, however long the other call takes to end. */
export const CLEARING_MS = 900;

/** What must be cleared before this attempt begins; undefined when nothing must, or it was. */
export const clearingFor = (attempt: Attempt, now: Instant): Clearing | undefined =>
  attempt.preempts === undefined
    ? undefined
    : { attempt: attempt.id, call: attempt.preempts, until: after(now, CLEARING_MS) };

/** The attempt as it is when the way is free. */
export const cleared = ({ preempts: _, ...attempt }: Attempt): Attempt => attempt;

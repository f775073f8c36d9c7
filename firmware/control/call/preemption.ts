import { after, type Instant } from '../../core/machine.ts';
import type { CallId } from '../facts.ts';
import type { Attempt } from '../routing/attempt.ts';

/**
 * An emergency call takes the way of an ordinary one (S4): that call is ended first, and the attempt begins when it
 * has gone, or when the time is up in which a way must be free.
 */
export type Clearing = {
  readonly attempt: string;
  readonly call: CallId;
  readonly until: Instant;
  /** The call is gone, and its exchange line must rest before it is seized again. */
  readonly rests?: true;
};

/** Under 1 s from the decision to the attempt, however long the other call takes to end. */
export const CLEARING_MS = 900;

/** An exchange takes a shorter opening of the loop for a flash, and gives no dial tone after it. */
export const LINE_REST_MS = 1_500;

/** How long the way has to rest now that the call is gone; `undefined` when it may be taken at once. */
export const restFor = (clearing: Clearing, attempt: Attempt | undefined, now: Instant): Clearing | undefined =>
  clearing.rests || attempt?.targets[0].kind !== 'line'
    ? undefined
    : { ...clearing, rests: true, until: after(now, LINE_REST_MS) };

/** What must be cleared before this attempt begins; undefined when nothing must, or it was. */
export const clearingFor = (attempt: Attempt, now: Instant): Clearing | undefined =>
  attempt.preempts === undefined
    ? undefined
    : { attempt: attempt.id, call: attempt.preempts, until: after(now, CLEARING_MS) };

/** The attempt as it is when the way is free. */
export const cleared = ({ preempts: _, ...attempt }: Attempt): Attempt => attempt;

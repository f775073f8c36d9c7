import { type BackoffShape, backoffMs } from '../../core/backoff.ts';
import type { RegistrationCause } from './registration-cause.ts';
import type { Registration } from './registration-state.ts';

/** RFC 5626 §4.5: base when all flows failed, and its cap. */
const USUAL: BackoffShape = { baseMs: 30_000, capMs: 1_800_000 };
/** What only a person can mend is asked for slowly, so that no softswitch locks us out. */
const SLOW: BackoffShape = { baseMs: 600_000, capMs: 1_800_000 };
const LONGEST_RETRY_AFTER_MS = 1_800_000;
/** A fleet that was told the same time does not come back in the same instant. */
const RETRY_AFTER_SPREAD = 0.1;
/** A password that has just worked is tried once more soon: a restarted registrar may not know its own challenge. */
const SECOND_TRY_MS = 2000;
const SHORTEST_PACE_MS = 500;
const LONGEST_PACE_MS = 30_000;
/** A nudge after a wrong password or an unknown account; the softswitch may have been given it meanwhile. */
const SLOW_PACE_MS = 120_000;

const slowCauses: readonly RegistrationCause[] = ['wrongPassword', 'unknownAccount'];

type Waiting = Pick<Extract<Registration, { is: 'waiting' }>, 'failed' | 'answered' | 'failures'>;

/** Milliseconds until it is asked again after so many failures before this one; `hadWorked`: it stood until now. */
export const againMs = (
  cause: RegistrationCause,
  failures: number,
  hadWorked: boolean,
  random: () => number,
): number => {
  if (cause === 'wrongPassword' && hadWorked) return SECOND_TRY_MS;
  return backoffMs(failures, slowCauses.includes(cause) ? SLOW : USUAL, random);
};

/** What of a Retry-After is heeded. One of 0 asks for nothing: answered by the usual back-off, it is no loop. */
export const heededMs = (retryAfterMs: number | undefined, random: () => number): number | undefined => {
  if (retryAfterMs === undefined || retryAfterMs <= 0) return undefined;
  return Math.min(retryAfterMs * (1 + RETRY_AFTER_SPREAD * random()), LONGEST_RETRY_AFTER_MS);
};

/**
 * Milliseconds after a failure before which no nudge has it asked again. Those of a softswitch that lives and refuses
 * (`answered`) are paced, or probe and refusal would chase each other.
 */
export const pacedMs = ({ failed, answered, failures }: Waiting): number => {
  if (!answered) return SHORTEST_PACE_MS;
  if (slowCauses.includes(failed.cause)) return SLOW_PACE_MS;
  return Math.min(LONGEST_PACE_MS, SHORTEST_PACE_MS * 2 ** Math.min(failures, 10));
};

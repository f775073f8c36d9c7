import type { Instant } from '../../core/machine.ts';

/**
 * What tells whether two calls from outside are one that came over two softswitches (U1). `callId` and `sessionId` as
 * the softswitch sent them (RFC 3261 §8.1.1.4, RFC 7989), `callee` what is called here.
 */
export type Identity = {
  readonly trunk: string;
  readonly callId?: string;
  readonly sessionId?: string;
  readonly caller: string;
  readonly callee: string;
  readonly at: Instant;
};

/** Calls of one caller to one callee that come no further apart are one call. */
export const SAME_CALL_MS = 3_000;
/** So long after the first was answered the second is told. */
export const ANSWERED_PAUSE_MS = 2_000;

/** Caller numbers that are none (RFC 3323 §4.1, RFC 3325). */
const WITHHELD = new Set(['', 'anonymous', 'unavailable', 'restricted', 'unknown', 'private']);

/** Whether `second` is the call that `first` is; the first is up, `answered` or not. */
export const isSameCall = (first: Identity, second: Identity, answered: boolean): boolean => {
  if (first.trunk === second.trunk) return false;
  if (sameText(first.callId, second.callId) || sameText(first.sessionId, second.sessionId)) return true;
  if (answered || WITHHELD.has(first.caller.toLowerCase())) return false;
  const near = second.at - first.at <= SAME_CALL_MS;
  return near && first.caller === second.caller && first.callee === second.callee;
};

const sameText = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && one !== '' && one === other;

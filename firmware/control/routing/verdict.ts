import { type CallFailure, type Cause, failureTable, isFailure } from '../failure.ts';
import type { VerdictOverrides } from '../trunk/trunk.ts';

/** What a failed attempt means for the rest of the hunt: end it, try the next way, or try the address it names. */
export type HuntVerdict = 'stop' | 'next' | 'follow';

/** How far the attempt had come: nothing of a ringing phone, 183 alone, or 180 (RFC 3261 §21.1). */
export type Reached = 'nothing' | 'progress' | 'alerting';

export type AttemptEnd = {
  readonly cause: Cause;
  /** SIP status of the final answer; of a line or phone there is none. */
  readonly status?: number | undefined;
  /** Cause of a `Reason: Q.850` header. */
  readonly q850?: number | undefined;
  readonly reached: Reached;
  /** Whether our binding at this softswitch is good: 403 then speaks of the callee, else of us. */
  readonly bound: boolean;
  readonly overrides: VerdictOverrides;
  readonly redirected: boolean;
};

/** Statuses that speak of the callee and not of the way there (U5). */
const STOP_STATUSES: ReadonlySet<number> = new Set([404, 410, 433, 480, 484, 485, 486, 487]);
const FOLLOW_STATUSES: ReadonlySet<number> = new Set([300, 301, 302]);
/** 6xx is the answer of the callee everywhere (RFC 3261 §21.6); 606 is about this session description only. */
const NEXT_GLOBAL_STATUS = 606;
const STOP_Q850: ReadonlySet<number> = new Set([1, 17, 18, 19, 20, 21, 22, 28]);
const NEXT_Q850: ReadonlySet<number> = new Set([2, 3, 27, 34, 38, 41, 42, 44, 47, 58, 63]);
/** After 183 alone these say that the network, not the callee, ended the attempt. */
const NETWORK_Q850: ReadonlySet<number> = new Set([34, 38, 41, 42]);

/**
 * Verdict on a failed attempt (U5). In this order: how far it had come (never a second way after 180), the trunk's own
 * verdict on the code, the Q.850 cause, the status, and where there is neither, the table of failures.
 */
export const verdictOn = (end: AttemptEnd): HuntVerdict => {
  if (end.reached === 'alerting') return 'stop';
  if (end.reached === 'progress') return goesOnAfterProgress(end) ? 'next' : 'stop';
  const own = ownVerdict(end);
  if (own) return own;
  if (end.q850 !== undefined && STOP_Q850.has(end.q850)) return 'stop';
  if (end.q850 !== undefined && NEXT_Q850.has(end.q850)) return 'next';
  if (end.status !== undefined && end.status >= 300) return byStatus(end.status, end.bound, end.redirected);
  return isFailure(end.cause) ? failureTable[end.cause].verdict : 'stop';
};

const goesOnAfterProgress = (end: AttemptEnd): boolean => {
  if (end.q850 !== undefined && NETWORK_Q850.has(end.q850)) return true;
  if (end.q850 !== undefined && STOP_Q850.has(end.q850)) return false;
  return end.status !== undefined && end.status >= 500 && end.status < 600;
};

const ownVerdict = (end: AttemptEnd): HuntVerdict | undefined =>
  (end.status === undefined ? undefined : end.overrides[`${end.status}`]) ??
  (isFailure(end.cause) ? end.overrides[end.cause] : undefined);

const byStatus = (status: number, bound: boolean, redirected: boolean): HuntVerdict => {
  if (FOLLOW_STATUSES.has(status)) return redirected ? 'follow' : 'next';
  if (status === 403) return bound ? 'stop' : 'next';
  if (STOP_STATUSES.has(status)) return 'stop';
  return status >= 600 && status !== NEXT_GLOBAL_STATUS ? 'stop' : 'next';
};

/** Q.850 causes that say more than the status (RFC 3398 §7.2.4.1 read backwards). */
const failureByQ850: Readonly<Record<number, CallFailure>> = {
  1: 'unknownNumber',
  17: 'busy',
  18: 'noAnswer',
  19: 'noAnswer',
  20: 'unavailable',
  21: 'declined',
  22: 'unknownNumber',
  28: 'numberIncomplete',
  34: 'congestion',
  38: 'serverUnreachable',
  41: 'serverFailed',
  42: 'congestion',
};

const failureByStatus: Readonly<Record<number, CallFailure>> = {
  402: 'unpaid',
  401: 'forbidden',
  403: 'forbidden',
  404: 'unknownNumber',
  407: 'forbidden',
  408: 'serverSilent',
  410: 'unknownNumber',
  433: 'declined',
  480: 'unavailable',
  484: 'numberIncomplete',
  485: 'unknownNumber',
  486: 'busy',
  487: 'unavailable',
  503: 'congestion',
  504: 'serverSilent',
  600: 'busy',
  603: 'declined',
  604: 'unknownNumber',
  607: 'declined',
  608: 'declined',
};

/** What a final answer of a softswitch means to the caller: which failure, hence which tone and sentence. */
export const failureOfAnswer = (status: number, q850: number | undefined): CallFailure => {
  const told = q850 === undefined ? undefined : failureByQ850[q850];
  if (told) return told;
  return failureByStatus[status] ?? (status >= 600 ? 'declined' : 'serverFailed');
};

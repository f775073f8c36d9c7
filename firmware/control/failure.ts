import type { SentenceName } from '../profiles/sentence/names.ts';

/**
 * How a call can fail: a closed set. Each row says how every technology and every person is told: the SIP status we
 * answer, the Q.850 cause, the tone that a phone of ours hears, the sentence for a record, and whether a hunt goes
 * on (`verdict`; the full table of final answers of a softswitch is `routing/verdict.ts`).
 */
export type CallFailure =
  | 'busy'
  | 'declined'
  | 'noAnswer'
  | 'unknownNumber'
  | 'numberIncomplete'
  | 'unavailable'
  | 'forbidden'
  | 'unpaid'
  | 'congestion'
  | 'serverFailed'
  | 'serverSilent'
  | 'serverUnreachable'
  | 'addressChanged'
  | 'progressStalled'
  | 'lineBusyOut'
  | 'lineDead'
  | 'mediaLost'
  | 'gatewayRestarted'
  | 'noRoute'
  | 'barred'
  | 'preempted'
  | 'duplicate';

/** Why a leg ended: a failure, or one of the ordinary ends. */
export type Cause = CallFailure | 'hungUp' | 'answeredElsewhere';
export type Verdict = 'stop' | 'next';

export type FailureTone = 'busy' | 'congestion' | 'special';

export type FailureRow = {
  readonly status: number;
  readonly q850: number;
  readonly tone: FailureTone;
  readonly verdict: Verdict;
  readonly sentence: string;
  /** What a caller on a phone of ours is told in words before the tone (U15); left out where the tone says it all. */
  readonly spoken?: SentenceName;
};

/** SIP status and Q.850 cause after RFC 3398 §8.2.6.1 and its reverse §7.2.4.1. */
export const failureTable: Readonly<Record<CallFailure, FailureRow>> = {
  busy: { status: 486, q850: 17, tone: 'busy', verdict: 'stop', sentence: 'the callee is busy' },
  declined: { status: 603, q850: 21, tone: 'busy', verdict: 'stop', sentence: 'the callee declined the call' },
  noAnswer: { status: 480, q850: 19, tone: 'busy', verdict: 'stop', sentence: 'nobody answered' },
  unknownNumber: {
    status: 404,
    q850: 1,
    tone: 'special',
    verdict: 'stop',
    sentence: 'the number does not exist',
    spoken: 'numberUnknown',
  },
  numberIncomplete: {
    status: 484,
    q850: 28,
    tone: 'special',
    verdict: 'stop',
    sentence: 'the number is incomplete',
    spoken: 'numberIncomplete',
  },
  unavailable: {
    status: 480,
    q850: 20,
    tone: 'busy',
    verdict: 'stop',
    sentence: 'the callee cannot be reached now',
    spoken: 'notReachable',
  },
  forbidden: {
    status: 403,
    q850: 21,
    tone: 'congestion',
    verdict: 'stop',
    sentence: 'the softswitch forbids the call',
    spoken: 'notAllowed',
  },
  unpaid: {
    status: 402,
    q850: 21,
    tone: 'congestion',
    verdict: 'next',
    sentence: 'the provider wants payment first',
    spoken: 'notAllowed',
  },
  congestion: {
    status: 503,
    q850: 34,
    tone: 'congestion',
    verdict: 'next',
    sentence: 'no line is free',
    spoken: 'allLinesBusy',
  },
  serverFailed: {
    status: 502,
    q850: 41,
    tone: 'congestion',
    verdict: 'next',
    sentence: 'the softswitch failed',
    spoken: 'noWayOut',
  },
  serverSilent: {
    status: 408,
    q850: 102,
    tone: 'congestion',
    verdict: 'next',
    sentence: 'the softswitch did not answer',
    spoken: 'noWayOut',
  },
  serverUnreachable: {
    status: 503,
    q850: 38,
    tone: 'congestion',
    verdict: 'next',
    sentence: 'the softswitch cannot be reached',
    spoken: 'noWayOut',
  },
  addressChanged: {
    status: 503,
    q850: 41,
    tone: 'congestion',
    verdict: 'next',
    sentence: 'our own address changed before the call was answered',
    spoken: 'noWayOut',
  },
  progressStalled: {
    status: 504,
    q850: 102,
    tone: 'congestion',
    verdict: 'next',
    sentence: 'the softswitch took the call and then fell silent',
    spoken: 'noWayOut',
  },
  lineBusyOut: {
    status: 503,
    q850: 34,
    tone: 'congestion',
    verdict: 'next',
    sentence: 'the exchange line is in use',
    spoken: 'allLinesBusy',
  },
  lineDead: {
    status: 503,
    q850: 27,
    tone: 'congestion',
    verdict: 'next',
    sentence: 'the exchange line gave no dial tone',
    spoken: 'noWayOut',
  },
  mediaLost: { status: 500, q850: 41, tone: 'congestion', verdict: 'stop', sentence: 'the audio of the call was lost' },
  gatewayRestarted: {
    status: 500,
    q850: 41,
    tone: 'congestion',
    verdict: 'stop',
    sentence: 'the gateway was restarted during the call',
  },
  noRoute: {
    status: 404,
    q850: 3,
    tone: 'congestion',
    verdict: 'stop',
    sentence: 'there is no way to this number',
    spoken: 'noWayOut',
  },
  barred: {
    status: 403,
    q850: 21,
    tone: 'congestion',
    verdict: 'stop',
    sentence: 'this box does not allow the call',
    spoken: 'notAllowed',
  },
  preempted: {
    status: 503,
    q850: 8,
    tone: 'congestion',
    verdict: 'stop',
    sentence: 'an emergency call needed the line',
  },
  duplicate: {
    status: 482,
    q850: 26,
    tone: 'congestion',
    verdict: 'stop',
    sentence: 'the same call had come over another softswitch',
  },
};

export const isFailure = (cause: Cause): cause is CallFailure => cause !== 'hungUp' && cause !== 'answeredElsewhere';

/** The Q.850 cause of any end (normal call clearing is 16; answered elsewhere 26). */
export const q850Of = (cause: Cause): number =>
  cause === 'hungUp' ? 16 : cause === 'answeredElsewhere' ? 26 : failureTable[cause].q850;

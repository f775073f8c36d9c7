import type { RequestOutcome, SipSignal } from '../sip/face.ts';
import type { Evidence } from './health-machine.ts';

/** Answers that say "I am here and cannot serve": no sign of health (U3). */
const unwell = (status: number): boolean => status === 408 || status === 503 || status === 504;

const ofAnswer = (from: Evidence['from'], status: number, retryAfterMs: number | undefined): Evidence => {
  if (!unwell(status)) return { from, type: 'alive' };
  if (status === 503 && retryAfterMs !== undefined && retryAfterMs > 0) return { from, type: 'refused', retryAfterMs };
  return { from, type: 'missed', answered: true };
};

/** What the end of an OPTIONS or a REGISTER says about the health of a softswitch. */
export const evidenceOfOutcome = (from: 'probe' | 'registration', outcome: RequestOutcome): Evidence => {
  if (outcome.is === 'silent') return { from, type: 'missed' };
  if (outcome.is === 'unreachable') return { from: 'transport', type: 'missed' };
  const evidence = ofAnswer(from, outcome.status, outcome.retryAfterMs);
  return evidence.type === 'alive' ? { ...evidence, tookMs: outcome.tookMs } : evidence;
};

/** What a leg's INVITE and dialog say about it; `undefined` for what says nothing. A resent INVITE is a missed one. */
export const evidenceOfSignal = (signal: SipSignal): Evidence | undefined => {
  switch (signal.sip) {
    case 'resent':
      return { from: 'call', type: 'missed' };
    case 'unanswered':
      if (signal.why === 'moved') return undefined;
      return { from: signal.why === 'transport' ? 'transport' : 'call', type: 'missed' };
    case 'refused':
      return ofAnswer('call', signal.status, signal.retryAfterMs);
    case 'reofferAnswered':
      // the user agent says 408 where nothing came (RFC 3261 §8.1.3.1)
      return signal.status === 408 ? { from: 'call', type: 'missed' } : ofAnswer('call', signal.status, undefined);
    case 'sent':
    case 'ended':
    case 'neverAcknowledged':
      return undefined;
    default:
      return { from: 'call', type: 'alive' };
  }
};

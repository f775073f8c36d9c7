import type { SipMessage } from '../peer/capture.ts';
import { addressOf, ownAddresses, type Pace } from './fault-matrix-site.ts';
import type { After, Attempted, Expected, Saw } from './fault-matrix-table.ts';

/** What a busy machine may add to a time, ms. */
const SLACK_MS = 1_000;
/** The end of a cancelled attempt is waited for so long at most. */
const END_WAIT_MS = 4_000;

/** The earliest and the latest begin of an attempt after the first, ms. */
export const windowOf = (after: After, { silenceMs, progressMs }: Pace): readonly [number, number] => {
  switch (after) {
    case 'at once':
      return [0, SLACK_MS];
    case 'silence budget':
      return [silenceMs - 20, silenceMs + SLACK_MS];
    case 'progress budget':
      return [progressMs - 20, progressMs + SLACK_MS];
    case 'progress budget and end':
      return [progressMs - 20, progressMs + END_WAIT_MS + SLACK_MS];
  }
};

const between = (message: SipMessage, gateway: readonly string[], softswitch: string): boolean => {
  const [from = '', to = ''] = [message.from.split(':')[0], message.to.split(':')[0]];
  return (gateway.includes(from) && to === softswitch) || (from === softswitch && gateway.includes(to));
};

/** How the call for this number went at a softswitch, from a capture. */
export const seenAt = (
  sip: readonly SipMessage[],
  lane: number,
  softswitch: number,
  number: string,
): Saw | `unheard of: ${string}` => {
  const here = sip.filter((each) => between(each, ownAddresses(lane), addressOf(lane, softswitch)));
  const invite = here.find((each) => each.method === 'INVITE' && each.head.startsWith(`INVITE sip:${number}@`));
  if (!invite) return 'nothing';
  const call = here.filter(({ callId }) => callId === invite.callId);
  const asked = (method: string): boolean => call.some((each) => each.method === method);
  const answers = (method: string): number[] =>
    call.flatMap(({ status, cseq }) => (status !== undefined && cseq.endsWith(method) ? [status] : []));
  const toInvite = answers('INVITE');
  if (toInvite.includes(200)) {
    if (!asked('ACK')) return `unheard of: 200 and ${call.map((each) => each.method ?? each.status)}`;
    if (!asked('BYE')) return 'cut off';
    return answers('BYE').includes(200) ? 'answered' : 'bye unanswered';
  }
  if (asked('CANCEL')) return answers('CANCEL').includes(200) ? 'cancelled' : 'cancel unanswered';
  if (toInvite.some((status) => status >= 300 && status !== 407)) {
    return asked('ACK') ? 'refused' : 'unheard of: a refusal without ACK';
  }
  if (invite.transport === 'tcp') return 'broken';
  if (toInvite.some((status) => status < 200)) return 'cut off';
  return toInvite.length === 0 ? 'unanswered' : 'woken';
};

type AttemptRecord = {
  readonly target: { readonly id: string };
  readonly cause?: string;
  readonly status?: number;
  readonly afterMs: number;
};

const attemptFaults = (expected: Attempted, got: AttemptRecord, pace: Pace): string[] => {
  const faults: string[] = [];
  const [from, to] = windowOf(expected.after, pace);
  if (got.target.id !== expected.by) faults.push(`attempt at ${got.target.id}, not ${expected.by}`);
  if (got.cause !== expected.end) faults.push(`${expected.by} ended with ${got.cause}, not ${expected.end}`);
  if (got.status !== expected.status) faults.push(`${expected.by}: status ${got.status}, not ${expected.status}`);
  if (got.afterMs < from || got.afterMs > to) faults.push(`${expected.by} after ${got.afterMs} ms, not ${from}-${to}`);
  return faults;
};

/** What the record says that the table does not. */
export const recordFaults = (expected: Expected, record: Record<string, unknown>, pace: Pace): string[] => {
  const attempts = (record['attempts'] as readonly AttemptRecord[]).filter(({ target }) =>
    ['primary', 'secondary'].includes(target.id),
  );
  const faults = expected.attempts.flatMap((each, at) => {
    const got = attempts[at];
    return got ? attemptFaults(each, got, pace) : [`no attempt at ${each.by}`];
  });
  if (attempts.length > expected.attempts.length) faults.push(`${attempts.length} attempts`);
  if (record['cause'] !== expected.cause) faults.push(`cause ${record['cause']}, not ${expected.cause}`);
  if (record['endedBy'] !== expected.endedBy) faults.push(`ended by ${record['endedBy']}, not ${expected.endedBy}`);
  return faults;
};

import type { Relayed } from './relay.ts';

/** One client transaction of the gateway as a relay saw it: all copies of a request and of its answers. */
export type Transaction = {
  readonly callId: string;
  /** `FROM>TO#N`, see `Relayed`. */
  readonly name: string;
  readonly cseq: string;
  readonly method: string;
  /** How often the gateway sent it. */
  readonly copies: number;
  /**
   * `answered`: a final answer got through; `requestLost`: no copy of the request did; `answerLost`: final answers
   * came back and none got through; `cutOff`: the log ended before a softswitch must have answered; `unexplained`: the
   * request got through and no final answer ever came. A registrar without memory of transactions refuses, by its
   * CSeq, a copy that comes long after the first: then the answer that counts, its 2xx, was lost all the same. Of a
   * CANCEL only copies count that left before the INVITE had its final answer: a softswitch that has forgotten the
   * INVITE keeps silent (RFC 3261 §9.2 wants 481).
   */
  readonly fate: 'answered' | 'requestLost' | 'answerLost' | 'cutOff' | 'unexplained';
};

/** A busy softswitch may take so long for its first answer. */
const ANSWER_WITHIN_MS = 250;

const isAnswer = (message: Relayed): boolean => /^\d/.test(message.kind);

const fateOf = (requests: readonly Relayed[], finals: readonly Relayed[], endedAt: number): Transaction['fate'] => {
  const good = finals.filter((each) => each.kind.startsWith('2'));
  if (good.length > 0 && good.every((each) => each.dropped)) return 'answerLost';
  if (finals.some((each) => !each.dropped)) return 'answered';
  if (requests.every((each) => each.dropped)) return 'requestLost';
  if (finals.length > 0) return 'answerLost';
  const overdue = requests.some(({ dropped, at }) => !dropped && at <= endedAt - ANSWER_WITHIN_MS);
  return overdue ? 'unexplained' : 'cutOff';
};

/**
 * The client transactions in a relay's log, in the order of their first copies. An ACK is no transaction. `endedAt`:
 * when the log was taken, on the clock of its messages.
 */
export const transactionsOf = (log: readonly Relayed[], endedAt = Number.POSITIVE_INFINITY): Transaction[] => {
  const grouped = new Map<string, Relayed[]>();
  for (const message of log) {
    if (message.kind === 'ACK') continue;
    const key = `${message.callId}|${message.cseq}`;
    grouped.set(key, [...(grouped.get(key) ?? []), message]);
  }
  return [...grouped.values()].flatMap((messages) => {
    const requests = messages.filter((each) => each.direction === 'out' && !isAnswer(each));
    const finals = finalsIn(messages);
    const [first] = requests;
    if (!first) return [];
    const { callId, name, cseq, kind: method } = first;
    const invite = method === 'CANCEL' ? grouped.get(`${callId}|${cseq.replace('CANCEL', 'INVITE')}`) : undefined;
    const overAt = finalsIn(invite ?? [])[0]?.at ?? Number.POSITIVE_INFINITY;
    const counting = requests.filter(({ at }) => at <= overAt);
    return [{ callId, name, cseq, method, copies: requests.length, fate: fateOf(counting, finals, endedAt) }];
  });
};

const finalsIn = (messages: readonly Relayed[]): Relayed[] =>
  messages.filter((each) => each.direction === 'in' && /^[2-6]/.test(each.kind));

export const isLost = (transaction: Transaction): boolean =>
  transaction.fate === 'requestLost' || transaction.fate === 'answerLost';

/**
 * Whether loss explains that until then (`performance.now()`) nothing was heard of the last INVITE to a number: all
 * copies of it that could have been answered, or all answers to it that count, were lost. `counts`: statuses that would
 * have been heard.
 */
export const silenceExplained = (
  log: readonly Relayed[],
  number: string,
  until: number,
  counts = /^[1-6]/,
): boolean => {
  const invites = log.filter(
    (each) => each.at <= until && each.name.includes(`>${number}#`) && each.cseq.endsWith(' INVITE'),
  );
  const last = invites.findLast((each) => each.kind === 'INVITE');
  const own = invites.filter((each) => each.callId === last?.callId && each.cseq === last.cseq);
  const answers = own.filter((each) => isAnswer(each) && counts.test(each.kind));
  if (answers.length > 0) return answers.every((each) => each.dropped);
  return (
    last !== undefined && own.every((each) => isAnswer(each) || each.dropped || each.at > until - ANSWER_WITHIN_MS)
  );
};

/** The far end's own record of one INVITE that reached it. */
export type FarLeg = {
  readonly number: string;
  readonly callId: string;
  readonly acknowledged: boolean;
  /** How it ended there; `endedElsewhere` by the Reason header (RFC 3326): Q.850 cause 26. */
  readonly end: 'none' | 'cancelled' | 'bye' | 'endedElsewhere';
};

/** Legs out of the lines `WHAT NUMBER CALL-ID REASON` that the far end wrote. */
export const farLegsOf = (lines: readonly string[]): FarLeg[] => {
  const legs = new Map<string, FarLeg>();
  for (const line of lines) {
    const [what, number, callId, ...reason] = line.trim().split(' ');
    if (callId === undefined || number === undefined) continue;
    const known = legs.get(callId) ?? { number, callId, acknowledged: false, end: 'none' as const };
    if (what === 'ACK') legs.set(callId, { ...known, acknowledged: true });
    else if (what === 'CANCEL') legs.set(callId, { ...known, end: 'cancelled' });
    else if (what === 'BYE') {
      const elsewhere = /cause=26\b/.test(reason.join(' '));
      legs.set(callId, { ...known, end: elsewhere ? 'endedElsewhere' : 'bye' });
    } else legs.set(callId, known);
  }
  return [...legs.values()];
};

/**
 * The leg of a call that was its conversation, in contrast to one that was taken back. A BYE makes up for an ACK of
 * which every copy was lost.
 */
export const isKept = (leg: FarLeg): boolean => leg.end === 'bye' || (leg.end === 'none' && leg.acknowledged);

/**
 * What in the far end's record breaks the promise "one confirmed leg a call at most, all others CANCELled or BYEd",
 * in words. A leg may stand open only when its CANCEL or its BYE was lost whole.
 */
export const brokenPromises = (legs: readonly FarLeg[], transactions: readonly Transaction[]): string[] => {
  const found: string[] = [];
  for (const number of new Set(legs.map((leg) => leg.number))) {
    const kept = legs.filter((leg) => leg.number === number && isKept(leg));
    if (kept.length > 1) found.push(`${number} was confirmed ${kept.length} times`);
  }
  for (const leg of legs.filter((each) => each.end === 'none')) {
    const ends = transactions.filter((each) => each.callId === leg.callId && /^(BYE|CANCEL)$/.test(each.method));
    if (!ends.some(isLost)) found.push(`the leg ${leg.callId} of ${leg.number} was left open`);
  }
  return found;
};

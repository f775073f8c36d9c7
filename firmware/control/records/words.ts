import { spanWords } from '../../core/time-words.ts';
import type { Party, Target } from '../facts.ts';
import { type CallFailure, failureTable, isFailure } from '../failure.ts';
import type { AttemptRecord, CallRecord } from './call-record-machine.ts';

/** A call record for a person: one line for the call, one for each attempt in order, and how it ended. */
export type RecordWords = {
  readonly title: string;
  readonly attempts: readonly string[];
  readonly end: string;
};

/** When it was is left to who shows it: a page knows the clock of its reader. */
export const recordWords = (record: CallRecord): RecordWords => ({
  title: `${callerWords(record.from)} ${askWords(record)}: ${resultWords(record)}`,
  attempts: record.attempts.map((attempt, at) => attemptWords(attempt, at, record)),
  end: [...leftOutWords(record), ...transferWords(record), endWords(record)].join(' '),
});

// ── who and where ───────────────────────────────────────────────────────────────────────────────

const withName = (number: string, name: string | undefined): string =>
  name === undefined || name === '' ? number : `${number} (${name})`;

const callerWords = ({ kind, id, number, name }: Party): string => {
  if (kind === 'gateway') return 'The gateway';
  if (kind === 'phone') return number === '' ? `Phone ${id}` : `Phone ${number} (${id})`;
  const who = number === '' ? 'A withheld number' : withName(number, name);
  return `${who} ${kind === 'trunk' ? `by softswitch ${id}` : `on exchange line ${id}`}`;
};

const askWords = ({ dialled, from }: CallRecord): string => {
  if (dialled !== '') return `called ${dialled}`;
  return from.kind === 'line' || from.kind === 'trunk' ? 'called' : 'dialled nothing';
};

const failureWords = (id: string): string => failureTable[id as CallFailure]?.sentence ?? id;

/** The far side as the one that is tried. */
const targetWords = ({ kind, id, number }: Target): string => {
  switch (kind) {
    case 'trunk':
      return `softswitch ${id}`;
    case 'phone':
      return number === '' ? `phone ${id}` : `phone ${number} (${id})`;
    case 'line':
      return `exchange line ${id}`;
    case 'mailbox':
      return `mailbox of ${id}`;
    case 'mailboxMenu':
      return `messages of ${id}`;
    case 'sentence':
      return `the sentence “${failureWords(id)}”`;
    case 'attendant':
      return `auto attendant ${id}`;
    case 'announcement':
      return `announcement ${id}`;
  }
};

// ── what became of it ───────────────────────────────────────────────────────────────────────────

const resultWords = (record: CallRecord): string => {
  const { answeredAfterMs, talkedMs, attempts, cause } = record;
  const answered = attempts.find((attempt) => attempt.cause === 'answered');
  if (answered === undefined || answeredAfterMs === undefined) {
    return cause === 'hungUp' ? `given up after ${spanWords(record.lastedMs)}` : record.sentence;
  }
  const after = `after ${spanWords(answeredAfterMs)}`;
  const lasted = talkedMs === undefined ? '' : `, ${spanWords(talkedMs)}`;
  const cost = record.cost === undefined ? '' : `, cost ${priceWords(record.cost)}`;
  switch (answered.target.kind) {
    case 'mailbox':
      return `the ${targetWords(answered.target)} took it ${after}${lasted}`;
    case 'mailboxMenu':
      return `heard the ${targetWords(answered.target)}${lasted}`;
    case 'sentence':
      return `was told that ${failureWords(answered.target.id)}, ${after}`;
    default:
      return `answered by ${targetWords(answered.target)} ${after}${lasted === '' ? '' : `, talked ${spanWords(talkedMs!)}${cost}`}`;
  }
};

/** Millionths of the currency as a sum of it, without its name: the rate tables do not say which it is. */
const priceWords = (millionths: number): string => {
  const [whole = '0', part = ''] = (millionths / 1_000_000).toFixed(4).split('.');
  return `${whole}.${part.replace(/0{1,2}$/, '')}`;
};

const codeWords = ({ status, q850 }: AttemptRecord): string => {
  const codes = [...(status === undefined ? [] : [`SIP ${status}`]), ...(q850 === undefined ? [] : [`cause ${q850}`])];
  return codes.length === 0 ? '' : ` (${codes.join(', ')})`;
};

/** `beside`: ms after which the next was tried although this one was still open. */
const outcomeWords = (attempt: AttemptRecord, beside: number | undefined): string => {
  const { cause, lastedMs = 0, target } = attempt;
  const after = `after ${spanWords(lastedMs)}`;
  if (cause === 'answered') return target.kind === 'sentence' ? `played ${after}` : `answered ${after}`;
  if (cause === 'answeredElsewhere') return `released ${after}: another way took the call`;
  if (cause === 'hungUp') return `still tried when the caller hung up, ${after}`;
  if (cause === 'serverSilent') return `no answer within ${spanWords(beside ?? lastedMs)}${codeWords(attempt)}`;
  if (cause !== undefined && isFailure(cause)) return `${failureTable[cause].sentence}${codeWords(attempt)}, ${after}`;
  return 'under way';
};

/** The next attempt did not wait for the end of this one: so many ms after its begin. */
const besideMs = (attempt: AttemptRecord, next: AttemptRecord | undefined): number | undefined => {
  const endMs = attempt.afterMs + (attempt.lastedMs ?? 0);
  return next !== undefined && next.afterMs < endMs ? next.afterMs - attempt.afterMs : undefined;
};

const shownWords = ({ shows }: AttemptRecord): string => {
  if (shows === undefined) return '';
  const number = shows.number === '' ? '' : ` as ${shows.number}`;
  return shows.withheld ? `${number}, number withheld` : number;
};

/** An attempt as one line: where, why there, what came of it, and whether the next did not wait for its end. */
const attemptWords = (attempt: AttemptRecord, at: number, record: CallRecord): string => {
  const beside = besideMs(attempt, record.attempts[at + 1]);
  const silent = attempt.cause === 'serverSilent' ? '' : `, silent for ${spanWords(beside ?? 0)}`;
  const tail = beside === undefined ? '' : `${silent}, the next was tried beside it`;
  const why = attempt.why === '' ? '' : ` (${attempt.why})`;
  return `${at + 1}. ${targetWords(attempt.target)}${shownWords(attempt)}${why}: ${outcomeWords(attempt, beside)}${tail}`;
};

const transferred = {
  blind: 'was led on, not answered yet,',
  attended: 'was joined',
  returned: 'came back: it was not joined',
  refused: 'was not joined',
} as const;

const leftOutWords = ({ attemptsLeftOut = 0 }: CallRecord): string[] =>
  attemptsLeftOut === 0 ? [] : [`Of all attempts, ${attemptsLeftOut} in between are not listed.`];

/** What a phone did by flash and hanging up, a sentence each. */
const transferWords = ({ transfers = [] }: CallRecord): string[] =>
  transfers.map(
    ({ by, how, why, with: other, afterMs }) =>
      `By ${by} it ${transferred[how]} with ${other} after ${spanWords(afterMs)}: ${why}.`,
  );

const endWords = ({ endedBy, cause, sentence, lastedMs }: CallRecord): string => {
  const when = `after ${spanWords(lastedMs)}`;
  if (cause === 'hungUp') {
    return endedBy === 'gateway' ? `The gateway ended the call ${when}.` : `The ${endedBy} hung up ${when}.`;
  }
  return `It ended ${when}: ${sentence}.`;
};

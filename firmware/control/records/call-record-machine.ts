import { priceOf } from '../../core/charge.ts';
import type { Instant, Machine } from '../../core/machine.ts';
import type { CallId, Fact, Party, Shown, Target, Toll } from '../facts.ts';
import { type CallFailure, type Cause, failureTable, isFailure } from '../failure.ts';

/** One attempt of a call: where it went, why there, and what became of it. */
export type AttemptRecord = {
  readonly attempt: string;
  readonly target: Target;
  readonly why: string;
  /** What it showed of the caller, where it was not what the caller brought. */
  readonly shows?: Shown;
  /** To whom it was charged, and at which rate. */
  readonly toll?: Toll;
  /** `answered` for the attempt that the call went to; undefined while it is under way. */
  readonly cause?: Cause | 'answered';
  readonly status?: number;
  readonly q850?: number;
  /** From the begin of the call to that of the attempt. */
  readonly afterMs: number;
  /** From the begin of the attempt to its ringing. */
  readonly rangAfterMs?: number;
  readonly lastedMs?: number;
};

/** A call as it is kept: every attempt, and how it ended. Times in ms; undefined is "did not happen". */
export type CallRecord = {
  /** Unique for good: name of the call and wall time of its begin. */
  readonly id: string;
  /** Wall time of the begin, ms since 1970. */
  readonly at: number;
  readonly from: Party;
  readonly dialled: string;
  readonly attempts: readonly AttemptRecord[];
  /** Attempts that are not listed, as there were too many: while protect trunks are waited for, all others are tried anew. */
  readonly attemptsLeftOut?: number;
  /** Rules that led it on, such as a forwarding, each with its reason. */
  readonly ledOn?: readonly { readonly by: string; readonly why: string; readonly afterMs: number }[];
  /** What a phone did by flash and hanging up: to whom it was led on, and what came of that. */
  readonly transfers?: readonly {
    readonly with: CallId;
    /** Line of the phone. */
    readonly by: string;
    readonly how: 'blind' | 'attended' | 'returned' | 'refused';
    readonly why: string;
    readonly afterMs: number;
  }[];
  /** Ways that it could not take, or by which it came, because a lock or a person shuts them (U19). */
  readonly shutOut?: readonly { readonly way: string; readonly why: string }[];
  /** It is the call `duplicateOf`, which came over another softswitch (U1). */
  readonly duplicateOf?: CallId;
  /** The emergency call for which it was ended (S4). */
  readonly preemptedBy?: CallId;
  readonly emergency?: true;
  readonly alertedAfterMs?: number;
  readonly answeredAfterMs?: number;
  readonly talkedMs?: number;
  /** What the call cost, in millionths of the currency; undefined where no rate was known. */
  readonly cost?: number;
  readonly lastedMs: number;
  readonly endedBy: 'caller' | 'callee' | 'gateway';
  readonly cause: Cause;
  /** The cause in words. */
  readonly sentence: string;
  readonly statistics?: unknown;
};

/** A record has to fit into a line of the journal: of more attempts the first and the last ones are listed. */
export const MOST_ATTEMPTS = 100;
const FIRST_ATTEMPTS = 20;

type CallFact = Extract<Fact, { readonly call: string }>;

export type RecordState = {
  /** `ended`: kept until the journal has it. */
  readonly is: 'open' | 'ended' | 'stored';
  readonly began: Instant;
  readonly record: Partial<Omit<CallRecord, 'id' | 'at' | 'from' | 'dialled' | 'attempts'>> &
    Pick<CallRecord, 'id' | 'at' | 'from' | 'dialled' | 'attempts'>;
};

export type RecordEvent =
  | { readonly type: 'fact'; readonly fact: CallFact }
  /** The control plane was started again while the call was up. */
  | { readonly type: 'restarted' }
  | { readonly type: 'stored' };
export type RecordEffect = { readonly do: 'store'; readonly record: CallRecord };

type Began = Extract<Fact, { readonly fact: 'callBegan' }>;

/** The state of a call that has just begun; `wall` is the wall time in ms since 1970. */
export const recordBegan = ({ call, from, dialled }: Began, now: Instant, wall: number): RecordState => ({
  is: 'open',
  began: now,
  record: { id: `${call}@${wall}`, at: wall, from, dialled, attempts: [] },
});

/**
 * The record of one call as a fold over its facts.
 *
 *     open ── callEnded, restarted ──► ended ── stored ──► stored (over)
 *
 * The state is in the adoption file: a call that was open when the control plane died is ended by its successor, and
 * a record that had ended but was not yet in the journal is stored by it.
 */
export const callRecordMachine: Machine<RecordState, RecordEvent, RecordEffect> = {
  step(state, event, now) {
    if (event.type === 'stored' && state.is === 'ended') return { state: { ...state, is: 'stored' }, effects: [] };
    if (event.type === 'restarted') return restarted(state, now);
    if (event.type !== 'fact' || state.is !== 'open') return { state, effects: [] };
    if (event.fact.fact === 'callEnded') return ended(state, event.fact.cause, event.fact.by, now);
    return { state: { ...state, record: folded(state, event.fact, now) }, effects: [] };
  },
  deadline: () => undefined,
  over: (state) => state.is === 'stored',
};

const restarted = (state: RecordState, now: Instant) =>
  state.is === 'ended'
    ? { state, effects: [storing(state.record as CallRecord)] }
    : ended(state, 'gatewayRestarted', 'gateway', now);

const storing = (record: CallRecord): RecordEffect => ({ do: 'store', record });

const sinceBegan = ({ began }: RecordState, now: Instant): number => Math.max(0, Math.round(now - began));

const folded = (state: RecordState, fact: CallFact, now: Instant): RecordState['record'] => {
  const { record } = state;
  const afterMs = sinceBegan(state, now);
  switch (fact.fact) {
    case 'attemptBegan': {
      const { fact: _, call: __, ...about } = fact;
      const { techPrefix: ___, ...target } = fact.target;
      return withAttempt(record, { ...about, target, afterMs });
    }
    case 'attemptEnded':
      return { ...record, attempts: record.attempts.map((each) => endedAttempt(each, fact, afterMs)) };
    case 'callDialledOn':
      return { ...record, dialled: fact.dialled };
    case 'callAlerting':
      return {
        ...record,
        alertedAfterMs: record.alertedAfterMs ?? afterMs,
        attempts: record.attempts.map((each) =>
          each.attempt === fact.attempt ? { ...each, rangAfterMs: each.rangAfterMs ?? afterMs - each.afterMs } : each,
        ),
      };
    case 'callAnswered':
      return {
        ...record,
        answeredAfterMs: afterMs,
        attempts: record.attempts.map((each) =>
          each.attempt === fact.attempt ? { ...each, cause: 'answered', lastedMs: afterMs - each.afterMs } : each,
        ),
      };
    case 'callLedOn': {
      const { by, why } = fact;
      return { ...record, ledOn: [...(record.ledOn ?? []), { by, why, afterMs }] };
    }
    case 'callTransferred': {
      const { fact: _, call: __, ...transfer } = fact;
      return { ...record, transfers: [...(record.transfers ?? []), { ...transfer, afterMs }] };
    }
    case 'callShutOut':
      return { ...record, shutOut: [...(record.shutOut ?? []), { way: fact.way, why: fact.why }] };
    case 'callDuplicate':
      return { ...record, duplicateOf: fact.of };
    case 'callPreempted':
      return { ...record, preemptedBy: fact.by };
    case 'emergencyCall':
      return { ...record, emergency: true };
    case 'callMedia':
      return { ...record, statistics: fact.statistics };
    default:
      return record;
  }
};

const withAttempt = (record: RecordState['record'], attempt: AttemptRecord): RecordState['record'] => {
  const { attempts, attemptsLeftOut = 0 } = record;
  const fits = attempts.length < MOST_ATTEMPTS;
  const out = fits ? -1 : attempts.findIndex(({ cause }, at) => at >= FIRST_ATTEMPTS && cause !== undefined);
  if (out < 0) return { ...record, attempts: [...attempts, attempt] };
  return { ...record, attempts: [...attempts.toSpliced(out, 1), attempt], attemptsLeftOut: attemptsLeftOut + 1 };
};

type AttemptEnded = Extract<Fact, { readonly fact: 'attemptEnded' }>;

/** An attempt ends once; that of the answered one is the end of the call. */
const endedAttempt = (each: AttemptRecord, fact: AttemptEnded, afterMs: number): AttemptRecord => {
  if (each.attempt !== fact.attempt || each.cause !== undefined) return each;
  const { cause, status, q850 } = fact;
  return {
    ...each,
    cause,
    lastedMs: afterMs - each.afterMs,
    ...(status === undefined ? {} : { status }),
    ...(q850 === undefined ? {} : { q850 }),
  };
};

const ended = (state: RecordState, cause: Cause, endedBy: CallRecord['endedBy'], now: Instant) => {
  const lastedMs = sinceBegan(state, now);
  const { answeredAfterMs, attempts } = state.record;
  const record: CallRecord = {
    ...state.record,
    attempts: attempts.map((each) =>
      each.cause === undefined ? { ...each, cause, lastedMs: lastedMs - each.afterMs } : each,
    ),
    ...(answeredAfterMs === undefined ? {} : talked(attempts, lastedMs - answeredAfterMs)),
    lastedMs,
    endedBy,
    cause,
    sentence: sentenceOf(cause),
  };
  return { state: { ...state, is: 'ended' as const, record }, effects: [storing(record)] };
};

const talked = (attempts: readonly AttemptRecord[], talkedMs: number): Pick<CallRecord, 'talkedMs' | 'cost'> => {
  const rate = attempts.find(({ cause }) => cause === 'answered')?.toll?.rate;
  return { talkedMs, ...(rate === undefined ? {} : { cost: priceOf(rate, talkedMs) }) };
};

const sentenceOf = (cause: Cause): string => {
  if (isFailure(cause)) return failureTable[cause satisfies CallFailure].sentence;
  return cause === 'hungUp' ? 'the call was ended by hanging up' : 'the call was answered elsewhere';
};

import type { Instant, Lapse, Some, Step } from '../../core/machine.ts';
import type { CallId, InviteThread, Shown, Target } from '../facts.ts';
import type { CallFailure, Cause } from '../failure.ts';
import { isFailure } from '../failure.ts';
import type { Caller, Connected, LegCommand, LegEvent, LegId } from '../leg/leg.ts';
import type { Attempt } from '../routing/attempt.ts';
import type { Clearing } from './preemption.ts';

/** How long a stop code waits for hedged legs that have said nothing at all. */
export const STOP_WAIT_MS = 4_000;
/** How long the end of a cancelled attempt is waited for before the next one starts. */
export const END_WAIT_MS = 4_000;

export type Tried = { readonly attempt: string; readonly cause: Cause };
export type Held = { readonly attempt: Attempt; readonly legs: Some<LegId> };
/**
 * An attempt whose INVITE stands. `outlived`: its silence budget is spent, it is waited for but holds up nothing;
 * `ending`: it was cancelled for want of progress, its end holds up the next until `until`.
 */
export type Open = Held &
  ({ readonly heard: 'nothing' | 'proceeding' | 'ending'; readonly until: Instant } | { readonly heard: 'outlived' });
/** What the hunts of one call share: their limits hold for all levels together (`limits.ts`). */
export type Spent = {
  /** Number of the next leg; the executor reserved enough of them. */
  readonly nextLeg: number;
  readonly begun: number;
  /** So many attempts at most, and until then a phone must ring. */
  readonly most: number;
  readonly giveUpAt: Instant;
  /** S4: every failure goes on, and no ring time or budget ends the last attempt that is left. */
  readonly emergency?: true;
};
export type Common = Spent & {
  readonly queue: readonly Attempt[];
  readonly tried: readonly Tried[];
};
/** A softswitch (`over`) that takes numbers in pieces found this one incomplete: further digits are for it (RFC 3578). */
export type Incomplete = {
  readonly over: string;
  readonly waitMs: number;
  readonly thread?: InviteThread;
  readonly shows?: Shown;
};
export type Seeking = Common & {
  readonly phase: 'seeking';
  readonly open: readonly Open[];
  /** A stop code came while another leg is open: it may be that other leg that rings the callee. */
  readonly stop?: { readonly cause: Cause; readonly until: Instant; readonly incomplete?: Incomplete };
  /** Nothing is started before (ways that have just failed are tried again only after a pause). */
  readonly startAt?: Instant;
  /** The head of the queue waits until this call has made way for it (`preemption.ts`). */
  readonly clearing?: Clearing;
};
export type Alerting = Common & {
  readonly phase: 'alerting';
  readonly held: Held;
  readonly reached: 'progress' | 'alerting';
  readonly noAnswerAt: Instant;
  /** The callee has answered and is asked by this voice to press a key (U14). */
  readonly asking?: LegId;
};
export type Hunt =
  | Seeking
  | Alerting
  | { readonly phase: 'won'; readonly leg: Connected; readonly attempt: string; readonly target: Target }
  /** `stopped`: the callee has been reached or has spoken, so no other way to the same callee is tried. */
  | ({ readonly phase: 'lost'; readonly failure: CallFailure; readonly spent: Spent } & Loss);
/** `incomplete`: the callee might still be reached by a longer number. */
export type Loss = { readonly stopped: boolean; readonly incomplete?: Incomplete };

export type HuntEffect =
  | LegCommand
  | { readonly note: 'preempts'; readonly call: CallId }
  | { readonly note: 'attemptBegan'; readonly attempt: Attempt }
  | {
      readonly note: 'attemptEnded';
      readonly attempt: string;
      readonly cause: Cause;
      readonly status?: number;
      readonly q850?: number;
    };
export type HuntEvent =
  | LegEvent
  | Lapse
  | { readonly type: 'abandon'; readonly cause: Cause }
  /** The softswitch that sent the call is lost: it cannot take it back. */
  | { readonly type: 'upstreamLost' }
  /** The call that was to make way is gone. */
  | { readonly type: 'cleared'; readonly call: CallId };
export type Out = Step<Hunt, HuntEffect>;
export type Released = Extract<LegEvent, { type: 'released' }>;
/** Who calls, beside which leg: what a setup needs besides the target. `lost`: the softswitch that sent the call is. */
export type Asker = { readonly caller: Caller; readonly beside: LegId; readonly lost?: true };

/** Why the last attempt ended; `noRoute` where none was made. */
export const lastCause = (hunt: Common): Cause => hunt.tried.at(-1)?.cause ?? 'noRoute';
/** Attempts that are given up because nothing was heard of them. */
export const silent = (open: readonly Open[]): Tried[] =>
  open.map((one) => ({ attempt: one.attempt.id, cause: 'serverSilent' }));

/** The hunt is over without a winner. */
export const lose = (
  hunt: Common,
  cause: Cause,
  effects: readonly HuntEffect[],
  how: Loss = { stopped: false },
): Out => ({
  // An end without a failure (the far end hung up before it answered) is told to the caller as unavailable.
  state: { phase: 'lost', failure: isFailure(cause) ? cause : 'unavailable', ...how, spent: spentOf(hunt) },
  effects,
});

export const spentOf = ({ nextLeg, begun, most, giveUpAt, emergency }: Spent): Spent => ({
  ...{ nextLeg, begun, most, giveUpAt },
  ...(emergency ? { emergency } : {}),
});

/** Releases an attempt and notes its end; one that is `ending` was released before. */
export const close = (
  held: Held & { readonly heard?: Open['heard'] },
  cause: Cause,
  noted: Cause = cause,
): HuntEffect[] => (held.heard === 'ending' ? [] : [...release(held.legs, cause), ended(held.attempt, noted)]);
/** What had outlived its budget was silent, whatever the reason for which it is released now. */
export const closeAll = (open: readonly Open[], cause: Cause): HuntEffect[] =>
  open.flatMap((one) => close(one, cause, one.heard === 'outlived' ? 'serverSilent' : cause));
/** Commands that release these legs. */
export const release = (legs: readonly LegId[], cause: Cause): LegCommand[] =>
  legs.map((leg) => ({ do: 'release', leg, cause }));
/** The note of an attempt's end, with the codes of the answer if there was one. */
export const ended = (attempt: Attempt, cause: Cause, event?: Released): HuntEffect => ({
  note: 'attemptEnded',
  attempt: attempt.id,
  cause,
  ...(event?.status === undefined ? {} : { status: event.status }),
  ...(event?.q850 === undefined ? {} : { q850: event.q850 }),
});

/** What a longer number would go on with, where this end says that it might help. */
export const incompleteBy = (
  { overlap, targets, shows }: Attempt,
  { cause, thread }: Released,
): Incomplete | undefined =>
  overlap === undefined || cause !== 'numberIncomplete'
    ? undefined
    : { over: targets[0].id, ...overlap, ...(thread ? { thread } : {}), ...(shows ? { shows } : {}) };
/** How a hunt is lost that a stop code has ended, or nothing has. */
export const lossBy = (stop: Seeking['stop']): Loss => ({
  stopped: stop !== undefined,
  ...(stop?.incomplete ? { incomplete: stop.incomplete } : {}),
});

/** 300-302: the first number it names becomes an attempt by the same trunk (RFC 3261 §8.1.3.4). */
export function redirectedAttempt(attempt: Attempt, event: Released, begun: number): Attempt | undefined {
  const number = event.redirects?.find((each) => each !== '');
  if (number === undefined || number === attempt.targets[0].number) return undefined;
  const target = { ...attempt.targets[0], number };
  const { overlap: _, thread: __, ...plain } = attempt;
  return {
    ...plain,
    id: `${attempt.id}>${begun + 1}`,
    targets: [target],
    ...(event.redirectToll === undefined ? {} : { toll: event.redirectToll }),
    why: 'the softswitch named another number',
  };
}

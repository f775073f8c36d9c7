import { after, type Instant, type Some, type Step } from '../../core/machine.ts';
import type { CallId, Fact, Party, Target } from '../facts.ts';
import type { CallFailure, Cause } from '../failure.ts';
import type { Caller, Connected, LegCommand, LegEvent, LegId, Offer, Offered } from '../leg/leg.ts';
import type { Level } from '../routing/attempt.ts';
import type { Identity } from './duplicate.ts';
import type { Asker, Hunt, HuntEffect, Incomplete } from './hunt-state.ts';

/** How long the end of a call waits for the last figures of its audio. */
const CLOSING_MS = 1_000;

/** A provisional answer every minute at least, and well before (RFC 3261 §13.3.1.1). */
export const REMIND_MS = 50_000;

export type Ender = 'caller' | 'callee' | 'gateway';
export type Common = {
  readonly call: CallId;
  readonly from: Party;
  readonly who: Caller;
  readonly dialled: string;
  readonly began?: Instant;
  /** By which the same call over another softswitch is known (U1); only calls from outside have one. */
  readonly identity?: Identity;
  /** It is never ended to make way for another (S4). */
  readonly emergency?: true;
  /** The dial plan lets the number be longer. */
  readonly grows?: true;
  /** The PIN of the toll guard was dialled before the number. */
  readonly overridden?: true;
  /** Calls that are one with this one and wait for what becomes of it. */
  readonly followers?: readonly CallId[];
};
export type Call = Common &
  (
    | { readonly phase: 'routing'; readonly caller: Offered }
    | {
        readonly phase: 'hunting';
        readonly caller: Offered;
        readonly hunt: Exclude<Hunt, { phase: 'won' | 'lost' }>;
        readonly rest: readonly Level[];
        /** Name of the level that is hunted through, and whether it leads outside. */
        readonly name: string;
        readonly outside: boolean;
        /** What the caller hears: nothing yet, our ringback, or the audio of this leg. */
        readonly hears: 'nothing' | 'ringback' | LegId;
        readonly alerted: boolean;
        /** Until then normal ways are tried again, then this level's protect trunks (U7). */
        readonly protect?: Protect;
        /** The voice that asks the caller to wait. */
        readonly wait?: LegId;
        /** The caller may dial on. */
        readonly overlap?: Overlap;
        /** The softswitch that sent the call is lost. */
        readonly upstreamLost?: true;
        /** A provisional answer is owed to a softswitch at least every minute (RFC 3261 §13.3.1.1). */
        readonly remindAt?: Instant;
      }
    /** The same call came over another softswitch, as `of`: what becomes of that one is awaited (U1). */
    | {
        readonly phase: 'joined';
        readonly caller: Offered;
        readonly of: CallId;
        readonly status: number;
        readonly alerted: boolean;
        /** The other was answered: until then this one is let ring. */
        readonly until?: Instant;
        readonly remindAt?: Instant;
      }
    | {
        readonly phase: 'talking';
        readonly caller: Connected;
        readonly callee: Connected;
        /** What the callee is. */
        readonly reached: Target['kind'];
        /** Legs whose end holds the other one. */
        readonly holders?: readonly LegId[];
      }
    /** Both legs are released; the last figures of its audio are on their way to the record. */
    | { readonly phase: 'closing'; readonly cause: Cause; readonly by: Ender; readonly until: Instant }
    | { readonly phase: 'ended'; readonly cause: Cause }
  );
/** A number that may be dialled on (`overlap.ts`). */
export type Overlap = {
  /** Digits that nobody has been asked for yet. */
  readonly typed: string;
  /** How often a longer number was asked for. */
  readonly rounds: number;
  /** From then on an incomplete number is the end. */
  readonly endAt?: Instant;
  /** No INVITE is under way: the next digit makes one. */
  readonly awaits?: Incomplete;
};
export type Protect = {
  readonly level: Level;
  readonly until: Instant;
  readonly round: number;
  /** Why the level before was lost. */
  readonly failure: CallFailure;
};
export type In<P extends Call['phase']> = Extract<Call, { phase: P }>;

export type CallEvent =
  | LegEvent
  | { readonly type: 'planned'; readonly levels: Some<Level>; readonly firstLeg: number }
  | { readonly type: 'unroutable'; readonly cause: CallFailure }
  /** It is the call `of`, which came first; `status` answers it when that one was answered. */
  | { readonly type: 'joined'; readonly of: CallId; readonly status: number }
  | { readonly type: 'followed' | 'unfollowed'; readonly by: CallId }
  /** What became of the call that this one is one with. */
  | { readonly type: 'first'; readonly is: 'rings' | 'answered' }
  | { readonly type: 'first'; readonly is: 'over'; readonly cause: Cause }
  /** The caller of the first has gone: this one goes on in its place, or follows who does. */
  | { readonly type: 'handed'; readonly hunting: In<'hunting'>; readonly followers: readonly CallId[] }
  | { readonly type: 'follows'; readonly of: CallId }
  /** The softswitch that sent the call is lost: it cannot take it back. */
  | { readonly type: 'upstreamLost' }
  /** The call that was to make way for this one is gone. */
  | { readonly type: 'cleared'; readonly call: CallId }
  /** The last termination of this call has gone. */
  | { readonly type: 'closed' }
  /** The gateway itself ends the call: the engine was lost, the plane is going down, an emergency call needs its way. */
  | { readonly type: 'end'; readonly cause: Cause };

export type CallEffect =
  | LegCommand
  | { readonly state: Fact }
  | { readonly ask: 'closed' }
  /** It is to be planned anew with what was dialled by now. */
  | { readonly plan: Offer }
  /** This call makes way for an emergency call; the asker is told `cleared`. */
  | { readonly preempt: CallId }
  | { readonly tell: CallId; readonly event: CallEvent }
  /** These legs are another call's from now on. */
  | { readonly move: readonly LegId[]; readonly to: CallId };
export type Out = Step<Call, CallEffect>;

export const common = (of: Common): Common => {
  const { call, from, who, dialled, began, identity, emergency, grows, overridden, followers } = of;
  return {
    ...{ call, from, who, dialled },
    ...(began === undefined ? {} : { began }),
    ...(identity === undefined ? {} : { identity }),
    ...(emergency === undefined ? {} : { emergency }),
    ...(grows === undefined ? {} : { grows }),
    ...(overridden === undefined ? {} : { overridden }),
    ...(followers === undefined || followers.length === 0 ? {} : { followers }),
  };
};
export const askerOf = (call: Common & { caller: { leg: LegId }; upstreamLost?: true }): Asker => ({
  caller: call.who,
  beside: call.caller.leg,
  ...(call.upstreamLost ? { lost: true } : {}),
});
export const stay = (state: Call, ...effects: CallEffect[]): Out => ({ state, effects });

export const release = (leg: LegId, cause: Cause): LegCommand => ({ do: 'release', leg, cause });

/** Tells all that are one with this call. */
export const tellFollowers = (call: Common, event: CallEvent): CallEffect[] =>
  (call.followers ?? []).map((each) => ({ tell: each, event }));

/** Nothing more is heard of the legs; the end is stated when the last figures have come. */
export const ended = (call: Common, cause: Cause, by: Ender, now: Instant, effects: readonly CallEffect[]): Out => ({
  state: { ...common({ ...call, followers: [] }), phase: 'closing', cause, by, until: after(now, CLOSING_MS) },
  effects: [...effects, ...tellFollowers(call, { type: 'first', is: 'over', cause }), { ask: 'closed' }],
});

/** Commands of the hunt as they are, its notes as facts of this call. */
export const translate = (call: Common, effects: readonly HuntEffect[]): CallEffect[] =>
  effects.flatMap((effect) => translated(call, effect));

const translated = ({ call }: Common, effect: HuntEffect): CallEffect[] => {
  if ('do' in effect) return [effect];
  if (effect.note === 'attemptBegan') {
    const { id, targets, why, shows, toll } = effect.attempt;
    const about = { ...(shows === undefined ? {} : { shows }), ...(toll === undefined ? {} : { toll }) };
    return [{ state: { fact: 'attemptBegan', call, attempt: id, target: targets[0], why, ...about } }];
  }
  if (effect.note === 'preempts') {
    return [{ state: { fact: 'callPreempted', call: effect.call, by: call } }, { preempt: effect.call }];
  }
  const { note: _, ...end } = effect;
  return [{ state: { fact: 'attemptEnded', call, ...end } }];
};

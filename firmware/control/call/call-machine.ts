import { after, type Instant, type Lapse, type Machine, type Some, type Step } from '../../core/machine.ts';
import type { CallId, Fact, Party } from '../facts.ts';
import type { CallFailure, Cause } from '../failure.ts';
import type { Caller, Connected, LegCommand, LegEvent, LegId, Offered } from '../leg/leg.ts';
import type { Level } from '../routing/attempt.ts';
import { beginHunt, freshHunt, huntDeadline, stepHunt } from './hunt-machine.ts';
import { type Asker, type Hunt, type HuntEffect, MOST_ATTEMPTS } from './hunt-state.ts';

/** How long the end of a call waits for the last figures of its audio. */
const CLOSING_MS = 1_000;

type Ender = 'caller' | 'callee' | 'gateway';
type Common = { readonly call: CallId; readonly from: Party; readonly who: Caller; readonly dialled: string };
export type Call = Common &
  (
    | { readonly phase: 'routing'; readonly caller: Offered }
    | {
        readonly phase: 'hunting';
        readonly caller: Offered;
        readonly hunt: Exclude<Hunt, { phase: 'won' | 'lost' }>;
        readonly rest: readonly Level[];
        /** What the caller hears: nothing yet, our ringback, or the audio of this leg. */
        readonly hears: 'nothing' | 'ringback' | LegId;
        readonly alerted: boolean;
      }
    | { readonly phase: 'talking'; readonly caller: Connected; readonly callee: Connected }
    /** Both legs are released; the last figures of its audio are on their way to the record. */
    | { readonly phase: 'closing'; readonly cause: Cause; readonly by: Ender; readonly until: Instant }
    | { readonly phase: 'ended'; readonly cause: Cause }
  );
type Hunting = Extract<Call, { phase: 'hunting' }>;
type Talking = Extract<Call, { phase: 'talking' }>;

export type CallEvent =
  | LegEvent
  | { readonly type: 'planned'; readonly levels: Some<Level>; readonly firstLeg: number }
  | { readonly type: 'unroutable'; readonly cause: CallFailure }
  /** The last termination of this call has gone. */
  | { readonly type: 'closed' }
  /** The gateway itself ends the call: the engine was lost, the plane is going down. */
  | { readonly type: 'end'; readonly cause: Cause };
export type CallEffect = LegCommand | { readonly state: Fact } | { readonly ask: 'closed' };
type Out = Step<Call, CallEffect>;

/** Leg numbers that a level with these attempts may use, so that the executor can set them aside. */
export const legsOf = (levels: readonly Level[]): number =>
  levels.reduce(
    (sum, level) => sum + MOST_ATTEMPTS * Math.max(...level.attempts.map((attempt) => attempt.targets.length)),
    0,
  );

/** A call: the leg that called us, a hunt for the callee, then two connected legs. It knows no technology. */
export const callMachine: Machine<Call, CallEvent, CallEffect> = {
  step: (call, event, now) => {
    switch (call.phase) {
      case 'routing':
        return routing(call, event, now);
      case 'hunting':
        return hunting(call, event, now);
      case 'talking':
        return talking(call, event, now);
      case 'closing':
        return closing(call, event, now);
      case 'ended':
        return { state: call, effects: [] };
    }
  },
  deadline: (call) => {
    if (call.phase === 'hunting') return huntDeadline(call.hunt);
    return call.phase === 'closing' ? call.until : undefined;
  },
  over: (call) => call.phase === 'ended',
};

/** The state a call begins with, and the fact that it did. */
export const beginCall = (common: Common, caller: Offered): Out => ({
  state: { ...common, phase: 'routing', caller },
  effects: [{ state: { fact: 'callBegan', call: common.call, from: common.from, dialled: common.dialled } }],
});

const common = ({ call, from, who, dialled }: Common): Common => ({ call, from, who, dialled });
const askerOf = (call: Common & { caller: { leg: LegId } }): Asker => ({ caller: call.who, beside: call.caller.leg });

function routing(call: Extract<Call, { phase: 'routing' }>, event: CallEvent | Lapse, now: Instant): Out {
  switch (event.type) {
    case 'planned': {
      const [level, ...rest] = event.levels;
      const asker = askerOf(call);
      const hunting = { ...common(call), phase: 'hunting' as const, caller: call.caller, rest };
      return huntStepped(
        { ...hunting, hears: 'nothing', alerted: false },
        beginHunt(level.attempts, freshHunt(event.firstLeg, now), asker, now),
        asker,
        now,
      );
    }
    case 'unroutable':
    case 'end':
      return ended(call, event.cause, 'gateway', now, [release(call.caller.leg, event.cause)]);
    case 'released':
      return event.leg === call.caller.leg ? ended(call, event.cause, 'caller', now, []) : { state: call, effects: [] };
    default:
      return { state: call, effects: [] };
  }
}

function hunting(call: Hunting, event: CallEvent | Lapse, now: Instant): Out {
  const asker = askerOf(call);
  if (isNoneOf(event)) return { state: call, effects: [] };
  if (event.type === 'end') {
    const gone = stepHunt(call.hunt, { type: 'abandon', cause: event.cause }, asker, now);
    const effects = [...translate(call, gone.effects), release(call.caller.leg, event.cause)];
    return ended(call, event.cause, 'gateway', now, effects);
  }
  if (event.type !== 'lapse' && event.leg === call.caller.leg) {
    if (event.type !== 'released') return { state: call, effects: [] };
    const gone = stepHunt(call.hunt, { type: 'abandon', cause: event.cause }, asker, now);
    return ended(call, event.cause, 'caller', now, translate(call, gone.effects));
  }
  const out = huntStepped(call, stepHunt(call.hunt, event, asker, now), asker, now);
  return event.type === 'alerting' || event.type === 'progress' ? rings(out, event) : out;
}

/** Takes a step of the hunt into the call: its effects, and what follows when it was won or lost. */
function huntStepped(call: Omit<Hunting, 'hunt'>, out: Step<Hunt, HuntEffect>, asker: Asker, now: Instant): Out {
  const effects = translate(call, out.effects);
  const hunt = out.state;
  if (hunt.phase === 'won') return answered(call, hunt, effects);
  if (hunt.phase !== 'lost') return { state: { ...call, ...hearing(call, hunt), hunt }, effects };
  const at = call.rest.findIndex((level) => level.on === 'any' || level.on.includes(hunt.failure));
  const level = call.rest[at];
  if (!level) return ended(call, hunt.failure, 'callee', now, [...effects, release(call.caller.leg, hunt.failure)]);
  const rest = call.rest.slice(at + 1);
  const spent = level.ownVoice ? freshHunt(hunt.spent.nextLeg, now) : hunt.spent;
  const begun = beginHunt(level.attempts, spent, asker, now);
  const next = huntStepped({ ...call, rest, hears: 'nothing', alerted: false }, begun, asker, now);
  return { state: next.state, effects: [...effects, ...next.effects] };
}

/** What the caller heard ends with the attempt that it heard. */
const hearing = (call: Omit<Hunting, 'hunt'>, hunt: Hunting['hunt']): Pick<Hunting, 'hears' | 'alerted'> =>
  hunt.phase === 'alerting' ? { hears: call.hears, alerted: call.alerted } : { hears: 'nothing', alerted: false };

/** The chosen attempt rings or speaks: the caller hears its audio if it has any, else our own ringback (RFC 3960). */
function rings(out: Out, event: Extract<LegEvent, { type: 'alerting' | 'progress' }>): Out {
  const call = out.state;
  if (call.phase !== 'hunting' || call.hunt.phase !== 'alerting') return out;
  const { held } = call.hunt;
  if (!held.legs.includes(event.leg)) return out;
  const effects: CallEffect[] = [];
  let { hears, alerted } = call;
  if (event.type === 'alerting' && !alerted) {
    alerted = true;
    effects.push({ state: { fact: 'callAlerting', call: call.call, attempt: held.attempt.id } });
  }
  if (event.media && hears !== event.leg && !isLeg(hears)) {
    hears = event.leg;
    effects.push({ do: 'alert', leg: call.caller, hear: { leg: event.leg, is: 'placed' } });
  } else if (event.type === 'alerting' && hears === 'nothing') {
    hears = 'ringback';
    effects.push({ do: 'alert', leg: call.caller, hear: 'local ringback' });
  }
  return { state: { ...call, hears, alerted }, effects: [...out.effects, ...effects] };
}

const isLeg = (hears: Hunting['hears']): boolean => hears !== 'nothing' && hears !== 'ringback';

function answered(call: Omit<Hunting, 'hunt'>, won: Extract<Hunt, { phase: 'won' }>, effects: CallEffect[]): Out {
  const fact: Fact = { fact: 'callAnswered', call: call.call, attempt: won.attempt, target: won.target };
  return {
    state: { ...common(call), phase: 'talking', caller: { leg: call.caller.leg, is: 'connected' }, callee: won.leg },
    effects: [...effects, { do: 'connect', leg: call.caller, with: won.leg }, { state: fact }],
  };
}

function talking(call: Talking, event: CallEvent | Lapse, now: Instant): Out {
  if (event.type === 'end') {
    const both = [release(call.caller.leg, event.cause), release(call.callee.leg, event.cause)];
    return ended(call, event.cause, 'gateway', now, both);
  }
  if (event.type === 'lapse' || isNoneOf(event)) return { state: call, effects: [] };
  const byCaller = event.leg === call.caller.leg;
  if (!byCaller && event.leg !== call.callee.leg) return { state: call, effects: [] };
  const other = byCaller ? call.callee : call.caller;
  switch (event.type) {
    case 'released':
      return ended(call, event.cause, byCaller ? 'caller' : 'callee', now, [releaseOther(other.leg, event)]);
    case 'digit':
      return { state: call, effects: [{ do: 'digit', leg: other, digit: event.digit }] };
    default:
      return { state: call, effects: [] };
  }
}

const release = (leg: LegId, cause: Cause): LegCommand => ({ do: 'release', leg, cause });
const releaseOther = (leg: LegId, { cause, toneMs }: Extract<LegEvent, { type: 'released' }>): LegCommand => ({
  do: 'release',
  leg,
  cause,
  ...(toneMs === undefined ? {} : { toneMs }),
});

/** Events that mean nothing once a call has been planned and not yet ended. */
const isNoneOf = (
  event: CallEvent | Lapse,
): event is Extract<CallEvent, { type: 'planned' | 'unroutable' | 'closed' }> =>
  event.type === 'planned' || event.type === 'unroutable' || event.type === 'closed';

/** Nothing more is heard of the legs; the end is stated when the last figures have come. */
const ended = (call: Common, cause: Cause, by: Ender, now: Instant, effects: readonly CallEffect[]): Out => ({
  state: { ...common(call), phase: 'closing', cause, by, until: after(now, CLOSING_MS) },
  effects: [...effects, { ask: 'closed' }],
});

function closing(call: Extract<Call, { phase: 'closing' }>, event: CallEvent | Lapse, now: Instant): Out {
  if (event.type !== 'closed' && !(event.type === 'lapse' && now >= call.until)) return { state: call, effects: [] };
  const { cause, by } = call;
  const fact: Fact = { fact: 'callEnded', call: call.call, cause, by };
  return { state: { ...common(call), phase: 'ended', cause }, effects: [{ state: fact }] };
}

/** Commands of the hunt as they are, its notes as facts of this call. */
const translate = (call: Common, effects: readonly HuntEffect[]): CallEffect[] =>
  effects.map((e) => translated(call, e));
const translated = (call: Common, effect: HuntEffect): CallEffect => {
  if ('do' in effect) return effect;
  if (effect.note === 'attemptBegan') {
    const { id, targets, why, shows, toll } = effect.attempt;
    const about = { ...(shows === undefined ? {} : { shows }), ...(toll === undefined ? {} : { toll }) };
    return { state: { fact: 'attemptBegan', call: call.call, attempt: id, target: targets[0], why, ...about } };
  }
  const { note: _, ...end } = effect;
  return { state: { fact: 'attemptEnded', call: call.call, ...end } };
};

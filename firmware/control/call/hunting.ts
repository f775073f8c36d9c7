import { after, type Instant, type Lapse, type Step } from '../../core/machine.ts';
import type { Fact } from '../facts.ts';
import type { LegEvent, LegId } from '../leg/leg.ts';
import type { Level } from '../routing/attempt.ts';
import {
  askerOf,
  type CallEffect,
  type CallEvent,
  type Common,
  common,
  ended,
  type In,
  type Out,
  REMIND_MS,
  release,
  stay,
  tellFollowers,
  translate,
} from './call-state.ts';
import { beginHunt, stepHunt } from './hunt-machine.ts';
import type { Hunt, HuntEffect, Spent } from './hunt-state.ts';
import { handOver } from './joined.ts';
import { isOutside, type Lost, nameOf, nextLevel } from './levels.ts';
import { freshLimits, limitsOf } from './limits.ts';
import { awaitDigits, collecting, dialledOn, goingOn, notCollecting } from './overlap.ts';
import { nextRound, waitForProtect } from './protect-wait.ts';

export type Hunting = In<'hunting'>;
/** A call that hunts, without the hunt of this moment. */
export type Hunter = Omit<Hunting, 'hunt'>;
type Rung = Extract<LegEvent, { type: 'alerting' | 'progress' }>;

/** Enters a level: its hunt begins, or, before protect trunks, the wait in which normal ones are tried again. */
export function enter(hunter: Hunter, level: Level, spent: Spent, now: Instant): Out {
  const { call, effects: collects } = collecting(hunter, level);
  const { protect: _, ...plain } = call;
  const entered: Hunter = {
    ...plain,
    name: nameOf(level),
    outside: isOutside(level),
    hears: 'nothing',
    alerted: false,
  };
  const facts = [...collects, ...ledOn(call, level)];
  if (level.protect && level.protect.delayMs > 0) {
    const until = after(now, level.protect.delayMs);
    const out = waitForProtect(entered, { level, until, round: 1, failure: 'congestion' }, spent, now);
    return { state: out.state, effects: [...facts, ...out.effects] };
  }
  const quiet = level.ownVoice ? stopWaiting(entered) : { call: entered, effects: [] };
  const out = beginHunt(level.attempts, limitsOf(level, spent, now), askerOf(call), now);
  return huntStepped(quiet.call, out, now, [...facts, ...quiet.effects]);
}

/** The rule that leads on, for the record. */
const ledOn = ({ call }: Hunter, { attempts, protect }: Level): CallEffect[] => {
  const by = attempts[0].by ?? (protect ? 'protect' : undefined);
  if (by === undefined) return [];
  const fact: Fact = { fact: 'callLedOn', call, by, why: attempts[0].why };
  return [{ state: fact }];
};

/** Takes a step of the hunt into the call: its effects, and what follows when it was won or lost. */
export function huntStepped(
  call: Hunter,
  out: Step<Hunt, HuntEffect>,
  now: Instant,
  before: readonly CallEffect[] = [],
): Out {
  const effects = [...before, ...translate(call, out.effects)];
  const hunt = out.state;
  if (hunt.phase === 'won') return answered(call, hunt, effects);
  if (hunt.phase !== 'lost') return { state: { ...call, ...hearing(call, hunt), hunt }, effects };
  const next = lost(call, hunt, now);
  return { state: next.state, effects: [...effects, ...next.effects] };
}

function lost(call: Hunter, hunt: Extract<Hunt, { phase: 'lost' }>, now: Instant): Out {
  const waits = awaitDigits(call, hunt, now);
  if (waits) return waits;
  // nobody has dialled on
  const incomplete = call.overlap?.awaits !== undefined;
  const { failure, stopped, spent } = incomplete
    ? { ...hunt, failure: 'numberIncomplete' as const, stopped: true }
    : hunt;
  if (call.protect && !stopped) {
    const round = nextRound(call, call.protect, spent, now);
    if (round) return round;
    const { level } = call.protect;
    const { protect: _, ...plain } = call;
    const begun = beginHunt(level.attempts, limitsOf(level, spent, now), askerOf(call), now);
    return huntStepped(plain, begun, now);
  }
  const loss: Lost = { failure, stopped, name: call.name, outside: call.outside };
  const next = nextLevel(call.rest, loss);
  if (next) return enter({ ...call, rest: next.rest }, next.level, spent, now);
  const quiet = stopWaiting(call);
  return ended(call, failure, 'callee', now, [...quiet.effects, release(call.caller.leg, failure)]);
}

/** What the caller heard ends with the attempt that it heard. */
const hearing = (call: Hunter, hunt: Hunting['hunt']): Pick<Hunting, 'hears' | 'alerted'> =>
  hunt.phase === 'alerting' ? { hears: call.hears, alerted: call.alerted } : { hears: 'nothing', alerted: false };

/** The voice that asks to wait falls silent. */
function stopWaiting(call: Hunter): { readonly call: Hunter; readonly effects: CallEffect[] } {
  const { wait, ...quiet } = call;
  return wait === undefined ? { call, effects: [] } : { call: quiet, effects: [release(wait, 'answeredElsewhere')] };
}

/** A call that hunts: events of its own caller, of the voice that asks to wait, and of the hunt. */
export function hunting(call: Hunting, event: CallEvent | Lapse, now: Instant): Out {
  switch (event.type) {
    case 'planned':
      return plannedAnew(call, event, now);
    case 'unroutable':
      if (!call.overlap?.awaits) return stay(call);
      return ended(call, event.cause, 'gateway', now, [release(call.caller.leg, event.cause)]);
    case 'upstreamLost': {
      const { state } = stepHunt(call.hunt, event, askerOf(call), now);
      return stay({ ...call, upstreamLost: true, hunt: state as Hunting['hunt'] });
    }
    case 'closed':
    case 'joined':
    case 'first':
    case 'handed':
    case 'follows':
      return stay(call);
    case 'followed':
      return followed(call, event.by);
    case 'unfollowed':
      return stay({ ...call, followers: (call.followers ?? []).filter((each) => each !== event.by) });
    case 'end':
      return abandoned(call, event.cause, 'gateway', now, [release(call.caller.leg, event.cause)]);
    case 'lapse':
      return lapsed(call, now);
    case 'cleared':
      return huntStepped(call, stepHunt(call.hunt, event, askerOf(call), now), now);
    default:
      return legSpoke(call, event, now);
  }
}

/** The same call came over another softswitch. */
const followed = (call: Hunting, by: In<'joined'>['of']): Out => {
  const state: Hunting = { ...call, followers: [...(call.followers ?? []), by] };
  const rings = call.hears !== 'nothing' || call.alerted;
  return stay(state, ...(rings ? [{ tell: by, event: { type: 'first', is: 'rings' } } as const] : []));
};

function legSpoke(call: Hunting, event: LegEvent, now: Instant): Out {
  if (event.leg === call.caller.leg) {
    if (event.type === 'digit') return digit(call, event, now);
    if (event.type !== 'released') return stay(call);
    if (call.followers !== undefined && call.followers.length > 0) return handOver(call, event.cause, now);
    return abandoned(call, event.cause, 'caller', now, []);
  }
  if (event.leg === call.wait) return waitSpoke(call, event);
  const out = huntStepped(call, stepHunt(call.hunt, event, askerOf(call), now), now);
  // who has answered and is asked to accept still rings for the caller, also where nothing has rung before
  if (event.type === 'connect') return rings(out, { type: 'alerting', leg: event.leg, media: false }, now);
  return event.type === 'alerting' || event.type === 'progress' ? rings(out, event, now) : out;
}

/** A digit of a number that is dialled on (RFC 3578). */
function digit(call: Hunting, event: Extract<LegEvent, { type: 'digit' }>, now: Instant): Out {
  const out = dialledOn(call, event.digit, event.last === true);
  if (out !== 'complete') return out;
  const { hunt } = call;
  if (hunt.phase !== 'seeking') return stay(call);
  return huntStepped(call, stepHunt({ ...hunt, giveUpAt: now }, { type: 'lapse' }, askerOf(call), now), now);
}

/** A longer number was dialled: all that is judged of a number is judged of that one. */
function plannedAnew(call: Hunting, { levels, firstLeg }: Extract<CallEvent, { type: 'planned' }>, now: Instant): Out {
  const { overlap, hunt: _, ...hunter } = call;
  if (!overlap?.awaits) return stay(call);
  const { call: own, effects } = reported(hunter, levels);
  const [level = levels[0], ...rest] = goingOn(levels, overlap);
  const out = enter({ ...hunter, ...own, overlap, rest }, level, freshLimits(firstLeg, now), now);
  return { state: out.state, effects: [...effects, ...out.effects] };
}

/** An emergency call is reported in the same breath, before anything is tried and without waiting for anybody (S4). */
export const reported = (
  call: Common,
  levels: readonly Level[],
): { readonly call: Common; readonly effects: CallEffect[] } => {
  if (!levels.some((each) => each.emergency)) return { call: common(call), effects: [] };
  const { call: id, from, dialled } = call;
  const fact: Fact = { fact: 'emergencyCall', call: id, from, dialled };
  return { call: { ...common(call), emergency: true }, effects: [{ state: fact }] };
};

function abandoned(
  call: Hunting,
  cause: Extract<LegEvent, { type: 'released' }>['cause'],
  by: 'caller' | 'gateway',
  now: Instant,
  more: readonly CallEffect[],
): Out {
  const gone = stepHunt(call.hunt, { type: 'abandon', cause }, askerOf(call), now);
  const quiet = stopWaiting(call);
  return ended(call, cause, by, now, [...quiet.effects, ...translate(call, gone.effects), ...more]);
}

function lapsed(call: Hunting, now: Instant): Out {
  const reminded = call.remindAt !== undefined && now >= call.remindAt ? remind(call, now) : { call, effects: [] };
  const stepped = stepHunt(call.hunt, { type: 'lapse' }, askerOf(call), now);
  return huntStepped(reminded.call, stepped, now, reminded.effects);
}

/** Says once more to the softswitch that the call goes on. */
function remind(call: Hunting, now: Instant): { readonly call: Hunting; readonly effects: CallEffect[] } {
  const { caller: leg, hears, wait } = call;
  const heard = isLeg(hears) ? hears : undefined;
  const hear =
    heard !== undefined
      ? ({ leg: heard, is: 'placed' } as const)
      : hears === 'ringback'
        ? ('local ringback' as const)
        : ('queued' as const);
  const next = { ...call, remindAt: after(now, REMIND_MS) };
  if (hears === 'nothing' && wait === undefined) return { call: next, effects: [] };
  return { call: next, effects: [{ do: 'alert', leg, hear }] };
}

/** The sentence that asks to wait has begun, or could not be said. */
function waitSpoke(call: Hunting, event: LegEvent): Out {
  if (event.type === 'progress' && event.media && call.hears === 'nothing') {
    return stay(call, { do: 'alert', leg: call.caller, hear: { leg: event.leg, is: 'placed' } });
  }
  if (event.type !== 'released') return stay(call);
  const { wait: _, ...quiet } = call;
  return stay(quiet);
}

/** The chosen attempt rings or speaks: the caller hears its audio if it has any, else our own ringback (RFC 3960). */
function rings(out: Out, event: Rung, now: Instant): Out {
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
  if (hears === call.hears) return { state: { ...call, alerted }, effects: [...out.effects, ...effects] };
  const quiet = stopWaiting(call);
  const told = tellFollowers(call, { type: 'first', is: 'rings' });
  const remindAt = call.from.kind === 'trunk' ? { remindAt: after(now, REMIND_MS) } : {};
  const state: Hunting = { ...quiet.call, hunt: call.hunt, hears, alerted, ...remindAt };
  return { state, effects: [...out.effects, ...quiet.effects, ...effects, ...told] };
}

const isLeg = (hears: Hunting['hears']): hears is LegId => hears !== 'nothing' && hears !== 'ringback';

function answered(call: Hunter, won: Extract<Hunt, { phase: 'won' }>, effects: readonly CallEffect[]): Out {
  const fact: Fact = { fact: 'callAnswered', call: call.call, attempt: won.attempt, target: won.target };
  const quiet = stopWaiting(call);
  const dialled = notCollecting(call);
  const told = tellFollowers(call, { type: 'first', is: 'answered' });
  return {
    state: {
      ...common({ ...call, followers: [] }),
      phase: 'talking',
      caller: { leg: call.caller.leg, is: 'connected' },
      callee: won.leg,
      reached: won.target.kind,
    },
    effects: [
      ...[...effects, ...quiet.effects, ...dialled.effects],
      { do: 'connect', leg: call.caller, with: won.leg },
      { state: fact },
      ...told,
    ],
  };
}

import { earliest, type Instant, type Lapse, type Machine } from '../../core/machine.ts';
import type { Fact } from '../facts.ts';
import type { Connected, LegCommand, LegEvent, LegId, Offered } from '../leg/leg.ts';
import {
  type Call,
  type CallEffect,
  type CallEvent,
  type Common,
  common,
  ended,
  type In,
  type Out,
  release,
  stay,
} from './call-state.ts';
import { huntDeadline } from './hunt-machine.ts';
import { enter, hunting, reported } from './hunting.ts';
import { join, joined } from './joined.ts';
import { freshLimits } from './limits.ts';

export type { Call, CallEffect, CallEvent } from './call-state.ts';
export { legsOf } from './limits.ts';

/**
 * A call: the leg that called us, a hunt for the callee, then two connected legs. It knows no technology.
 *
 *     routing ── planned ──► hunting ── answered ──► talking ──► closing ──► ended
 *        └────── joined ───► joined ─── handed ──► hunting          ▲
 *                               └── the first was answered, or over ┘
 */
export const callMachine: Machine<Call, CallEvent, CallEffect> = {
  step: (call, event, now) => {
    switch (call.phase) {
      case 'routing':
        return routing(call, event, now);
      case 'hunting':
        return hunting(call, event, now);
      case 'joined':
        return joined(call, event, now);
      case 'talking':
        return talking(call, event, now);
      case 'closing':
        return closing(call, event, now);
      case 'ended':
        return stay(call);
    }
  },
  deadline: (call) => {
    if (call.phase === 'hunting') return earliest(huntDeadline(call.hunt), call.remindAt);
    if (call.phase === 'joined') return earliest(call.until, call.remindAt);
    return call.phase === 'closing' ? call.until : undefined;
  },
  over: (call) => call.phase === 'ended',
};

/** The state a call begins with, and the fact that it did. */
export const beginCall = (common: Common, caller: Offered): Out => ({
  state: { ...common, phase: 'routing', caller },
  effects: [{ state: { fact: 'callBegan', call: common.call, from: common.from, dialled: common.dialled } }],
});

function routing(call: In<'routing'>, event: CallEvent | Lapse, now: Instant): Out {
  switch (event.type) {
    case 'planned':
      return planned(call, event, now);
    case 'joined':
      return join(call, event);
    case 'unroutable':
    case 'end':
      return ended(call, event.cause, 'gateway', now, [release(call.caller.leg, event.cause)]);
    case 'released':
      return event.leg === call.caller.leg ? ended(call, event.cause, 'caller', now, []) : stay(call);
    default:
      return stay(call);
  }
}

function planned(call: In<'routing'>, event: Extract<CallEvent, { type: 'planned' }>, now: Instant): Out {
  const [level, ...rest] = event.levels;
  const { call: own, effects } = reported(call, event.levels);
  const hunter = { ...own, phase: 'hunting' as const, caller: call.caller, rest };
  const about = { name: '', outside: false, hears: 'nothing' as const, alerted: false };
  const out = enter({ ...hunter, ...about }, level, freshLimits(event.firstLeg, now), now);
  return { state: out.state, effects: [...effects, ...out.effects] };
}

function talking(call: In<'talking'>, event: CallEvent | Lapse, now: Instant): Out {
  if (event.type === 'end') {
    const both = [release(call.caller.leg, event.cause), release(call.callee.leg, event.cause)];
    return ended(call, event.cause, 'gateway', now, both);
  }
  if (event.type === 'followed') return stay(call, { tell: event.by, event: { type: 'first', is: 'answered' } });
  if (!('leg' in event)) return stay(call);
  const byCaller = event.leg === call.caller.leg;
  if (!byCaller && event.leg !== call.callee.leg) return stay(call);
  const other = byCaller ? call.callee : call.caller;
  switch (event.type) {
    case 'released':
      return ended(call, event.cause, byCaller ? 'caller' : 'callee', now, [releaseOther(other.leg, event)]);
    case 'digit':
      return stay(call, { do: 'digit', leg: other, digit: event.digit });
    case 'alerting':
      return stay(call, { do: 'alert', leg: other, hear: 'local ringback' });
    case 'hold':
    case 'retrieve':
      return holds(call, event.leg, other, event.type === 'hold');
    default:
      return stay(call);
  }
}

/** One end holds the other, or takes it back; who is held itself when it comes back is told once more. */
function holds(call: In<'talking'>, leg: LegId, other: Connected, begins: boolean): Out {
  const { holders = [], ...talks } = call;
  const others = holders.filter((each) => each !== leg);
  const now = begins ? [...others, leg] : others;
  const state: In<'talking'> = now.length === 0 ? talks : { ...talks, holders: now };
  const isHeld = !begins && others.length > 0;
  return stay(
    state,
    { do: begins ? 'hold' : 'resume', leg: other },
    ...(isHeld ? [{ do: 'hold', leg: { leg, is: 'connected' } } as const] : []),
  );
}

const releaseOther = (leg: LegId, { cause, toneMs }: Extract<LegEvent, { type: 'released' }>): LegCommand => ({
  do: 'release',
  leg,
  cause,
  ...(toneMs === undefined ? {} : { toneMs }),
});

function closing(call: In<'closing'>, event: CallEvent | Lapse, now: Instant): Out {
  if (event.type !== 'closed' && !(event.type === 'lapse' && now >= call.until)) return stay(call);
  const { cause, by } = call;
  const fact: Fact = { fact: 'callEnded', call: call.call, cause, by };
  return stay({ ...common(call), phase: 'ended', cause }, { state: fact });
}

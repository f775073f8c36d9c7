import { after, type Instant, type Lapse } from '../../core/machine.ts';
import type { CallId, Fact } from '../facts.ts';
import type { Cause } from '../failure.ts';
import type { LegId } from '../leg/leg.ts';
import {
  type CallEffect,
  type CallEvent,
  common,
  ended,
  type In,
  type Out,
  REMIND_MS,
  release,
  stay,
} from './call-state.ts';
import { ANSWERED_PAUSE_MS } from './duplicate.ts';
import type { Held, Hunt } from './hunt-state.ts';

/**
 * The second of one call that came over two softswitches (U1): it rings as long as the first, goes on in its place when
 * the first is cancelled, and is told a moment after the first was answered. It never reaches the callee by itself.
 */
export function join(call: In<'routing'>, event: Extract<CallEvent, { type: 'joined' }>): Out {
  const { of, status } = event;
  const fact: Fact = { fact: 'callDuplicate', call: call.call, of };
  const state: In<'joined'> = { ...common(call), phase: 'joined', caller: call.caller, of, status, alerted: false };
  return stay(state, { state: fact }, { tell: of, event: { type: 'followed', by: call.call } });
}

export function joined(call: In<'joined'>, event: CallEvent | Lapse, now: Instant): Out {
  switch (event.type) {
    case 'first':
      return firstIs(call, event, now);
    case 'handed':
      return takesOver(call, event);
    case 'follows':
      return stay({ ...call, of: event.of });
    case 'end':
      return leaves(call, event.cause, 'gateway', now, [release(call.caller.leg, event.cause)]);
    case 'released':
      return event.leg === call.caller.leg ? leaves(call, event.cause, 'caller', now, []) : stay(call);
    case 'lapse':
      return lapsed(call, now);
    default:
      return stay(call);
  }
}

function firstIs(call: In<'joined'>, event: Extract<CallEvent, { type: 'first' }>, now: Instant): Out {
  if (event.is === 'answered') return stay({ ...call, until: after(now, ANSWERED_PAUSE_MS) });
  if (event.is === 'over') {
    return ended(call, event.cause, 'callee', now, [release(call.caller.leg, event.cause)]);
  }
  if (call.alerted) return stay(call);
  const alert: CallEffect = { do: 'alert', leg: call.caller, hear: 'local ringback' };
  return stay({ ...call, alerted: true, remindAt: after(now, REMIND_MS) }, alert);
}

function lapsed(call: In<'joined'>, now: Instant): Out {
  if (call.until !== undefined && now >= call.until) {
    const answer: CallEffect = { do: 'release', leg: call.caller.leg, cause: 'duplicate', status: call.status };
    return ended(call, 'duplicate', 'gateway', now, [answer]);
  }
  if (call.remindAt === undefined || now < call.remindAt) return stay(call);
  const alert: CallEffect = { do: 'alert', leg: call.caller, hear: 'local ringback' };
  return stay({ ...call, remindAt: after(now, REMIND_MS) }, alert);
}

const leaves = (
  call: In<'joined'>,
  cause: Cause,
  by: 'caller' | 'gateway',
  now: Instant,
  effects: readonly CallEffect[],
): Out => ended(call, cause, by, now, [...effects, { tell: call.of, event: { type: 'unfollowed', by: call.call } }]);

// ── the first is cancelled, the second goes on ──────────────────────────────────────────────────

const heldBy = (hunt: Hunt): readonly Held[] => {
  if (hunt.phase === 'seeking') return hunt.open;
  return hunt.phase === 'alerting' ? [hunt.held] : [];
};

/** The caller of the first has gone: its hunt, with all that rings, is the next call's. */
export function handOver(call: In<'hunting'>, cause: Cause, now: Instant): Out {
  const [to, ...followers] = call.followers ?? [];
  if (to === undefined) return stay(call);
  const legs: LegId[] = [...heldBy(call.hunt).flatMap((held) => held.legs), ...(call.wait ? [call.wait] : [])];
  const rest: CallEffect[] = followers.map((each) => ({ tell: each, event: { type: 'follows', of: to } }));
  const closed = heldBy(call.hunt).map(
    ({ attempt }): CallEffect => ({ state: { fact: 'attemptEnded', call: call.call, attempt: attempt.id, cause } }),
  );
  const handed: CallEffect = { tell: to, event: { type: 'handed', hunting: call, followers } };
  return ended({ ...call, followers: [] }, cause, 'caller', now, [...closed, { move: legs, to }, handed, ...rest]);
}

/** What the first did, this one does from here on, for its own caller. */
function takesOver(call: In<'joined'>, event: Extract<CallEvent, { type: 'handed' }>): Out {
  const { hunting, followers } = event;
  const { hunt, rest, name, outside, hears, alerted } = hunting;
  const state: In<'hunting'> = {
    ...common({ ...call, followers }),
    ...{ phase: 'hunting', caller: call.caller, hunt, rest, name, outside, hears, alerted },
    ...(hunting.protect ? { protect: hunting.protect } : {}),
    ...(hunting.wait ? { wait: hunting.wait } : {}),
    ...(call.remindAt ? { remindAt: call.remindAt } : {}),
  };
  const effects = heldBy(hunt).map(({ attempt }): CallEffect => began(call.call, hunting.call, attempt));
  if (hunt.phase === 'alerting' && alerted) {
    effects.push({ state: { fact: 'callAlerting', call: call.call, attempt: hunt.held.attempt.id } });
  }
  if (hears !== 'nothing' && hears !== 'ringback') {
    effects.push({ do: 'alert', leg: call.caller, hear: { leg: hears, is: 'placed' } });
  }
  return stay(state, ...effects);
}

const began = (call: CallId, first: CallId, { id, targets }: Held['attempt']): CallEffect => ({
  state: { fact: 'attemptBegan', call, attempt: id, target: targets[0], why: `goes on in the place of ${first}` },
});

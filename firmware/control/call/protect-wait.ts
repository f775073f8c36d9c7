import { after, earliest, type Instant } from '../../core/machine.ts';
import type { LegCommand, LegId } from '../leg/leg.ts';
import type { Attempt } from '../routing/attempt.ts';
import { type CallEffect, type In, type Out, type Protect, REMIND_MS, stay } from './call-state.ts';
import { pausedHunt } from './hunt-machine.ts';
import type { Spent } from './hunt-state.ts';
import { AGAIN_PAUSE_MS, roundLimits } from './limits.ts';

/**
 * The wait before protect trunks (U7): normal ways are tried again and again with a pause between, and the caller
 * hears that it goes on. A protect trunk costs more or reaches less; a softswitch that is back in a moment is better.
 */
type Hunter = Omit<In<'hunting'>, 'hunt'>;

/** One round: a pause, then the ways that failed once more. */
export function waitForProtect(call: Hunter, protect: Protect, spent: Spent, now: Instant): Out {
  const startAt = earliest(after(now, AGAIN_PAUSE_MS), protect.until) ?? now;
  const limits = roundLimits(protect.level, spent, protect.until);
  const voice = call.wait === undefined ? askToWait(call, limits.nextLeg) : undefined;
  const counted = voice ? { ...limits, nextLeg: limits.nextLeg + 1 } : limits;
  const hunt = pausedHunt(again(protect), counted, startAt);
  const effects: CallEffect[] = voice ? [...voice.effects] : [];
  const remindAt = call.from.kind === 'trunk' && call.remindAt === undefined ? { remindAt: after(now, REMIND_MS) } : {};
  return stay({ ...call, ...remindAt, ...(voice ? { wait: voice.leg } : {}), protect, hunt }, ...effects);
}

/** The next round, or `undefined` when the time has come for the protect trunks. */
export const nextRound = (call: Hunter, protect: Protect, spent: Spent, now: Instant): Out | undefined =>
  now >= protect.until
    ? undefined
    : waitForProtect(
        { ...call, hears: 'nothing', alerted: false },
        { ...protect, round: protect.round + 1 },
        spent,
        now,
      );

/** Each round has names of its own in the record. */
const again = ({ level, round }: Protect): readonly Attempt[] =>
  (level.protect?.again ?? []).map((attempt) => ({ ...attempt, id: `${attempt.id}#${round + 1}` }));

/** A softswitch that sent the call is told that it is queued (182), and the box's voice says so in words. */
function askToWait(call: Hunter, number: number): { readonly leg: LegId; readonly effects: CallEffect[] } {
  const leg: LegId = `leg/${number}`;
  const setup: LegCommand = {
    ...{ do: 'setup', leg, target: { kind: 'sentence', id: 'pleaseWait', number: '' } },
    ...{ caller: call.who, beside: call.caller.leg },
  };
  return { leg, effects: [{ do: 'alert', leg: call.caller, hear: 'queued' }, setup] };
}

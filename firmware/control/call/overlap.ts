import { after, type Instant, isSome } from '../../core/machine.ts';
import type { Attempt, Level } from '../routing/attempt.ts';
import { type CallEffect, type In, type Out, type Overlap, stay } from './call-state.ts';
import { pausedHunt } from './hunt-machine.ts';
import type { Hunt, Incomplete } from './hunt-state.ts';

/**
 * Overlap dialling (RFC 3578 §3): a softswitch answers that the number is incomplete, the caller dials on, and it is
 * asked for the longer number. What is dialled while an INVITE is unanswered is kept until it is refused.
 */
type Hunting = In<'hunting'>;
type Hunter = Omit<Hunting, 'hunt'>;
type Lost = Extract<Hunt, { phase: 'lost' }>;

/** So long after the first refusal a number may grow; each digit has the limits of a call of its own meanwhile. */
const LONGEST_OVERLAP_MS = 180_000;

/** The call as it enters a level: its caller may dial on where one of the ways there takes numbers in pieces. */
export const collecting = (call: Hunter, level: Level): { readonly call: Hunter; readonly effects: CallEffect[] } => {
  const wanted = call.grows === true && !level.emergency && level.attempts.some(({ overlap }) => overlap !== undefined);
  if (!wanted) return notCollecting(call);
  const { awaits: _, ...overlap } = call.overlap ?? { typed: '', rounds: 0 };
  const begins: CallEffect[] = call.overlap ? [] : [{ do: 'collect', leg: call.caller, on: true }];
  return { call: { ...call, overlap }, effects: begins };
};

/** The number is as long as it gets. */
export const notCollecting = (call: Hunter): { readonly call: Hunter; readonly effects: CallEffect[] } => {
  const { overlap, ...complete } = call;
  return { call: complete, effects: overlap ? [{ do: 'collect', leg: call.caller, on: false }] : [] };
};

/** The hunt was lost by an incomplete number: what was dialled meanwhile is asked for, else the next digit awaited. */
export function awaitDigits(call: Hunter, { incomplete, spent }: Lost, now: Instant): Out | undefined {
  const { overlap } = call;
  if (overlap === undefined || overlap.awaits !== undefined || incomplete === undefined) return undefined;
  const endAt = overlap.endAt ?? after(now, LONGEST_OVERLAP_MS);
  if (now >= endAt || (overlap.typed === '' && !call.grows)) return undefined;
  const giveUpAt = after(now, incomplete.waitMs);
  const hunt = pausedHunt([], { ...spent, giveUpAt }, giveUpAt);
  const waits: Hunting = { ...call, hears: 'nothing', overlap: { ...overlap, endAt, awaits: incomplete }, hunt };
  return overlap.typed === '' ? stay(waits) : goOn(waits);
}

/** A digit of the caller; nothing where the number does not grow. The end of the number ends a wait for more of it. */
export function dialledOn(call: Hunting, digit: string, last: boolean): Out | 'complete' {
  const { overlap, grows, ...rest } = call;
  if (overlap === undefined || !grows) return stay(call);
  const typed = digit === '#' ? overlap.typed : overlap.typed + digit;
  const next: Hunting = { ...rest, overlap: { ...overlap, typed }, ...(last ? {} : { grows }) };
  if (overlap.awaits === undefined) return stay(next);
  return typed === '' ? 'complete' : goOn(next);
}

/** The call is planned anew, as if the longer number had been dialled. */
function goOn(call: Hunting): Out {
  const overlap: Overlap = { typed: '', rounds: 0, ...call.overlap };
  const dialled = call.dialled + overlap.typed;
  const next: Hunting = { ...call, dialled, overlap: { ...overlap, typed: '', rounds: overlap.rounds + 1 } };
  const { call: id, caller, from, who, overridden } = call;
  const offer = { leg: caller.leg, from, caller: who, dialled, ...(overridden ? { overridden } : {}) };
  return stay(next, { state: { fact: 'callDialledOn', call: id, dialled } }, { plan: offer });
}

/** The levels of the longer number: the softswitch that asked for more of it comes first, if it may be used. */
export const goingOn = (levels: readonly Level[], { awaits, rounds }: Overlap): readonly Level[] =>
  levels.map((level, at) => {
    const named = level.attempts.map((attempt) => ({ ...attempt, id: `${attempt.id}+${rounds}` }));
    const attempts = at === 0 && awaits && !level.emergency ? threaded(named, awaits) : named;
    return isSome(attempts) ? { ...level, name: level.name ?? level.attempts[0].id, attempts } : level;
  });

const threaded = (attempts: readonly Attempt[], { over, thread, shows }: Incomplete): readonly Attempt[] => {
  const same = attempts.find(({ targets: [{ kind, id }] }) => kind === 'trunk' && id === over);
  if (same === undefined) return attempts;
  const goesOn = { ...same, ...(thread ? { thread } : {}), ...(shows ? { shows } : {}) };
  return [goesOn, ...attempts.filter((each) => each !== same)];
};

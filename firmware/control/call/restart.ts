import type { CallId } from '../facts.ts';
import type { LegId } from '../leg/leg.ts';
import type { Call } from './call-machine.ts';

/** What a plane that died has left of its calls. */
export type Restart = {
  readonly calls: readonly CallId[];
  /** First leg number that is free. */
  readonly nextLeg: number;
};

/** A hunt that goes on takes its legs from numbers that were set aside for it: more than any plan can need. */
const SET_ASIDE = 1_000;

/** The legs that a state names, wherever in it. */
export const legsIn = (state: unknown): LegId[] => {
  if (typeof state === 'string') return /^leg\/\d+$/.test(state) ? [state as LegId] : [];
  return typeof state === 'object' && state !== null ? Object.values(state).flatMap(legsIn) : [];
};

/** Reads kept states (pure). */
export const planRestart = (states: ReadonlyMap<string, unknown>): Restart => {
  const calls: CallId[] = [];
  let highest = 0;
  for (const [id, state] of states) {
    highest = Math.max(highest, legNumber(id), usedBy(id, state));
    if (id.startsWith('call/')) calls.push(id as CallId);
  }
  return { calls, nextLeg: highest + 1 };
};

const legNumber = (id: string): number => {
  const at = id.lastIndexOf('leg/');
  const number = at < 0 ? Number.NaN : Number(id.slice(at + 'leg/'.length));
  return Number.isSafeInteger(number) ? number : 0;
};

/** A call that still hunts has leg numbers that no machine shows; a leg whose phone holds it has no termination. */
const usedBy = (id: string, state: unknown): number => {
  const named = Math.max(0, ...legsIn(state).map(legNumber));
  if (!id.startsWith('call/')) return named;
  const call = state as Call;
  return Math.max(call.phase === 'hunting' ? call.hunt.nextLeg + SET_ASIDE : 0, named);
};

import { q850Of } from '../failure.ts';
import type { LegEvent } from '../leg/leg.ts';
import type { RedirectAsk, Redirected } from '../routing/redirect.ts';
import type { Call } from './call-state.ts';
import type { Held } from './hunt-state.ts';

type Released = Extract<LegEvent, { type: 'released' }>;

/**
 * The end of a leg by a redirection (300-302), with the first number only that this call may be led to (R8): the toll
 * guard is asked as if it had been dialled. Where none may be called the end is that of a barred call. Nobody is asked
 * for an emergency call.
 */
export const guarded = (call: Call | undefined, event: Released, ask: (asked: RedirectAsk) => Redirected): Released => {
  const { redirects = [] } = event;
  if (call === undefined || call.emergency || redirects.length === 0) return event;
  const attempt = heldBy(call, event)?.attempt;
  if (attempt === undefined) return event;
  const { from, who: caller } = call;
  const about = { from, caller, line: attempt.toll?.line ?? '', over: attempt.targets[0].id };
  for (const number of redirects) {
    const found = number === '' ? undefined : ask({ ...about, number });
    if (found?.is === 'allowed') return { ...event, redirects: [number], redirectToll: found.toll };
  }
  const { redirects: _, ...end } = event;
  return { ...end, cause: 'barred', q850: q850Of('barred') };
};

const heldBy = (call: Call, { leg }: Released): Held | undefined => {
  if (call.phase !== 'hunting') return undefined;
  const { hunt } = call;
  const held: readonly Held[] = hunt.phase === 'seeking' ? hunt.open : [hunt.held];
  return held.find(({ legs }) => legs.includes(leg));
};

import { after, type Instant, isSome } from '../../core/machine.ts';
import type { LegId, Setup } from '../leg/leg.ts';
import type { Attempt } from '../routing/attempt.ts';
import {
  type Asker,
  closeAll,
  type Hunt,
  lastCause,
  lose,
  lossBy,
  type Open,
  type Out,
  type Seeking,
  silent,
} from './hunt-state.ts';
import { type Clearing, cleared, clearingFor, restFor } from './preemption.ts';

/** Sets up the head of the queue beside what is open, or waits for what is open, or gives up. */
export function startNext(hunt: Seeking, asker: Asker, now: Instant): Out {
  const { startAt, clearing, stop } = hunt;
  const holdsUp = hunt.open.some((one) => one.heard === 'ending') || stop !== undefined || clearing !== undefined;
  const [head, ...queue] = hunt.queue;
  if (!head || hunt.begun >= hunt.most || holdsUp || startAt !== undefined) return settle(hunt);
  const waits = hunt.open.some((one) => one.heard !== 'outlived');
  if (head.start === 'alone' && waits) return settle(hunt);
  const makesWay = clearingFor(head, now);
  if (makesWay) {
    return { state: { ...hunt, clearing: makesWay }, effects: [{ note: 'preempts', call: makesWay.call }] };
  }
  return begin(hunt, head, queue, asker, now);
}

function begin(hunt: Seeking, head: Attempt, queue: readonly Attempt[], asker: Asker, now: Instant): Out {
  const released = head.start === 'alone' ? closeAll(hunt.open, 'serverSilent') : [];
  const kept = head.start === 'alone' ? [] : hunt.open;
  const legs = head.targets.map((_, index): LegId => `leg/${hunt.nextLeg + index}`);
  if (!isSome(legs)) return settle(hunt);
  const fresh: Open = { attempt: head, legs, heard: 'nothing', until: after(now, head.silenceMs) };
  const setups = head.targets.map((target, index) => setupOf(head, target, legs[index]!, asker));
  const state: Seeking = {
    ...hunt,
    nextLeg: hunt.nextLeg + legs.length,
    begun: hunt.begun + 1,
    queue,
    open: [...kept, fresh],
    tried: [...hunt.tried, ...(released.length > 0 ? silent(hunt.open) : [])],
  };
  return { state, effects: [...released, { note: 'attemptBegan', attempt: head }, ...setups] };
}

/** What is forwarded leaves by the account of its line, and a way may show another number than the caller's. */
const setupOf = (attempt: Attempt, target: Attempt['targets'][0], leg: LegId, { caller, beside }: Asker): Setup => ({
  do: 'setup',
  leg,
  target,
  caller: attempt.account === undefined ? caller : { ...caller, account: attempt.account },
  ...(attempt.shows === undefined ? {} : { shows: attempt.shows }),
  ...(attempt.thread === undefined ? {} : { thread: attempt.thread }),
  beside,
});

/** The call that had to make way has gone: the attempt that waited for it begins. */
export function wayIsFree(hunt: Hunt, call: Clearing['call'], asker: Asker, now: Instant): Out {
  if (hunt.phase !== 'seeking' || hunt.clearing?.call !== call) return { state: hunt, effects: [] };
  if (hunt.clearing.rests && now < hunt.clearing.until) return { state: hunt, effects: [] };
  const { clearing, ...free } = hunt;
  const rests = restFor(clearing, hunt.queue[0], now);
  if (rests) return { state: { ...hunt, clearing: rests }, effects: [] };
  const queue = hunt.queue.map((one) => (one.id === clearing.attempt ? cleared(one) : one));
  return startNext({ ...free, queue }, asker, now);
}

/** Nothing new is started: lost if nothing is open any more. */
function settle(hunt: Seeking): Out {
  const waits = hunt.open.length > 0 || hunt.startAt !== undefined || hunt.clearing !== undefined;
  if (waits) return { state: hunt, effects: [] };
  return lose(hunt, hunt.stop?.cause ?? lastCause(hunt), [], lossBy(hunt.stop));
}

import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';

/** After the feed is back, current flows again within this time through a phone that is still lifted. */
export const FEED_SETTLE_MS = 200;

/**
 *   on ──release──> open ──time──> settling ──loop closed, or time──> on
 *
 * While we open the feed ourselves the card sees the loop open and close, whatever the phone does. Such edges are
 * only kept in mind; a phone that was hung up meanwhile is found when no current flows after the feed is back.
 */
export type Feed =
  | { readonly phase: 'on' }
  | { readonly phase: 'open'; readonly until: Instant; readonly closed: boolean }
  | { readonly phase: 'settling'; readonly since: Instant; readonly until: Instant; readonly closed: boolean };

export type FeedEvent =
  /** Loop-open disconnect: the far end has gone. `closed`: current flowed until now. */
  | { readonly type: 'release'; readonly closed: boolean }
  | { readonly type: 'loop'; readonly closed: boolean; readonly at: Instant };

export type FeedEffect =
  | { readonly feed: 'open' | 'normal' }
  /** The phone's own doing, for the hook machine. */
  | { readonly loop: 'closed' | 'open'; readonly at: Instant };

type Next = Step<Feed, FeedEffect>;

const loop = (state: Feed, event: FeedEvent & { type: 'loop' }): Next => {
  const told: FeedEffect = { loop: event.closed ? 'closed' : 'open', at: event.at };
  if (state.phase === 'on') return { state, effects: [told] };
  if (state.phase === 'settling' && event.closed && event.at >= state.since) {
    return { state: { phase: 'on' }, effects: [told] };
  }
  return { state: { ...state, closed: event.closed }, effects: [] };
};

const lapse = (state: Feed, now: Instant): Next => {
  if (state.phase === 'on' || now < state.until) return { state, effects: [] };
  if (state.phase === 'open') {
    const settling: Feed = { phase: 'settling', since: now, until: after(now, FEED_SETTLE_MS), closed: state.closed };
    return { state: settling, effects: [{ feed: 'normal' }] };
  }
  const effects: readonly FeedEffect[] = state.closed ? [] : [{ loop: 'open', at: state.since }];
  return { state: { phase: 'on' }, effects };
};

/** The battery feed of a phone port, and which edges of its loop are the phone's own. */
export const feedMachine = (openOnReleaseMs: number): Machine<Feed, FeedEvent, FeedEffect> => ({
  step: (state: Feed, event: FeedEvent | Lapse, now: Instant): Next => {
    if (event.type === 'loop') return loop(state, event);
    if (event.type === 'lapse') return lapse(state, now);
    if (openOnReleaseMs === 0 || state.phase === 'open') return { state, effects: [] };
    const closed = state.phase === 'on' ? event.closed : state.closed;
    return { state: { phase: 'open', until: after(now, openOnReleaseMs), closed }, effects: [{ feed: 'open' }] };
  },
  deadline: (state) => (state.phase === 'on' ? undefined : state.until),
});

import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';

/**
 * A failover drill (U17): the first softswitch falls silent for the box, and everything that follows is measured.
 *
 *   blocked ──its time is over──▶ returning ──it is up again and the call is over, or too late──▶ over
 *      └── an emergency call, a stop, a restart: freed at once ──────────────────────────────────▶ over
 *
 * Whatever happens, the softswitch is freed before the drill is over. The state is in the adoption file: the next
 * control plane ends a drill that it finds, and silence itself does not outlive the plane that keeps it.
 */
export type Drill =
  | ({ readonly is: 'blocked'; readonly until: Instant } & Seen)
  | ({ readonly is: 'returning'; readonly freed: Instant; readonly until: Instant } & Seen)
  | { readonly is: 'over' };

/** What was asked. */
export type DrillPlan = {
  readonly id: string;
  readonly trunk: string;
  readonly by: string;
  readonly blockMs: number;
  /** Empty: no call is made. */
  readonly number: string;
  /** Wall time of its begin, ms since 1970. */
  readonly at: number;
};

/** What became of the test call; times from its begin, ms. */
export type DrillCall = {
  readonly answered: boolean;
  readonly rangAfterMs?: number;
  readonly answeredAfterMs?: number;
  /** The ways that were tried, in order; the last is where it was answered, if it was. */
  readonly ways: readonly string[];
  /** Why it was not answered; empty where it was. */
  readonly why: string;
};

type Seen = {
  readonly plan: DrillPlan;
  readonly began: Instant;
  /** Since the begin: the first doubt, and the verdict. */
  readonly doubtedMs?: number;
  readonly downMs?: number;
  readonly isUp: boolean;
  readonly call: 'none' | 'up' | DrillCall;
};

/** What a drill has measured. `upMs`: from the end of the silence until the softswitch was trusted again. */
export type Measured = {
  readonly plan: DrillPlan;
  readonly doubtedMs?: number;
  readonly downMs?: number;
  readonly upMs?: number;
  readonly call: 'none' | DrillCall;
  /** Why it was not brought to its end; undefined where it was. */
  readonly broken?: string;
};

export type DrillEvent =
  | { readonly type: 'trunk'; readonly is: 'up' | 'suspect' | 'down' }
  | { readonly type: 'call'; readonly call: DrillCall }
  /** Something is more important; `why` as the end of "it was ended because …". */
  | { readonly type: 'stop'; readonly why: string };
export type DrillEffect =
  | { readonly do: 'free' }
  | { readonly do: 'noticed'; readonly afterMs: number }
  | { readonly do: 'finish'; readonly measured: Measured };

/** Stable for 30 s, and time for the probes before (U3); a good deal more is a failure. */
export const LONGEST_RETURN_MS = 90_000;

type Out = Step<Drill, DrillEffect>;
type Running = Exclude<Drill, { readonly is: 'over' }>;

/** The state right after the block has begun and, if there is a number, the call. */
export const drillBegan = (plan: DrillPlan, now: Instant): Running => ({
  is: 'blocked',
  until: after(now, plan.blockMs),
  plan,
  began: now,
  isUp: true,
  call: plan.number === '' ? 'none' : 'up',
});

export const drillMachine: Machine<Drill, DrillEvent, DrillEffect> = {
  step(state: Drill, event: DrillEvent | Lapse, now: Instant): Out {
    if (state.is === 'over') return { state, effects: [] };
    switch (event.type) {
      case 'lapse':
        return now < state.until ? { state, effects: [] } : lapsed(state, now);
      case 'trunk':
        return settled(trunkChanged(state, event.is, now), now);
      case 'call':
        return settled({ state: { ...state, call: event.call }, effects: [] }, now);
      case 'stop':
        return stopped(state, event.why);
    }
  },
  deadline: (state) => (state.is === 'over' ? undefined : state.until),
  over: (state) => state.is === 'over',
};

type Stepped = { readonly state: Running; readonly effects: readonly DrillEffect[] };

const trunkChanged = (state: Running, is: 'up' | 'suspect' | 'down', now: Instant): Stepped => {
  const afterMs = Math.round(now - state.began);
  if (is === 'up') return { state: { ...state, isUp: true }, effects: [] };
  const doubted = { ...state, isUp: false, doubtedMs: state.doubtedMs ?? afterMs };
  if (is === 'suspect' || state.downMs !== undefined) return { state: doubted, effects: [] };
  return { state: { ...doubted, downMs: afterMs }, effects: [{ do: 'noticed', afterMs }] };
};

const lapsed = (state: Running, now: Instant): Out => {
  if (state.is === 'returning') return finished(state, undefined);
  const { is: _, ...seen } = state;
  const freed: Stepped = {
    state: { ...seen, is: 'returning', freed: now, until: after(now, LONGEST_RETURN_MS) },
    effects: [{ do: 'free' }],
  };
  return settled(freed, now);
};

/** Over as soon as nothing is waited for. */
const settled = ({ state, effects }: Stepped, now: Instant): Out => {
  if (state.is === 'blocked' || !state.isUp || state.call === 'up') return { state, effects };
  const upMs = Math.round(now - state.freed);
  const over = finished(state, upMs);
  return { state: over.state, effects: [...effects, ...over.effects] };
};

const measuredOf = ({ plan, doubtedMs, downMs, call }: Running): Measured => ({
  plan,
  ...(doubtedMs === undefined ? {} : { doubtedMs }),
  ...(downMs === undefined ? {} : { downMs }),
  call: call === 'up' ? { answered: false, ways: [], why: 'it had not ended when the drill did' } : call,
});

const finished = (state: Running, upMs: number | undefined): Out => {
  const measured = { ...measuredOf(state), ...(upMs === undefined ? {} : { upMs }) };
  return { state: { is: 'over' }, effects: [{ do: 'finish', measured }] };
};

const stopped = (state: Running, broken: string): Out => {
  const free: readonly DrillEffect[] = state.is === 'blocked' ? [{ do: 'free' }] : [];
  return {
    state: { is: 'over' },
    effects: [...free, { do: 'finish', measured: { ...measuredOf(state), broken } }],
  };
};

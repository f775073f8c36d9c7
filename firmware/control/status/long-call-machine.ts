import { after, type Instant, type Machine, type Step } from '../../core/machine.ts';
import type { CallId, Party } from '../facts.ts';

/** Calls are looked at so often; the limit is one of minutes. */
const LOOK_MS = 15_000;

type Call = {
  readonly call: CallId;
  readonly from: Party;
  readonly dialled: string;
  readonly answered?: Instant;
  /** It was told that this call is long. */
  readonly told?: true;
};

/** The calls that are there, and when those that are up are looked at next. */
export type LongCalls = { readonly calls: readonly Call[]; readonly lookAt?: Instant };
export type LongCallEvent =
  | { readonly type: 'began'; readonly call: CallId; readonly from: Party; readonly dialled: string }
  | { readonly type: 'answered' | 'ended'; readonly call: CallId }
  /** Asked by `look`: the limit that holds now; left out while no call is told of. */
  | { readonly type: 'limited'; readonly limitMs?: number };
export type LongCallEffect =
  | { readonly do: 'look' }
  | { readonly do: 'tell'; readonly call: CallId; readonly from: Party; readonly dialled: string; readonly ms: number };
type Out = Step<LongCalls, LongCallEffect>;

export const noLongCalls: LongCalls = { calls: [] };

/**
 * Tells once of each call that is up for longer than a limit (U11). While calls are not told of, as outside hours,
 * nothing is lost: a call that is still up when the hours begin is told then.
 */
export const longCallMachine: Machine<LongCalls, LongCallEvent, LongCallEffect> = {
  step: (state, event, now): Out => {
    switch (event.type) {
      case 'lapse':
        return { state: { ...state, lookAt: after(now, LOOK_MS) }, effects: [{ do: 'look' }] };
      case 'began': {
        const { call, from, dialled } = event;
        return waiting([...state.calls, { call, from, dialled }], state, now);
      }
      case 'answered':
        return waiting(
          state.calls.map((each) => (each.call === event.call ? { ...each, answered: now } : each)),
          state,
          now,
        );
      case 'ended':
        return waiting(
          state.calls.filter(({ call }) => call !== event.call),
          state,
          now,
        );
      case 'limited':
        return limited(state, event.limitMs, now);
    }
  },
  deadline: ({ lookAt }) => lookAt,
};

/** Nothing is looked at while no call is up that was not told of yet. */
const waiting = (calls: readonly Call[], { lookAt }: LongCalls, now: Instant): Out => {
  const isWanted = calls.some(({ answered, told }) => answered !== undefined && !told);
  return { state: isWanted ? { calls, lookAt: lookAt ?? after(now, LOOK_MS) } : { calls }, effects: [] };
};

const limited = (state: LongCalls, limitMs: number | undefined, now: Instant): Out => {
  const isLong = ({ answered, told }: Call): boolean =>
    limitMs !== undefined && answered !== undefined && !told && now - answered >= limitMs;
  const effects = state.calls.filter(isLong).map(
    ({ call, from, dialled, answered }): LongCallEffect => ({
      ...{ do: 'tell', call, from, dialled, ms: now - (answered ?? now) },
    }),
  );
  const calls = state.calls.map((each) => (isLong(each) ? { ...each, told: true as const } : each));
  return { state: waiting(calls, state, now).state, effects };
};

/** Of a plane before us: calls that still are there; they are told anew, which keeps their alarms. */
export const longCallsGoOn = ({ calls }: LongCalls, isThere: (call: CallId) => boolean, now: Instant): LongCalls => {
  const left = calls.filter(({ call }) => isThere(call)).map(({ told: _, ...call }) => call);
  return waiting(left, noLongCalls, now).state;
};

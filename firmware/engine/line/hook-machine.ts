import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import type { FxsTiming } from '../../engine-protocol/hardware.ts';

/**
 *   onHook ──closed──> lifting ──debounce──> offHook <──closed, too short── opened
 *      ^                  │ opened              │  ^ ^──closed: flash─────────┤
 *      └──────────────────┘                     │  └───closed: dial pulse─────┤ (counts, digit after the pause)
 *      ^                                        └──────────opened────────────>┘
 *      └───────────────────────────── longest flash over ─────────────────────┘
 */
export type Hook =
  | { readonly phase: 'onHook' }
  | { readonly phase: 'lifting'; readonly since: Instant; readonly until: Instant }
  | { readonly phase: 'offHook'; readonly pulses: number; readonly digitAt?: Instant }
  | { readonly phase: 'opened'; readonly since: Instant; readonly until: Instant; readonly pulses: number };

export type HookEvent = { readonly type: 'loop'; readonly closed: boolean; readonly at: Instant };
export type HookEffect =
  | { readonly is: 'offHook' | 'onHook' | 'flash' }
  | { readonly is: 'pulseDigit'; readonly digit: string };

export const hookAtStart: Hook = { phase: 'onHook' };

const quiet = (state: Hook): Step<Hook, HookEffect> => ({ state, effects: [] });

/** Debounces the loop of a phone and tells flash, dial pulse and hang-up apart by how long it was open. */
export const hookMachine = (timing: FxsTiming): Machine<Hook, HookEvent, HookEffect> => {
  const longestOpening = Math.max(timing.hookDebounceMs, timing.flashMs[1], timing.pulseBreakMs?.[1] ?? 0);

  const closedAgain = (state: Hook & { phase: 'opened' }, at: Instant): Step<Hook, HookEffect> => {
    const openMs = at - state.since;
    const pulse = timing.pulseBreakMs;
    if (pulse && openMs >= pulse[0] && openMs <= pulse[1]) {
      return quiet({ phase: 'offHook', pulses: state.pulses + 1, digitAt: after(at, timing.interDigitMs) });
    }
    const flash = openMs >= timing.flashMs[0] && openMs <= timing.flashMs[1];
    return { state: { phase: 'offHook', pulses: 0 }, effects: flash ? [{ is: 'flash' }] : [] };
  };

  const edge = (state: Hook, event: HookEvent): Step<Hook, HookEffect> => {
    if (event.closed) {
      if (state.phase === 'opened') return closedAgain(state, event.at);
      if (state.phase !== 'onHook') return quiet(state);
      return quiet({ phase: 'lifting', since: event.at, until: after(event.at, timing.hookDebounceMs) });
    }
    if (state.phase === 'lifting') return quiet({ phase: 'onHook' });
    if (state.phase !== 'offHook') return quiet(state);
    const { pulses } = state;
    return quiet({ phase: 'opened', since: event.at, until: after(event.at, longestOpening + 1), pulses });
  };

  const lapse = (state: Hook): Step<Hook, HookEffect> => {
    if (state.phase === 'lifting') return { state: { phase: 'offHook', pulses: 0 }, effects: [{ is: 'offHook' }] };
    if (state.phase === 'opened') return { state: { phase: 'onHook' }, effects: [{ is: 'onHook' }] };
    if (state.phase !== 'offHook' || state.pulses === 0) return quiet(state);
    const digit = state.pulses <= 10 ? String(state.pulses % 10) : undefined;
    return {
      state: { phase: 'offHook', pulses: 0 },
      effects: digit === undefined ? [] : [{ is: 'pulseDigit', digit }],
    };
  };

  return {
    step: (state: Hook, event: HookEvent | Lapse, now: Instant) =>
      event.type === 'loop' ? edge(state, event) : due(state, now) ? lapse(state) : quiet(state),
    deadline: deadlineOf,
  };
};

const deadlineOf = (state: Hook): Instant | undefined =>
  state.phase === 'lifting' || state.phase === 'opened'
    ? state.until
    : state.phase === 'offHook'
      ? state.digitAt
      : undefined;

const due = (state: Hook, now: Instant): boolean => {
  const deadline = deadlineOf(state);
  return deadline !== undefined && now >= deadline;
};

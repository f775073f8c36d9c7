import { backoffMs } from '../../core/backoff.ts';
import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';

/**
 * The way to a softswitch: its name found, our socket bound. Tried until it stands.
 *
 *   closed ──start──▶ opening ──opened──▶ open          any ──stop──▶ closed
 *                       ▲  │ failed                      open, waiting ──reopen──▶ opening
 *                       │  ▼
 *                     waiting
 */
export type FlowFailure = { readonly cause: 'nameNotFound' | 'unreachable'; readonly detail: string };
type Phase =
  | { readonly is: 'closed' }
  | { readonly is: 'opening'; readonly failures: number; readonly giveUpAt: Instant }
  | { readonly is: 'open'; readonly localAddress: string }
  | { readonly is: 'waiting'; readonly failures: number; readonly retryAt: Instant; readonly failed: FlowFailure };
/** `attempt`: number of the last opening; what an older one ends with is not heard. */
export type FlowState = Phase & { readonly attempt: number };
export type FlowEvent =
  | { readonly type: 'start' | 'reopen' | 'stop' }
  | { readonly type: 'opened'; readonly attempt: number; readonly localAddress: string }
  | ({ readonly type: 'failed'; readonly attempt: number } & FlowFailure);
export type FlowEffect =
  | { readonly do: 'open'; readonly attempt: number }
  | { readonly do: 'close' }
  | { readonly tell: 'open' }
  | { readonly tell: 'failed'; readonly failed: FlowFailure };

const RETRY = { baseMs: 2000, capMs: 60_000 };
/** The resolver's own patience is shorter; this guards against an opening that never ends. */
const OPENING_GUARD_MS = 30_000;

export const closedFlow: FlowState = { is: 'closed', attempt: 0 };

type Result = Step<FlowState, FlowEffect>;

const open = (state: FlowState, now: Instant): Result => {
  const attempt = state.attempt + 1;
  const failures = 'failures' in state ? state.failures : 0;
  return {
    state: { is: 'opening', attempt, failures, giveUpAt: after(now, OPENING_GUARD_MS) },
    effects: [{ do: 'open', attempt }],
  };
};

/** Opens and keeps the flow of one trunk; pure but for the injected `random`. */
export class FlowMachine implements Machine<FlowState, FlowEvent, FlowEffect> {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  step(state: FlowState, event: FlowEvent | Lapse, now: Instant): Result {
    switch (event.type) {
      case 'start':
        return state.is === 'closed' ? open(state, now) : { state, effects: [] };
      case 'reopen':
        return state.is === 'closed' ? { state, effects: [] } : open(state, now);
      case 'opened':
        return state.is === 'opening' && event.attempt === state.attempt
          ? {
              state: { is: 'open', attempt: state.attempt, localAddress: event.localAddress },
              effects: [{ tell: 'open' }],
            }
          : { state, effects: [] };
      case 'failed':
        return event.attempt === state.attempt ? this.#failed(state, event, now) : { state, effects: [] };
      case 'stop':
        return { state: { is: 'closed', attempt: state.attempt + 1 }, effects: [{ do: 'close' }] };
      case 'lapse':
        return state.is === 'opening'
          ? this.#failed(state, { cause: 'unreachable', detail: 'the socket did not open in time' }, now)
          : open(state, now);
    }
  }

  #failed(state: FlowState, { cause, detail }: FlowFailure, now: Instant): Result {
    if (state.is !== 'opening') return { state, effects: [] };
    const failed = { cause, detail };
    const retryAt = after(now, backoffMs(state.failures, RETRY, this.#random));
    return {
      state: { is: 'waiting', attempt: state.attempt, failures: state.failures + 1, retryAt, failed },
      effects: [{ tell: 'failed', failed }],
    };
  }

  deadline(state: FlowState): Instant | undefined {
    if (state.is === 'opening') return state.giveUpAt;
    return state.is === 'waiting' ? state.retryAt : undefined;
  }
}

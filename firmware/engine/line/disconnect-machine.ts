import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import type { FxoTiming } from '../../engine-protocol/hardware.ts';

/** A reversal sooner than this after the one that answered is bounce, not release. */
const SHORTEST_ANSWER_MS = 600;

/** Watches a loop that we hold for the exchange's signs of release. */
export type Disconnect =
  | { readonly phase: 'unwatched' }
  | {
      readonly phase: 'watching';
      /** Current is gone, and is a release from then on. */
      readonly dropAt?: Instant;
      /** The polarity answered the call; its return releases it. */
      readonly answeredAt?: Instant;
    };

export type HangUpTone = 'busy' | 'congestion' | 'dial';
export type DisconnectEvent =
  | { readonly type: 'hold' | 'let' }
  | { readonly type: 'current'; readonly flows: boolean; readonly at: Instant }
  | { readonly type: 'answeredByPolarity' | 'polarityReturned'; readonly at: Instant }
  | { readonly type: 'tone'; readonly tone: HangUpTone; readonly soundedMs: number };
export type DisconnectEffect =
  | { readonly disconnected: 'loop' | 'polarity' }
  | { readonly disconnected: 'tone'; readonly tone: HangUpTone; readonly soundedMs: number };

type Next = Step<Disconnect, DisconnectEffect>;
const stay = (state: Disconnect): Next => ({ state, effects: [] });
const released = (effect: DisconnectEffect): Next => ({ state: { phase: 'unwatched' }, effects: [effect] });

const current = (
  state: Disconnect & { phase: 'watching' },
  event: DisconnectEvent & { type: 'current' },
  dropMs: number,
): Next => {
  const { dropAt, ...rest } = state;
  if (event.flows) return stay(rest);
  return stay(dropAt === undefined ? { ...rest, dropAt: after(event.at, dropMs) } : state);
};

/** Loop drop, polarity and hang-up tones as release of a held exchange line (disconnect supervision). */
export const disconnectMachine = (timing: FxoTiming): Machine<Disconnect, DisconnectEvent, DisconnectEffect> => ({
  step: (state: Disconnect, event: DisconnectEvent | Lapse, now: Instant): Next => {
    if (event.type === 'hold') return stay({ phase: 'watching' });
    if (event.type === 'let' || state.phase === 'unwatched') return stay({ phase: 'unwatched' });
    switch (event.type) {
      case 'current':
        return current(state, event, timing.loopDropMs);
      case 'answeredByPolarity':
        return stay({ ...state, answeredAt: event.at });
      case 'polarityReturned': {
        const answered = state.answeredAt;
        const releases = answered !== undefined && event.at - answered >= SHORTEST_ANSWER_MS;
        return releases ? released({ disconnected: 'polarity' }) : stay(state);
      }
      case 'tone':
        return timing.hangUpTones.includes(event.tone)
          ? released({ disconnected: 'tone', tone: event.tone, soundedMs: event.soundedMs })
          : stay(state);
      case 'lapse':
        return state.dropAt !== undefined && now >= state.dropAt ? released({ disconnected: 'loop' }) : stay(state);
    }
  },
  deadline: (state) => (state.phase === 'watching' ? state.dropAt : undefined),
});

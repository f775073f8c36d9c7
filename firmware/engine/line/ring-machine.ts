import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import type { RingCadence } from '../../engine-protocol/hardware.ts';

/** A silent port, or the step of the cadence it is in: even steps ring, odd ones pause. */
export type Ringing =
  | { readonly phase: 'silent' }
  | { readonly phase: 'ringing'; readonly cadence: RingCadence; readonly step: number; readonly until: Instant };
export type RingEvent = { readonly type: 'start'; readonly cadence: RingCadence } | { readonly type: 'stop' };
export type RingEffect = { readonly voltage: 'on' | 'off' };

export const ringAtStart: Ringing = { phase: 'silent' };

const enter = (cadence: RingCadence, step: number, from: Instant): Step<Ringing, RingEffect> => ({
  state: { phase: 'ringing', cadence, step, until: after(from, cadence[step] ?? 0) },
  effects: [{ voltage: step % 2 === 0 ? 'on' : 'off' }],
});

const stop = (state: Ringing): Step<Ringing, RingEffect> => ({
  state: ringAtStart,
  effects: state.phase === 'ringing' && state.step % 2 === 0 ? [{ voltage: 'off' }] : [],
});

/** Rings by a cadence until it is stopped; steps follow each other without drift. */
export const ringMachine: Machine<Ringing, RingEvent, RingEffect> = {
  step: (state: Ringing, event: RingEvent | Lapse, now: Instant) => {
    if (event.type === 'start') {
      const usable = event.cadence.length >= 2 && event.cadence.every((ms) => ms > 0);
      return usable ? enter(event.cadence, 0, now) : { state, effects: [] };
    }
    if (event.type === 'stop') return stop(state);
    if (state.phase === 'silent' || now < state.until) return { state, effects: [] };
    return enter(state.cadence, (state.step + 1) % state.cadence.length, state.until);
  },
  deadline: (state) => (state.phase === 'ringing' ? state.until : undefined),
};

import type { Machine, Step } from '../../core/machine.ts';
import type { LegId } from '../leg/leg.ts';
import type { Utterance } from './utterance.ts';
import type { VoiceEffect, VoiceEvent, VoiceLeg } from './voice-leg.ts';

/**
 * Plays a recording of the office to a caller (U14, target announcement): as early media, so that a call that reaches
 * nobody is not charged, and then ends it.
 */
export type Recorded = VoiceLeg & { readonly over: boolean };
type Out = Step<Recorded, VoiceEffect>;

export const beginRecording = (leg: LegId, beside: LegId, what: Utterance): Out => ({
  state: { leg, beside, voice: 1, over: false },
  effects: [{ do: 'play', voice: 1, words: [what] }],
});

export const recordingMachine: Machine<Recorded, VoiceEvent, VoiceEffect> = {
  step: (state, event) => {
    const stay: Out = { state, effects: [] };
    if (state.over || event.type === 'lapse') return stay;
    if (event.type === 'command') return event.command.do === 'release' ? ended(state) : stay;
    if (event.type === 'opened') {
      return { state, effects: [{ tell: { type: 'progress', leg: state.leg, media: true } }] };
    }
    return event.type === 'finished' || event.type === 'failed' ? ended(state) : stay;
  },
  deadline: () => undefined,
  over: ({ over }) => over,
};

const ended = (state: Recorded): Out => ({
  state: { ...state, over: true },
  effects: [{ do: 'stop', voice: state.voice }, { tell: { type: 'released', leg: state.leg, cause: 'unavailable' } }],
});

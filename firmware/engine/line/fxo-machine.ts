import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import type { FxoTiming } from '../../engine-protocol/hardware.ts';

/** The exchange's ringback is over when its next burst is this much late. */
const RINGBACK_GONE_MS = 5000;
/** Speech this soon after ringback is an answer. */
const VOICE_AFTER_RINGBACK_MS = 400;

/**
 *   idle ──ringing seen──> alerted ──answer──> held
 *     │                       └─quiet for ringGoneMs─> idle
 *     └──seize──> seizing ──dial tone──> dialling ──sent──> waiting ──reversal, voice, time──> held
 *                    └─none came─> idle (blind: dialling), glare ─> held
 *   held and waiting: flash opens the loop for a while; release or disconnect leads to idle.
 */
export type Fxo =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'alerted';
      readonly on: boolean;
      readonly reported: boolean;
      /** Ringing long enough to be one, or quiet long enough to be over. */
      readonly until: Instant;
    }
  | { readonly phase: 'seizing'; readonly dial: string; readonly blind?: true; readonly until: Instant }
  | { readonly phase: 'dialling'; readonly until: Instant }
  | {
      readonly phase: 'waiting';
      readonly until: Instant;
      readonly ringbackAt?: Instant;
      readonly voiceSince?: Instant;
    }
  | { readonly phase: 'held' }
  | { readonly phase: 'flashing'; readonly until: Instant };

export type FxoEvent =
  | { readonly type: 'ringing'; readonly on: boolean }
  | { readonly type: 'reversed' }
  | { readonly type: 'dialTone' | 'ringback' | 'disconnected' }
  | { readonly type: 'voice'; readonly heard: boolean }
  | { readonly type: 'seize'; readonly dial: string; readonly blind?: true }
  | { readonly type: 'answer' | 'release' | 'flash' };

export type FxoEffect =
  | { readonly loop: 'closed' | 'open' }
  | { readonly supervise: boolean }
  | { readonly dial: string }
  | { readonly report: 'rung' | 'ringEnded' | 'glare' | 'dialled' | 'ringback' }
  | { readonly report: 'seized'; readonly dialTone: boolean }
  | { readonly report: 'answered'; readonly by: 'polarity' | 'progress' | 'assumed' };

type Next = Step<Fxo, FxoEffect>;
const stay = (state: Fxo): Next => ({ state, effects: [] });
const to = (state: Fxo, ...effects: readonly FxoEffect[]): Next => ({ state, effects });
const answered = (by: 'polarity' | 'progress' | 'assumed'): Next => to({ phase: 'held' }, { report: 'answered', by });

const ringing = (state: Fxo, on: boolean, timing: FxoTiming, now: Instant): Next => {
  // The loop was closed on a call that had just come in: it is answered, and control says what becomes of it.
  if (state.phase === 'seizing')
    return on ? to({ phase: 'held' }, { supervise: true }, { report: 'glare' }) : stay(state);
  if (state.phase === 'idle') {
    return on ? stay({ phase: 'alerted', on, reported: false, until: after(now, timing.ringOnMs) }) : stay(state);
  }
  if (state.phase !== 'alerted' || state.on === on) return stay(state);
  if (!on && !state.reported) return stay({ phase: 'idle' });
  const until = on ? after(now, 3_600_000) : after(now, timing.ringGoneMs);
  return stay({ ...state, on, until });
};

const seize = (state: Fxo, event: FxoEvent & { type: 'seize' }, timing: FxoTiming, now: Instant): Next => {
  if (state.phase === 'alerted') return to(state, { report: 'glare' });
  if (state.phase !== 'idle') return stay(state);
  const { dial, blind } = event;
  const until = after(now, timing.dialToneWaitMs);
  return to({ phase: 'seizing', dial, ...(blind ? { blind } : {}), until }, { loop: 'closed' });
};

const dialTone = (state: Fxo & { phase: 'seizing' }, timing: FxoTiming, now: Instant): Next => {
  return to(dialling(state, timing, now), { report: 'seized', dialTone: true }, { dial: state.dial });
};

const dialling = (state: Fxo & { phase: 'seizing' }, timing: FxoTiming, now: Instant): Fxo => {
  const digitsMs = state.dial.length * (timing.digitMs + timing.digitPauseMs);
  const pausesMs = state.dial.split(',').length - 1;
  return { phase: 'dialling', until: after(now, digitsMs + pausesMs * 1000) };
};

const voice = (state: Fxo & { phase: 'waiting' }, heard: boolean, now: Instant): Next => {
  if (!heard) {
    const { voiceSince: _, ...rest } = state;
    return stay(state.voiceSince === undefined ? state : rest);
  }
  if (state.ringbackAt === undefined) return stay(state);
  if (state.voiceSince === undefined) return stay({ ...state, voiceSince: now });
  return now - state.voiceSince >= VOICE_AFTER_RINGBACK_MS ? answered('progress') : stay(state);
};

const ringback = (state: Fxo & { phase: 'waiting' }, timing: FxoTiming, now: Instant): Next => {
  const until = after(now, RINGBACK_GONE_MS + timing.answerAssumedMs);
  const { voiceSince: _, ...rest } = state;
  const effects: readonly FxoEffect[] = state.ringbackAt === undefined ? [{ report: 'ringback' }] : [];
  return { state: { ...rest, ringbackAt: now, until }, effects };
};

const lapse = (state: Fxo, timing: FxoTiming, now: Instant): Next => {
  if (!('until' in state) || now < state.until) return stay(state);
  switch (state.phase) {
    case 'alerted':
      if (!state.on) return to({ phase: 'idle' }, { report: 'ringEnded' });
      return to({ ...state, reported: true, until: after(now, 3_600_000) }, { report: 'rung' });
    case 'seizing':
      // its dial tone may only sound unlike what we know
      if (state.blind) return to(dialling(state, timing, now), { dial: state.dial });
      return to({ phase: 'idle' }, { loop: 'open' }, { report: 'seized', dialTone: false });
    case 'dialling': {
      const waiting: Fxo = { phase: 'waiting', until: after(now, timing.answerAssumedMs) };
      return to(waiting, { supervise: true }, { report: 'dialled' });
    }
    case 'waiting':
      return answered('assumed');
    case 'flashing':
      return to({ phase: 'held' }, { loop: 'closed' }, { supervise: true });
  }
};

const flash = (state: Fxo, timing: FxoTiming, now: Instant): Next =>
  state.phase === 'held' || state.phase === 'waiting'
    ? to({ phase: 'flashing', until: after(now, timing.flashMs) }, { supervise: false }, { loop: 'open' })
    : stay(state);

const answer = (state: Fxo): Next =>
  state.phase === 'alerted' ? to({ phase: 'held' }, { loop: 'closed' }, { supervise: true }) : stay(state);

const release = (state: Fxo): Next =>
  state.phase === 'idle' || state.phase === 'alerted'
    ? stay(state)
    : to({ phase: 'idle' }, { supervise: false }, { loop: 'open' });

/** An exchange line: ringing, answering, seizing with dial-tone check, dialling and answer supervision. */
export const fxoMachine = (timing: FxoTiming): Machine<Fxo, FxoEvent, FxoEffect> => ({
  step: (state: Fxo, event: FxoEvent | Lapse, now: Instant): Next => {
    switch (event.type) {
      case 'ringing':
        return ringing(state, event.on, timing, now);
      case 'reversed':
        return state.phase === 'waiting' || state.phase === 'dialling' ? answered('polarity') : stay(state);
      case 'dialTone':
        return state.phase === 'seizing' ? dialTone(state, timing, now) : stay(state);
      case 'ringback':
        return state.phase === 'waiting' ? ringback(state, timing, now) : stay(state);
      case 'voice':
        return state.phase === 'waiting' ? voice(state, event.heard, now) : stay(state);
      case 'seize':
        return seize(state, event, timing, now);
      case 'answer':
        return answer(state);
      case 'flash':
        return flash(state, timing, now);
      case 'release':
      case 'disconnected':
        return release(state);
      case 'lapse':
        return lapse(state, timing, now);
    }
  },
  deadline: (state) => ('until' in state ? state.until : undefined),
});

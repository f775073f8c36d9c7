import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import type { RingCadence, ToneName } from '../../engine-protocol/hardware.ts';
import type { Standing } from '../../engine-protocol/signals.ts';

/** Left off hook without a digit: dial tone, then congestion, then the howler, then silence until it is hung up. */
export const PERMANENT_SIGNAL = { dialMs: 20_000, congestionMs: 20_000, howlerMs: 60_000 } as const;
/** A tone that control left playing, such as busy after the far end hung up, goes over into the howler after this. */
const TONE_LEFT_MS = 30_000;

/**
 *   idle ──ring──> ringing ──offHook──> taken (silent: an answer)
 *     └──offHook──> dialTone ──digit, control──> taken ──tone of control──> told
 *                      └─20 s─> congestion ─20 s─> howler ─60 s─> parked <──────┘ (told: 30 s to the howler)
 *   onHook leads from everywhere to idle. Lifted while control has not yet taken the line out of the call before: the
 *   dial tone is owed, and given when the line has left.
 */
export type Fxs =
  | { readonly phase: 'idle' | 'ringing' | 'parked' }
  | { readonly phase: 'taken'; readonly owed?: ToneName }
  | { readonly phase: 'dialTone' | 'congestion' | 'howler' | 'told'; readonly until: Instant };

export type FxsEvent =
  | { readonly type: 'offHook'; readonly standing: Standing; readonly inContext: boolean }
  | { readonly type: 'onHook' | 'flash' | 'digit' }
  /** Control's doing. `inContext`: the line talks to others, so nothing is left off hook by mistake. */
  | { readonly type: 'ring'; readonly cadence: RingCadence }
  | { readonly type: 'tone'; readonly tone: ToneName; readonly yields: boolean; readonly inContext: boolean }
  | { readonly type: 'silence' | 'joined' | 'left' };

export type FxsEffect =
  | { readonly report: 'offHook' | 'onHook' | 'flash' | 'parked' }
  | { readonly tone: ToneName; readonly yields: boolean }
  | { readonly tone: 'none' }
  | { readonly ring: RingCadence | 'stop' };

type Next = Step<Fxs, FxsEffect>;
const stay = (state: Fxs): Next => ({ state, effects: [] });
const to = (state: Fxs, ...effects: readonly FxsEffect[]): Next => ({ state, effects });
const own = (tone: ToneName): FxsEffect => ({ tone, yields: false });

const offHook = (state: Fxs, event: FxsEvent & { type: 'offHook' }, now: Instant): Next => {
  const report: FxsEffect = { report: 'offHook' };
  if (state.phase === 'ringing') return to({ phase: 'taken' }, { ring: 'stop' }, report);
  if (state.phase !== 'idle') return stay(state);
  const tone = event.standing.onOffHook;
  if (tone === 'silence') return to({ phase: 'taken' }, report);
  if (event.inContext) return to({ phase: 'taken', owed: tone }, report);
  return to(dialTone(now), own(tone), report);
};

const dialTone = (now: Instant): Fxs => ({ phase: 'dialTone', until: after(now, PERMANENT_SIGNAL.dialMs) });

const left = (state: Fxs, now: Instant): Next =>
  state.phase === 'taken' && state.owed !== undefined ? to(dialTone(now), own(state.owed)) : stay(state);

/** A key, or another call, before the dial tone that was owed: none is needed any more. */
const noneOwed = (state: Fxs): Next =>
  state.phase === 'taken' && state.owed !== undefined ? to({ phase: 'taken' }) : stay(state);

const onHook = (state: Fxs): Next => {
  if (state.phase === 'idle' || state.phase === 'ringing') return stay(state);
  return to({ phase: 'idle' }, { tone: 'none' }, { report: 'onHook' });
};

const tone = (state: Fxs, event: FxsEvent & { type: 'tone' }, now: Instant): Next => {
  const play: FxsEffect = { tone: event.tone, yields: event.yields };
  if (state.phase === 'idle') return stay(state);
  if (state.phase === 'ringing') return stay(state);
  const mayBeLeft = !event.inContext && event.tone !== 'ringback';
  return to(mayBeLeft ? { phase: 'told', until: after(now, TONE_LEFT_MS) } : { phase: 'taken' }, play);
};

const silence = (state: Fxs): Next => {
  if (state.phase === 'ringing') return to({ phase: 'idle' }, { ring: 'stop' });
  return state.phase === 'idle' ? stay(state) : to({ phase: 'taken' }, { tone: 'none' });
};

const lapse = (state: Fxs, now: Instant): Next => {
  if (!('until' in state) || now < state.until) return stay(state);
  if (state.phase === 'dialTone') {
    return to({ phase: 'congestion', until: after(now, PERMANENT_SIGNAL.congestionMs) }, own('congestion'));
  }
  if (state.phase === 'howler') return to({ phase: 'parked' }, { tone: 'none' }, { report: 'parked' });
  return to({ phase: 'howler', until: after(now, PERMANENT_SIGNAL.howlerMs) }, own('howler'));
};

/** A phone port: what it hears without control, when it rings, and what becomes of a phone left off hook. */
export const fxsMachine: Machine<Fxs, FxsEvent, FxsEffect> = {
  step: (state: Fxs, event: FxsEvent | Lapse, now: Instant) => {
    switch (event.type) {
      case 'offHook':
        return offHook(state, event, now);
      case 'onHook':
        return onHook(state);
      case 'flash':
        return to({ phase: 'taken' }, { tone: 'none' }, { report: 'flash' });
      case 'digit':
        return state.phase === 'dialTone' || state.phase === 'told'
          ? to({ phase: 'taken' }, { tone: 'none' })
          : noneOwed(state);
      case 'ring':
        if (state.phase !== 'idle' && state.phase !== 'ringing') return stay(state);
        return to({ phase: 'ringing' }, { ring: event.cadence });
      case 'tone':
        return tone(state, event, now);
      case 'silence':
        return silence(state);
      case 'joined':
        return state.phase === 'idle' || state.phase === 'ringing' || state.phase === 'taken'
          ? noneOwed(state)
          : to({ phase: 'taken' }, { tone: 'none' });
      case 'left':
        return left(state, now);
      case 'lapse':
        return lapse(state, now);
    }
  },
  deadline: (state) => ('until' in state ? state.until : undefined),
};

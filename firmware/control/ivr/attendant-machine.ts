import { after, type Instant, type Machine, type Step } from '../../core/machine.ts';
import type { LineSignal } from '../../engine-protocol/signals.ts';
import { type Cause, failureTable, isFailure } from '../failure.ts';
import type { LegCommand, LegEvent, LegId } from '../leg/leg.ts';
import { type Directory, type Led, meantBy, spelledBy } from './attendant-directory.ts';
import type { Utterance } from './utterance.ts';
import { ANSWER_PAUSE_MS, type VoiceEffect, type VoiceEvent, type VoiceLeg } from './voice-leg.ts';

/** So long after a digit a longer extension may still be meant. */
const NEXT_DIGIT_MS = 2_500;
/** So often a caller is asked. */
const MOST_ROUNDS = 3;
/** More is neither an extension nor a name. */
const LONGEST_TYPED = 16;
/** Begins the first letters of a name. */
const NAME_KEY = '#';

type Common = VoiceLeg & {
  readonly directory: Directory;
  readonly greeting: Utterance;
  readonly timeoutMs: number;
  /** Times that the caller was asked. */
  readonly rounds: number;
};
/**
 * An auto attendant at work (S7): it has answered a caller, hears digits, and leads on by a call of its own, `out`, whose
 * callee joins the caller.
 */
export type Attended = Common &
  (
    | { readonly phase: 'answering'; readonly until: Instant }
    | {
        readonly phase: 'asking';
        readonly typed: string;
        readonly spelling: boolean;
        readonly playing: boolean;
        readonly until?: Instant;
      }
    /** The leg of its own call gets its name in the same cascade. */
    | { readonly phase: 'placing' }
    | { readonly phase: 'leading' | 'joined'; readonly out: LegId }
    | { readonly phase: 'farewell'; readonly cause: Cause }
    | { readonly phase: 'gone' }
  );
type In<P extends Attended['phase']> = Extract<Attended, { phase: P }>;

export type AttendantEvent =
  | VoiceEvent
  | { readonly type: 'placed'; readonly out: LegId }
  /** A command for the leg of its own call. */
  | { readonly type: 'outCommand'; readonly command: LegCommand };
export type AttendantEffect =
  | VoiceEffect
  | { readonly do: 'lead'; readonly led: Led }
  /** To the caller. */
  | { readonly do: 'signal'; readonly play: LineSignal | 'none' }
  | { readonly do: 'letGo'; readonly out: LegId; readonly event: LegEvent };
type Out = Step<Attended, AttendantEffect>;

const stay = (state: Attended, ...effects: readonly AttendantEffect[]): Out => ({ state, effects });
const common = ({ leg, beside, voice, directory, greeting, timeoutMs, rounds }: Common): Common => ({
  ...{ leg, beside, voice, directory, greeting, timeoutMs, rounds },
});

export type AttendantAsk = Pick<Common, 'leg' | 'beside' | 'directory' | 'greeting' | 'timeoutMs'>;

/** Answers at once; the greeting begins when the path to the caller is open. */
export const beginAttendant = (ask: AttendantAsk, now: Instant): Out =>
  stay(
    { ...ask, voice: 0, rounds: 0, phase: 'answering', until: after(now, ANSWER_PAUSE_MS) },
    { tell: { type: 'connect', leg: ask.leg } },
    { do: 'listen' },
  );

export const attendantMachine: Machine<Attended, AttendantEvent, AttendantEffect> = {
  step: (state, event, now) => {
    switch (event.type) {
      case 'lapse':
        return lapsed(state, now);
      case 'command':
        return commanded(state, event.command, now);
      case 'placed':
        return state.phase === 'placing' ? stay({ ...common(state), phase: 'leading', out: event.out }) : stay(state);
      case 'outCommand':
        return outCommanded(state, event.command, now);
      default:
        return event.voice === state.voice ? voiceEvent(state, event, now) : stay(state);
    }
  },
  deadline: (state) => (state.phase === 'answering' || state.phase === 'asking' ? state.until : undefined),
  over: (state) => state.phase === 'gone',
};

// ── asking ──────────────────────────────────────────────────────────────────────────────────────

/** Asks (again), with what is to be said before; after too many times the call ends. */
function ask(state: Attended, words: readonly Utterance[], spelling = false): Out {
  if (state.rounds >= MOST_ROUNDS) return farewell(state, 'goodbye', 'noAnswer');
  const voice = state.voice + 1;
  const rounds = state.rounds + 1;
  return stay(
    { ...common(state), voice, rounds, phase: 'asking', typed: '', spelling, playing: true },
    ...hushed(state),
    { do: 'play', voice, words },
  );
}

const isPlaying = (state: Attended): boolean =>
  state.phase === 'farewell' || (state.phase === 'asking' && state.playing);
const hushed = (state: Attended): readonly AttendantEffect[] =>
  isPlaying(state) ? [{ do: 'stop', voice: state.voice }] : [];

function farewell(state: Attended, word: 'goodbye' | 'notReachable', cause: Cause): Out {
  const voice = state.voice + 1;
  const effects = [...hushed(state), { do: 'play', voice, words: [word] } as const];
  return stay({ ...common(state), voice, phase: 'farewell', cause }, ...effects);
}

function voiceEvent(state: Attended, event: Exclude<VoiceEvent, { type: 'command' }>, now: Instant): Out {
  if (event.type !== 'finished' && event.type !== 'failed') return stay(state);
  if (state.phase === 'farewell') return end(state, state.cause, { do: 'stop', voice: state.voice });
  if (state.phase !== 'asking' || !state.playing) return stay(state);
  const wait = state.typed === '' ? state.timeoutMs : NEXT_DIGIT_MS;
  return stay({ ...state, playing: false, until: after(now, wait) }, { do: 'stop', voice: state.voice });
}

function pressed(state: In<'asking'>, digit: string, now: Instant): Out {
  const { directory } = state;
  if (state.typed === '' && digit === NAME_KEY && directory.names.length > 0 && !state.spelling) {
    return ask({ ...state, rounds: state.rounds - 1 }, ['attendantName'], true);
  }
  if (state.spelling && digit === NAME_KEY) return decided(state, now);
  const typed = state.typed + digit;
  const meant = meantIn(state, typed);
  if (meant.is === 'led' && meant.sure) return lead(state, meant.led);
  if (meant.is === 'nothing' || typed.length >= LONGEST_TYPED) return ask(state, ['attendantAgain', state.greeting]);
  const quiet: Attended = { ...state, typed, playing: false, until: after(now, NEXT_DIGIT_MS) };
  return stay(quiet, ...hushed(state));
}

const meantIn = ({ spelling, directory }: In<'asking'>, typed: string) =>
  spelling ? spelledBy(directory, typed) : meantBy(directory, typed);

/** No further digit came. */
function decided(state: In<'asking'>, _now: Instant): Out {
  const { typed, directory } = state;
  if (typed === '') {
    return directory.timeout ? lead(state, directory.timeout) : farewell(state, 'goodbye', 'noAnswer');
  }
  const meant = meantIn(state, typed);
  return meant.is === 'led' ? lead(state, meant.led) : ask(state, ['attendantAgain', state.greeting], false);
}

const lead = (state: Attended, led: Led): Out =>
  stay({ ...common(state), phase: 'placing' }, ...hushed(state), { do: 'lead', led });

function lapsed(state: Attended, now: Instant): Out {
  if (state.phase === 'answering') return now < state.until ? stay(state) : ask(state, [state.greeting]);
  if (state.phase !== 'asking' || state.until === undefined || now < state.until) return stay(state);
  return decided(state, now);
}

// ── both calls ──────────────────────────────────────────────────────────────────────────────────

/** The caller's call. */
function commanded(state: Attended, command: LegCommand, now: Instant): Out {
  if (command.do === 'release') return callerGone(state, command.cause);
  if (command.do !== 'digit') return stay(state);
  if (state.phase === 'asking') return pressed(state, command.digit, now);
  if (state.phase !== 'joined') return stay(state);
  return stay(state, { tell: { type: 'digit', leg: state.out, digit: command.digit } });
}

function callerGone(state: Attended, cause: Cause): Out {
  if (state.phase === 'leading' || state.phase === 'joined') {
    const { out } = state;
    return end(state, cause, { do: 'letGo', out, event: { type: 'released', leg: out, cause: 'hungUp' } });
  }
  return end(state, cause, ...hushed(state));
}

const end = (state: Attended, cause: Cause, ...effects: readonly AttendantEffect[]): Out =>
  stay({ ...common(state), phase: 'gone' }, ...effects, { tell: { type: 'released', leg: state.leg, cause } });

/** Its own call: what its callee lets hear goes to the caller, who is answered already. */
function outCommanded(state: Attended, command: LegCommand, _now: Instant): Out {
  if (state.phase !== 'leading' && state.phase !== 'joined') return stay(state);
  switch (command.do) {
    case 'alert': {
      const ringback: LineSignal = { tone: 'ringback', yieldsToMedia: true };
      return stay(state, { do: 'signal', play: command.hear === 'local ringback' ? ringback : 'none' });
    }
    case 'connect':
      return stay({ ...common(state), phase: 'joined', out: state.out }, { do: 'signal', play: 'none' });
    case 'release':
      return outReleased(state, command.cause);
    default:
      return stay(state);
  }
}

/** Who was led to somebody that does not answer is told so and asked again; after a conversation the call is over. */
function outReleased(state: In<'leading' | 'joined'>, cause: Cause): Out {
  const { out } = state;
  const letGo: AttendantEffect = { do: 'letGo', out, event: { type: 'released', leg: out, cause } };
  if (state.phase === 'joined') return end(state, cause, letGo);
  const told = (isFailure(cause) ? failureTable[cause].spoken : undefined) ?? 'notReachable';
  const again = ask(state, [told, state.greeting]);
  return { state: again.state, effects: [letGo, { do: 'signal', play: 'none' }, ...again.effects] };
}

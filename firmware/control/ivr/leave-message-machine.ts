import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import type { ContextId, RecorderId } from '../../engine-protocol/ids.ts';
import type { LegCommand, LegId } from '../leg/leg.ts';
import type { MailboxId, Message, Refused, Reservation } from '../mailbox/shelf.ts';
import { END_KEY } from './menu-keys.ts';
import type { Utterance } from './utterance.ts';
import { ANSWER_PAUSE_MS, type VoiceEffect, type VoiceEvent, type VoiceLeg } from './voice-leg.ts';

type Common = VoiceLeg & { readonly mailbox: MailboxId; readonly from: Message['from'] };
/** What follows when the recording stands: a last word, the end of the call, or nothing as the caller has gone. */
type Next = 'farewell' | 'release' | 'gone';

/**
 * A caller leaves a message (S2).
 *
 *     answering ── pause and room ──► greeting ── end, # ──► recording ── #, end, gone ──► storing ──► (farewell) ──► gone
 *         └── no room ──► farewell
 *
 * `awaitingRoom`: the caller has gone before it was known where to record; the room is given back.
 */
export type LeaveMessage = Common &
  (
    | {
        readonly phase: 'answering';
        readonly until: Instant;
        readonly paused: boolean;
        readonly room?: Reservation;
        readonly greeting: Utterance;
      }
    | { readonly phase: 'greeting'; readonly room: Reservation; readonly skippable: boolean }
    | {
        readonly phase: 'recording';
        readonly room: Reservation;
        /** Known as soon as the engine has it: a plane after us goes on with it. */
        readonly recorder?: RecorderId;
        readonly context?: ContextId;
      }
    | { readonly phase: 'storing'; readonly room: Reservation; readonly next: Next }
    | { readonly phase: 'farewell' }
    | { readonly phase: 'awaitingRoom' | 'gone' }
  );
type In<P extends LeaveMessage['phase']> = Extract<LeaveMessage, { phase: P }>;

export type LeaveMessageEvent = VoiceEvent | { readonly type: 'room'; readonly room: Reservation | Refused };
export type LeaveMessageEffect =
  | VoiceEffect
  | { readonly do: 'reserve' }
  /** Nothing was recorded, or all of it stands: the shelf keeps it, or clears the room. */
  | { readonly do: 'commit'; readonly room: Pick<Reservation, 'message' | 'mailbox'> };
type Out = Step<LeaveMessage, LeaveMessageEffect>;

const stay = (state: LeaveMessage, ...effects: LeaveMessageEffect[]): Out => ({ state, effects });
const common = ({ leg, beside, voice, mailbox, from }: Common): Common => ({ leg, beside, voice, mailbox, from });
const released = (leg: LegId): LeaveMessageEffect => ({ tell: { type: 'released', leg, cause: 'hungUp' } });
const commit = ({ message, mailbox }: Reservation): LeaveMessageEffect => ({
  do: 'commit',
  room: { message, mailbox },
});

export type LeaveMessageAsk = {
  readonly leg: LegId;
  readonly beside: LegId;
  readonly mailbox: MailboxId;
  readonly from: Message['from'];
  /** The owner's own greeting, or the spoken one. */
  readonly greeting: Utterance;
};

/** The mailbox answers at once. */
export const beginMessage = ({ leg, beside, mailbox, from, greeting }: LeaveMessageAsk, now: Instant): Out =>
  stay(
    {
      leg,
      beside,
      mailbox,
      from,
      voice: 0,
      phase: 'answering',
      until: after(now, ANSWER_PAUSE_MS),
      paused: false,
      greeting,
    },
    { tell: { type: 'connect', leg } },
    { do: 'listen' },
    { do: 'reserve' },
  );

export const leaveMessageMachine: Machine<LeaveMessage, LeaveMessageEvent, LeaveMessageEffect> = {
  step: (message, event, now) => {
    if (event.type === 'command') return commanded(message, event.command);
    if (event.type === 'room') return roomFound(message, event.room);
    if (event.type === 'lapse') return lapsed(message, event, now);
    return event.voice === message.voice ? voiceEvent(message, event) : stay(message);
  },
  deadline: (message) => (message.phase === 'answering' && !message.paused ? message.until : undefined),
  over: (message) => message.phase === 'gone',
};

const play = (message: Common, words: readonly Utterance[]): { common: Common; effect: LeaveMessageEffect } => {
  const voice = message.voice + 1;
  return { common: { ...common(message), voice }, effect: { do: 'play', voice, words } };
};

// ── before the tone ─────────────────────────────────────────────────────────────────────────────

function lapsed(message: LeaveMessage, _: Lapse, now: Instant): Out {
  if (message.phase !== 'answering' || now < message.until) return stay(message);
  return greet({ ...message, paused: true });
}

function roomFound(message: LeaveMessage, room: Reservation | Refused): Out {
  if (message.phase === 'awaitingRoom') {
    const gone: LeaveMessage = { ...common(message), phase: 'gone' };
    return 'refused' in room ? stay(gone) : stay(gone, commit(room));
  }
  if (message.phase !== 'answering') return stay(message);
  return 'refused' in room ? farewell(message, 'mailboxFull') : greet({ ...message, room });
}

/** The greeting and its tone, once the path is open and there is room. */
function greet(message: In<'answering'>): Out {
  if (!message.paused || !message.room) return stay(message);
  const said = play(message, [message.greeting, 'tone']);
  return stay({ ...said.common, phase: 'greeting', room: message.room, skippable: true }, said.effect);
}

function skip(message: In<'greeting'>): Out {
  if (!message.skippable) return stay(message);
  const said = play(message, ['tone']);
  const state: LeaveMessage = { ...said.common, phase: 'greeting', room: message.room, skippable: false };
  return stay(state, { do: 'stop', voice: message.voice }, said.effect);
}

/** The tone has ended: from here on every word is kept. */
function record(message: In<'greeting'>): Out {
  const { room } = message;
  const voice = message.voice + 1;
  const { file, longestS, silenceEndsS } = room;
  return stay(
    { ...common(message), voice, phase: 'recording', room },
    { do: 'stop', voice: message.voice },
    { do: 'record', voice, room: { file, longestS, silenceEndsS } },
  );
}

// ── recording, and after ────────────────────────────────────────────────────────────────────────

function voiceEvent(message: LeaveMessage, event: Exclude<VoiceEvent, { type: 'command' }>): Out {
  switch (message.phase) {
    case 'greeting':
      return event.type === 'finished' || event.type === 'failed' ? record(message) : stay(message);
    case 'recording':
      return recording(message, event);
    case 'storing':
      return event.type === 'stopped' ? stored(message) : stay(message);
    case 'farewell':
      if (event.type !== 'finished' && event.type !== 'failed') return stay(message);
      return stay({ ...common(message), phase: 'gone' }, { do: 'stop', voice: message.voice }, released(message.leg));
    default:
      return stay(message);
  }
}

function recording(message: In<'recording'>, event: Exclude<VoiceEvent, { type: 'command' }>): Out {
  switch (event.type) {
    case 'opened':
      return stay({ ...message, recorder: event.termination as RecorderId, context: event.context });
    case 'failed': {
      const out = farewell(message, 'mailboxFull');
      return {
        state: out.state,
        effects: [{ do: 'stop', voice: message.voice }, commit(message.room), ...out.effects],
      };
    }
    case 'finished':
      // After so long a silence, or a hang-up that only the engine has told, nobody is there to say goodbye to.
      return store(message, event.why === 'silence' || event.why === 'hangUp' ? 'release' : 'farewell');
    default:
      return stay(message);
  }
}

const store = (message: In<'recording'>, next: Next, cutMs?: number): Out =>
  stay(
    { ...common(message), phase: 'storing', room: message.room, next },
    { do: 'stop', voice: message.voice, ...(cutMs === undefined ? {} : { cutMs }) },
  );

function stored(message: In<'storing'>): Out {
  const gone: LeaveMessage = { ...common(message), phase: 'gone' };
  if (message.next === 'gone') return stay(gone, commit(message.room));
  if (message.next === 'release') return stay(gone, commit(message.room), released(message.leg));
  const out = farewell(message, 'goodbye');
  return { state: out.state, effects: [commit(message.room), ...out.effects] };
}

function farewell(message: Common, words: 'goodbye' | 'mailboxFull'): Out {
  const said = play(message, [words]);
  return stay({ ...said.common, phase: 'farewell' }, said.effect);
}

// ── the caller ──────────────────────────────────────────────────────────────────────────────────

function commanded(message: LeaveMessage, command: LegCommand): Out {
  if (command.do === 'release') return letGo(message, command.toneMs);
  if (command.do !== 'digit' || command.digit !== END_KEY) return stay(message);
  if (message.phase === 'greeting') return skip(message);
  return message.phase === 'recording' ? store(message, 'farewell') : stay(message);
}

/** The caller has gone: what was recorded is kept, less the tone by which that was heard. */
function letGo(message: LeaveMessage, toneMs: number | undefined): Out {
  const { leg, voice } = message;
  const gone: LeaveMessage = { ...common(message), phase: 'gone' };
  switch (message.phase) {
    case 'answering':
      if (!message.room) return stay({ ...common(message), phase: 'awaitingRoom' }, released(leg));
      return stay(gone, commit(message.room), released(leg));
    case 'greeting':
      return stay(gone, { do: 'stop', voice }, commit(message.room), released(leg));
    case 'recording': {
      const out = store(message, 'gone', toneMs);
      return { state: out.state, effects: [...out.effects, released(leg)] };
    }
    case 'storing':
      return stay({ ...message, next: 'gone' }, ...(message.next === 'gone' ? [] : [released(leg)]));
    case 'farewell':
      return stay(gone, { do: 'stop', voice }, released(leg));
    default:
      return stay(message);
  }
}

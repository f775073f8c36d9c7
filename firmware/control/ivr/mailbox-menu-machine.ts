import { after, earliest, type Instant, type Machine } from '../../core/machine.ts';
import type { LegCommand, LegId } from '../leg/leg.ts';
import type { MailboxId, Message, Refused } from '../mailbox/shelf.ts';
import { END_KEY, greetingKeys, mainKeys, messageKeys } from './menu-keys.ts';
import {
  DIGIT_WAIT_MS,
  farewell,
  gone,
  hush,
  LONGEST_PIN,
  LONGEST_SESSION_MS,
  type Menu,
  type MenuEffect,
  type MenuEvent,
  type MenuIn,
  MOST_SILENT,
  type Out,
  say,
  stay,
  waiting,
} from './menu-state.ts';
import { inOrder, summaryOf, type Utterance } from './utterance.ts';
import { ANSWER_PAUSE_MS, type Room, type VoiceEvent } from './voice-leg.ts';

export type { Menu, MenuEffect, MenuEvent };

export type MenuAsk = {
  readonly leg: LegId;
  readonly beside: LegId;
  readonly mailbox: MailboxId;
  readonly pinWanted: boolean;
  readonly locked: boolean;
};

/** The owner of a mailbox has dialled its code. */
export const beginMenu = (ask: MenuAsk, now: Instant): Out => {
  const { leg, pinWanted, locked } = ask;
  const endsAt = after(now, LONGEST_SESSION_MS);
  const idle = { beside: ask.beside, mailbox: ask.mailbox, voice: 0, silent: 0, prompt: [], playing: false };
  const until = after(now, ANSWER_PAUSE_MS);
  return stay(
    { leg, ...idle, endsAt, until, phase: 'answering', pinWanted, locked },
    { tell: { type: 'connect', leg } },
    { do: 'listen' },
  );
};

/**
 * The menu of a mailbox by phone (S3); the keys are those of `menu-keys.ts`. Every key works while something is said.
 *
 *     answering ──► pin ──► looking ──► main ◄──► message …
 *                                        └──► greetingMenu ──► greetingRoom ──► greetingTone ──► recording ──► storing
 */
export const mailboxMenuMachine: Machine<Menu, MenuEvent, MenuEffect> = {
  step: (menu, event, now) => {
    if (menu.phase === 'gone') return stay(menu);
    switch (event.type) {
      case 'lapse':
        return lapsed(menu, now);
      case 'command':
        return commanded(menu, event.command, now);
      case 'pin':
        return menu.phase === 'looking' && menu.to === 'pin' ? pinTried(menu, event.outcome) : stay(menu);
      case 'looked':
        return menu.phase === 'looking' && menu.to !== 'pin' ? looked(menu, event.messages) : stay(menu);
      case 'room':
        return menu.phase === 'greetingRoom' ? roomFound(menu, event.room) : stay(menu);
      case 'greetingStored':
        return menu.phase === 'storing'
          ? mainMenu(menu, ...(event.stored ? (['greetingStored'] as const) : []))
          : stay(menu);
      default:
        return event.voice === menu.voice ? voiceEvent(menu, event, now) : stay(menu);
    }
  },
  deadline: (menu) => (menu.phase === 'gone' ? undefined : earliest(menu.endsAt, menu.until)),
  over: (menu) => menu.phase === 'gone',
};

// ── saying ──────────────────────────────────────────────────────────────────────────────────────

function mainMenu(menu: Menu, ...first: readonly Utterance[]): Out {
  const said = say(menu, [...first, 'mainMenu']);
  return stay({ ...said.common, phase: 'main' }, ...said.effects);
}

const askPin = (menu: Menu, ...first: readonly Utterance[]): Out => {
  const said = say(menu, [...first, 'enterPin']);
  return stay({ ...said.common, phase: 'pin', typed: '' }, ...said.effects);
};

/** What is there is looked up anew each time: a message may have come meanwhile. */
const look = (menu: Menu, to: MenuIn<'looking'>['to'], ...said: readonly Utterance[]): Out => {
  const quiet = hush(menu);
  return stay({ ...quiet.common, phase: 'looking', said, to }, ...quiet.effects, { do: 'look' });
};

const play = (menu: Menu, [message, ...rest]: readonly Message[], ...first: readonly Utterance[]): Out => {
  if (!message) return mainMenu(menu, ...first, 'endOfMessages');
  const said = say(menu, [...first, message.is === 'new' ? 'newMessage' : 'keptMessage', { message: message.id }]);
  return stay({ ...said.common, phase: 'message', message, rest, ended: false }, ...said.effects);
};

const greetingMenu = (menu: Menu, ...first: readonly Utterance[]): Out => {
  const said = say(menu, [...first, 'greetingMenu']);
  return stay({ ...said.common, phase: 'greetingMenu' }, ...said.effects);
};

// ── the shelf ───────────────────────────────────────────────────────────────────────────────────

function pinTried(menu: MenuIn<'looking'>, outcome: 'right' | 'wrong' | 'locked'): Out {
  if (outcome === 'right') return look(menu, 'summary');
  return outcome === 'wrong' ? askPin(menu, 'pinWrong') : farewell(menu, 'mailboxLocked');
}

function looked(menu: MenuIn<'looking'>, messages: readonly Message[]): Out {
  const ordered = inOrder(messages);
  if (messages.length === 0) return mainMenu(menu, ...menu.said, 'noMessages');
  return menu.to === 'messages'
    ? play(menu, ordered, ...menu.said)
    : play(menu, ordered, ...menu.said, ...summaryOf(messages));
}

function roomFound(menu: MenuIn<'greetingRoom'>, room: Room | Refused): Out {
  if ('refused' in room) return mainMenu(menu, room.refused === 'busy' ? 'allLinesBusy' : 'mailboxFull');
  const said = say(menu, ['recordGreeting', 'tone']);
  const { file, longestS, silenceEndsS } = room;
  return stay({ ...said.common, phase: 'greetingTone', room: { file, longestS, silenceEndsS } }, ...said.effects);
}

// ── what plays and records ──────────────────────────────────────────────────────────────────────

function voiceEvent(menu: Menu, event: Exclude<VoiceEvent, { type: 'command' }>, now: Instant): Out {
  if (menu.phase === 'storing') return event.type === 'stopped' ? stay(menu, { do: 'commitGreeting' }) : stay(menu);
  if (event.type === 'opened' || event.type === 'stopped') return stay(menu);
  switch (menu.phase) {
    case 'message':
      return menu.ended ? waiting(menu, now) : messageEnded(menu, event.type === 'failed');
    case 'greetingTone':
      return record(menu);
    case 'recording':
      return event.type === 'failed' ? mainMenu(menu, 'mailboxFull') : stored(menu);
    case 'farewell':
      return gone(menu, menu.leg, 'hungUp');
    default:
      return menu.playing ? waiting(menu, now) : stay(menu);
  }
}

/** Heard to its end it is no longer new; then the keys are told. */
function messageEnded(menu: MenuIn<'message'>, failed: boolean): Out {
  const said = say(menu, ['messageMenu']);
  const { message, rest } = menu;
  const heard = message.is === 'new' && !failed ? [{ do: 'keep' as const, message: message.id }] : [];
  return stay({ ...said.common, phase: 'message', message, rest, ended: true }, ...heard, ...said.effects);
}

function record(menu: MenuIn<'greetingTone'>): Out {
  const quiet = hush(menu);
  const voice = menu.voice + 1;
  const state: Menu = { ...quiet.common, voice, playing: true, phase: 'recording', room: menu.room };
  return stay(state, ...quiet.effects, { do: 'record', voice, room: menu.room });
}

function stored(menu: MenuIn<'recording'>): Out {
  const quiet = hush(menu);
  return stay({ ...quiet.common, phase: 'storing' }, ...quiet.effects);
}

// ── time ────────────────────────────────────────────────────────────────────────────────────────

function lapsed(menu: Menu, now: Instant): Out {
  if (now >= menu.endsAt) return menu.phase === 'farewell' ? gone(menu, menu.leg, 'hungUp') : ending(menu, now);
  if (menu.until === undefined || now < menu.until) return stay(menu);
  if (menu.phase === 'answering') return opened(menu);
  if (menu.phase === 'pin' && menu.typed !== '') return pinTyped(menu, menu.typed);
  const { until: _, ...rest } = menu;
  if (menu.silent + 1 >= MOST_SILENT) return farewell(menu);
  const said = say({ ...menu, silent: menu.silent + 1 }, menu.prompt);
  return stay({ ...(rest as Menu), ...said.common }, ...said.effects);
}

/** The session is over; a last word, and if that hangs the end all the same. */
const ending = (menu: Menu, now: Instant): Out => farewell({ ...menu, endsAt: after(now, LONGEST_SESSION_MS) });

const opened = (menu: MenuIn<'answering'>): Out => {
  if (menu.locked) return farewell(menu, 'mailboxLocked');
  return menu.pinWanted ? askPin(menu) : look(menu, 'summary');
};

// ── keys ────────────────────────────────────────────────────────────────────────────────────────

function commanded(menu: Menu, command: LegCommand, now: Instant): Out {
  if (command.do === 'release') return gone(menu, menu.leg, command.cause);
  return command.do === 'digit' ? key({ ...menu, silent: 0 }, command.digit, now) : stay(menu);
}

function key(menu: Menu, digit: string, now: Instant): Out {
  switch (menu.phase) {
    case 'pin':
      return pinKey(menu, digit, now);
    case 'main':
      return mainKey(menu, digit);
    case 'message':
      return messageKey(menu, digit);
    case 'greetingMenu':
      return greetingKey(menu, digit);
    case 'greetingTone':
      return stay(menu);
    case 'recording':
      return digit === END_KEY ? stored(menu) : stay(menu);
    default:
      return stay(menu);
  }
}

function pinKey(menu: MenuIn<'pin'>, digit: string, now: Instant): Out {
  if (digit === END_KEY) return pinTyped(menu, menu.typed);
  const typed = menu.typed + digit;
  if (typed.length >= LONGEST_PIN) return pinTyped(menu, typed);
  const quiet = hush(menu);
  return stay({ ...quiet.common, phase: 'pin', typed, until: after(now, DIGIT_WAIT_MS) }, ...quiet.effects);
}

function pinTyped(menu: MenuIn<'pin'>, pin: string): Out {
  const quiet = hush(menu);
  const state: Menu = { ...quiet.common, phase: 'looking', said: [], to: 'pin' };
  return stay(state, ...quiet.effects, { do: 'tryPin', pin });
}

function mainKey(menu: MenuIn<'main'>, digit: string): Out {
  switch (digit) {
    case mainKeys.messages:
      return look(menu, 'messages');
    case mainKeys.greeting:
      return greetingMenu(menu);
    case mainKeys.end:
      return farewell(menu);
    default:
      return mainMenu(menu);
  }
}

function messageKey(menu: MenuIn<'message'>, digit: string): Out {
  const { message, rest } = menu;
  switch (digit) {
    case messageKeys.again:
      return play(menu, [message, ...rest]);
    case messageKeys.keep:
      return behind({ do: 'keep', message: message.id }, play(menu, rest, 'messageKept'));
    case messageKeys.delete:
      return behind({ do: 'delete', message: message.id }, play(menu, rest, 'messageDeleted'));
    case messageKeys.next:
      return play(menu, rest);
    case messageKeys.menu:
      return mainMenu(menu);
    default:
      return stay(menu);
  }
}

const behind = (first: MenuEffect, out: Out): Out => ({ state: out.state, effects: [first, ...out.effects] });

function greetingKey(menu: MenuIn<'greetingMenu'>, digit: string): Out {
  switch (digit) {
    case greetingKeys.record: {
      const quiet = hush(menu);
      return stay({ ...quiet.common, phase: 'greetingRoom' }, ...quiet.effects, { do: 'reserveGreeting' });
    }
    case greetingKeys.remove:
      return behind({ do: 'removeGreeting' }, mainMenu(menu, 'greetingRemoved'));
    case greetingKeys.menu:
      return mainMenu(menu);
    default:
      return greetingMenu(menu);
  }
}

import { after, type Instant, type Step } from '../../core/machine.ts';
import type { Cause } from '../failure.ts';
import type { LegId } from '../leg/leg.ts';
import type { MailboxId, Message, Refused } from '../mailbox/shelf.ts';
import type { Utterance } from './utterance.ts';
import type { Room, VoiceEffect, VoiceEvent, VoiceLeg } from './voice-leg.ts';

/** After a sentence so long is waited for a key; after a digit of a PIN so long for the next one. */
export const KEY_WAIT_MS = 5_000;
export const DIGIT_WAIT_MS = 4_000;
/** So often a prompt is left without an answer. */
export const MOST_SILENT = 3;
export const LONGEST_SESSION_MS = 30 * 60_000;
/** A PIN has 4 to 8 digits. */
export const LONGEST_PIN = 8;

export type MenuCommon = VoiceLeg & {
  readonly mailbox: MailboxId;
  readonly endsAt: Instant;
  /** Prompts in a row that nobody has answered. */
  readonly silent: number;
  /** What is, or was last, said: repeated when no key comes. */
  readonly prompt: readonly Utterance[];
  readonly playing: boolean;
  /** A key is waited for until then. */
  readonly until?: Instant;
};
export type Menu = MenuCommon &
  /** The far path opens. */
  (
    | { readonly phase: 'answering'; readonly pinWanted: boolean; readonly locked: boolean }
    | { readonly phase: 'pin'; readonly typed: string }
    /** Waits for the shelf: what is there, whether the PIN is right, where a greeting goes. */
    | { readonly phase: 'looking'; readonly said: readonly Utterance[]; readonly to: 'pin' | 'summary' | 'messages' }
    /** In the ear: how many there are, or the main menu. */
    | { readonly phase: 'main' }
    /** `rest`: what comes after the one that is heard; `ended`: it was heard to its end, and now the keys are told. */
    | {
        readonly phase: 'message';
        readonly message: Message;
        readonly rest: readonly Message[];
        readonly ended: boolean;
      }
    | { readonly phase: 'greetingMenu' }
    | { readonly phase: 'greetingRoom' }
    | { readonly phase: 'greetingTone'; readonly room: Room }
    | { readonly phase: 'recording'; readonly room: Room }
    | { readonly phase: 'storing' }
    | { readonly phase: 'farewell' }
    | { readonly phase: 'gone' }
  );
export type MenuIn<P extends Menu['phase']> = Extract<Menu, { phase: P }>;

export type MenuEvent =
  | VoiceEvent
  | { readonly type: 'pin'; readonly outcome: 'right' | 'wrong' | 'locked' }
  | { readonly type: 'looked'; readonly messages: readonly Message[] }
  | { readonly type: 'room'; readonly room: Room | Refused }
  | { readonly type: 'greetingStored'; readonly stored: boolean };
export type MenuEffect =
  | VoiceEffect
  | { readonly do: 'tryPin'; readonly pin: string }
  | { readonly do: 'look' }
  | { readonly do: 'keep' | 'delete'; readonly message: string }
  | { readonly do: 'reserveGreeting' | 'commitGreeting' | 'removeGreeting' };
export type Out = Step<Menu, MenuEffect>;

export const stay = (state: Menu, ...effects: readonly MenuEffect[]): Out => ({ state, effects });

export const common = ({ leg, beside, voice, mailbox, endsAt, silent, prompt, playing }: MenuCommon): MenuCommon => ({
  leg,
  beside,
  voice,
  mailbox,
  endsAt,
  silent,
  prompt,
  playing,
});

/** Ends what plays: the voice that is stopped is no longer the present one. */
export const hush = (menu: MenuCommon): { readonly common: MenuCommon; readonly effects: readonly MenuEffect[] } =>
  menu.playing
    ? { common: { ...common(menu), playing: false }, effects: [{ do: 'stop', voice: menu.voice }] }
    : { common: common(menu), effects: [] };

/** Says these, in place of what plays. */
export const say = (
  menu: MenuCommon,
  prompt: readonly Utterance[],
): { readonly common: MenuCommon; readonly effects: readonly MenuEffect[] } => {
  const quiet = hush(menu);
  const voice = menu.voice + 1;
  return {
    common: { ...quiet.common, voice, prompt, playing: true },
    effects: [...quiet.effects, { do: 'play', voice, words: prompt }],
  };
};

export const farewell = (menu: MenuCommon, ...first: readonly Utterance[]): Out => {
  const said = say(menu, [...first, 'goodbye']);
  return stay({ ...said.common, phase: 'farewell' }, ...said.effects);
};

/** The leg is over, by whomever. */
export const gone = (menu: MenuCommon, leg: LegId, cause: Cause): Out => {
  const quiet = hush(menu);
  return stay({ ...quiet.common, phase: 'gone' }, ...quiet.effects, { tell: { type: 'released', leg, cause } });
};

/** What played is over: a key is waited for. */
export const waiting = <M extends Menu>(menu: M, now: Instant): Out => {
  const quiet = hush(menu);
  return stay({ ...menu, ...quiet.common, until: after(now, KEY_WAIT_MS) }, ...quiet.effects);
};

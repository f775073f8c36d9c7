import type { Instant, Step } from '../../core/machine.ts';
import type { LineEvent } from '../../engine-protocol/events.ts';
import type { LineSignal } from '../../engine-protocol/signals.ts';
import type { Cause } from '../failure.ts';
import type { LegCommand, LegEvent, LegId, Unfit } from '../leg/leg.ts';
import type { DigitMap } from '../routing/digit-map.ts';
import type { Dialling, DiallingTimes } from './dialling-machine.ts';

/** A party that waits, and until when: nobody is held without end. */
export type Held = { readonly leg: LegId; readonly until: Instant };

/** The person on an FXS port. */
export type Phone =
  | { readonly at: 'onHook' }
  | { readonly at: 'ringing'; readonly leg: LegId; readonly beside: LegId }
  /** Hung up while it held somebody: it is rung back for that one. */
  | { readonly at: 'recalling'; readonly leg: LegId; readonly until: Instant }
  /** Lifted while ringing: its line is being joined to the call. */
  | { readonly at: 'answering'; readonly leg: LegId }
  | OffHook;
/** A handset that is up may hold a party by a flash; the line is then out of that call. */
export type OffHook = { readonly held?: Held } & (
  | { readonly at: 'dialling'; readonly dialling: Dialling }
  /** A number was dialled; its leg gets its name in the same cascade. */
  | { readonly at: 'placing'; readonly number: string }
  /** `number`: what was dialled so far; `collects`: further digits of it are wanted (RFC 3578). */
  | { readonly at: 'calling'; readonly leg: LegId; readonly number?: string; readonly collects?: true }
  /** `hears`: what the line plays instead of the other party. */
  | { readonly at: 'talking'; readonly leg: LegId; readonly hears?: 'hold' | 'ringback' }
  /** Far end gone or call failed, handset still up; the engine goes over to the howler by itself. */
  | { readonly at: 'hearing'; readonly cause: Cause }
  /** Left off hook past the howler. */
  | { readonly at: 'parked' }
);

export type PhoneEvent =
  /** `may`: of a flash, that its call may be held or dropped; of hanging up, that its two parties may be joined. */
  | { readonly type: 'line'; readonly event: LineEvent; readonly may?: boolean }
  /** A transfer came to nothing: the phone is to take its party back. Heard only on hook. */
  | { readonly type: 'recall'; readonly leg: LegId }
  | { readonly type: 'command'; readonly command: LegCommand }
  | { readonly type: 'placed'; readonly leg: LegId }
  /** What was dialled was a star code: nobody is called, and a tone says whether it was taken. */
  | { readonly type: 'coded'; readonly taken: boolean }
  | { readonly type: 'opened' | 'mediaFailed' }
  /** Where the handset was found after a start of either plane. `lost`: the plane before us had it in a call. */
  | { readonly type: 'found'; readonly offHook: boolean; readonly lost: boolean; readonly cause: Cause }
  /** A plane before us had it as it is now; `ringing`: the engine rings it. */
  | { readonly type: 'goesOn'; readonly ringing: boolean };

export type PhoneEffect =
  | { readonly tell: LegEvent }
  /** `unfit`: the digit map makes no number of it, and the caller is to be told. */
  | { readonly do: 'dial'; readonly number: string; readonly unfit?: Unfit; readonly grows?: true }
  /** Whether keys are heard while the line is in a call. */
  | { readonly do: 'listen'; readonly leg: LegId; readonly on: boolean }
  | { readonly do: 'open'; readonly leg: LegId; readonly beside?: LegId }
  /** The line goes back into the call of a leg that it had left. */
  | { readonly do: 'return'; readonly leg: LegId }
  /** The other ends of these two legs are one another's. */
  | { readonly do: 'transfer'; readonly held: LegId; readonly second: LegId }
  /** `play` is heard when the line has left the call. */
  | { readonly do: 'close'; readonly leg: LegId; readonly play?: LineSignal }
  | { readonly do: 'signal'; readonly play: LineSignal | 'none' };
export type Out = Step<Phone, PhoneEffect>;

/** `holdMs`: a party is held so long at most; `recallMs`: the phone is rung back for it so long. */
export type PhoneSettings = DiallingTimes & {
  readonly map: DigitMap;
  readonly holdMs: number;
  readonly recallMs: number;
};

export const stay = (state: Phone, ...effects: PhoneEffect[]): Out => ({ state, effects });
export const quiet: PhoneEffect = { do: 'signal', play: 'none' };
export const released = (leg: LegId, cause: Cause): PhoneEffect => ({ tell: { type: 'released', leg, cause } });

/** Who is held while the handset is up. */
export const heldBy = (phone: Phone): Held | undefined => ('held' in phone ? phone.held : undefined);
export const holding = (phone: Phone): { readonly held?: Held } => {
  const held = heldBy(phone);
  return held === undefined ? {} : { held };
};
/** On hook, and rung. */
export const isRung = ({ at }: Phone): boolean => at === 'ringing' || at === 'recalling';

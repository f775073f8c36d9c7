import type { FileEvent } from '../../engine-protocol/events.ts';
import type { ContextId, TerminationId } from '../../engine-protocol/ids.ts';
import type { NewRecorder } from '../../engine-protocol/messages.ts';
import type { LegCommand, LegEvent, LegId } from '../leg/leg.ts';
import type { Utterance } from './utterance.ts';

/**
 * A leg that is no far end but the box's own voice. It has no termination of its own: players and recorders come and go
 * beside the leg that called. `voice` counts them, so that news of an older one is told from those of the present one.
 */
export type VoiceLeg = { readonly leg: LegId; readonly beside: LegId; readonly voice: number };

/** Where a recording goes and what ends it. */
export type Room = Omit<NewRecorder, 'kind'>;

export type VoiceEffect =
  | { readonly tell: LegEvent }
  /** Plays these one after the other, beside the caller. */
  | { readonly do: 'play'; readonly voice: number; readonly words: readonly Utterance[] }
  | { readonly do: 'record'; readonly voice: number; readonly room: Room }
  /** `cutMs`: so much comes off the end of a recording. */
  | { readonly do: 'stop'; readonly voice: number; readonly cutMs?: number }
  /** The caller's digits are wanted. */
  | { readonly do: 'listen' };

export type VoiceEvent =
  | { readonly type: 'command'; readonly command: LegCommand }
  | {
      readonly type: 'opened';
      readonly voice: number;
      readonly context: ContextId;
      readonly termination: TerminationId;
    }
  /** It could not be opened; `stopped`: it is taken away, and a recording stands under its own name. */
  | { readonly type: 'failed' | 'stopped'; readonly voice: number }
  | {
      readonly type: 'finished';
      readonly voice: number;
      readonly why: FileEvent['why'];
    };

/** The far path opens a moment after the answer: what was said before would not be heard. */
export const ANSWER_PAUSE_MS = 500;

import type { LineId, NetId, PlayerId, RecorderId } from './ids.ts';
import type { CallerId } from './signals.ts';

/** A digit, when its tone (or pulse train, or RFC 4733 event) has ended. */
export type DigitEvent = {
  readonly is: 'digit';
  readonly digit: string;
  readonly heardBy: 'dtmf' | 'pulse' | 'event';
  readonly lastedMs: number;
};

export type LineEvent =
  | DigitEvent
  /** FXS. `parked`: left off hook until the howler gave up. */
  | { readonly is: 'offHook' | 'onHook' | 'flash' | 'parked' }
  /** FXO: it rings; it stopped ringing unanswered. */
  | { readonly is: 'rung' }
  | { readonly is: 'ringEnded' }
  | { readonly is: 'callerId'; readonly callerId: CallerId }
  /** FXO: the loop is closed; `dialTone` false means that none came and nothing was dialled. */
  | { readonly is: 'seized'; readonly dialTone: boolean }
  | { readonly is: 'dialled' }
  /** FXO: ringing came while we seized. */
  | { readonly is: 'glare' }
  /** FXO: the exchange's ringback was recognised. */
  | { readonly is: 'ringback' }
  | { readonly is: 'answered'; readonly by: 'polarity' | 'progress' | 'assumed' }
  | {
      readonly is: 'disconnected';
      readonly by: 'loop' | 'polarity' | 'tone';
      readonly tone?: 'busy' | 'congestion' | 'dial';
      /** With a tone: how long it had sounded when it was recognised, cadence and all. */
      readonly soundedMs?: number;
    };

export type NetEvent =
  | DigitEvent
  | { readonly is: 'mediaArrived' }
  | { readonly is: 'mediaLost'; readonly cause: 'none came' | 'stopped' };

export type FileEvent = {
  readonly is: 'finished';
  /** Length of what was played, or of the file that was recorded; that file then stands under its own name. */
  readonly seconds: number;
  /**
   * `end`: a player is through. A recorder ends by itself: after silence (cut off to half a second), at its longest,
   * when the disk takes no more (a `.part` is left), and with `hangUp` when the line it recorded was released and
   * nobody else is there to be recorded; the hang-up tone is cut off.
   */
  readonly why: 'end' | 'silence' | 'longest' | 'disk' | 'hangUp';
};

/** Events (H.248.1 §7.1.9): come *from* a termination. */
export type Happened =
  | { readonly termination: LineId; readonly event: LineEvent }
  | { readonly termination: NetId; readonly event: NetEvent }
  | { readonly termination: PlayerId | RecorderId; readonly event: FileEvent };

import type { FileEvent, LineEvent, NetEvent } from '../../engine-protocol/events.ts';
import type { Mode, TerminationId } from '../../engine-protocol/ids.ts';
import type { Detector, SubtractReply } from '../../engine-protocol/messages.ts';

/** A digit that is heard at one termination and leaves at the others. */
export type CarriedDigit =
  | { readonly phase: 'began'; readonly digit: string; readonly sinceMs: number; readonly inAudio: boolean }
  | {
      readonly phase: 'ended';
      readonly digit: string;
      readonly lastedMs: number;
      readonly inAudio: boolean;
      readonly heardBy: 'dtmf' | 'pulse' | 'event';
    };

/** What a termination may do beyond its own samples. */
export interface TerminationHost {
  /** Reports an event to control: numbered and kept. */
  happened(of: TerminationId, event: LineEvent | NetEvent | FileEvent, at: number): void;
  /** Hands a digit to the other terminations of the context, and to control where it is wanted. */
  digit(from: Termination, digit: CarriedDigit, at: number): void;
}

/** One end of a context (H.248.1 §6.2). All is called on the frame clock's thread; `read` and `write` once a frame. */
export interface Termination {
  readonly id: TerminationId;
  mode: Mode;
  detect: readonly Detector[];
  /** What it said in this frame: 160 samples, filled by `read`. */
  readonly heard: Int16Array;
  /** `heard` holds the tone of a digit. */
  readonly digitInAudio: boolean;
  /** Takes digits otherwise than in audio, so their tone is kept from it. */
  readonly digitsApart: boolean;
  /** Digits of the context are to be told to control (SIP INFO). */
  readonly digitsToControl: boolean;
  /** Media has come from its far end in this frame. */
  readonly mediaCame: boolean;
  /** Name of what plays to it, for the audit. */
  readonly signal: string | undefined;
  read(now: number): void;
  /** `frame` is what the others say; `undefined` when the mode lets nothing through. */
  write(frame: Int16Array | undefined, now: number): void;
  carry(digit: CarriedDigit): void;
  /** Media of the context has come: ends a tone that yields to it. */
  yieldToMedia(): void;
  /** `cutMs`: a recorder takes so much off its end. */
  close(now: number, cutMs?: number): Promise<SubtractReply>;
}

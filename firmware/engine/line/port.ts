import type { Drive } from '../../../drivers/contract/line-card.ts';
import type { LineEvent } from '../../engine-protocol/events.ts';
import type { Hardware, Tone } from '../../engine-protocol/hardware.ts';
import type { LineSignal, Standing } from '../../engine-protocol/signals.ts';

/** An undebounced edge or fact of the card, without the port it is about. */
export type PortEdge = { readonly at: number } & (
  | { readonly is: 'loop'; readonly closed: boolean }
  | { readonly is: 'ringing'; readonly on: boolean }
  | { readonly is: 'current'; readonly flows: boolean }
  | { readonly is: 'polarity'; readonly reversed: boolean }
  | { readonly is: 'battery'; readonly present: boolean }
);

/** What a port's machines act on: the card's electrical side, the sound towards the line, and control. */
export interface PortHost {
  drive(drive: Drive): void;
  /** Plays a tone to the line; `name` is what the audit shows. */
  play(name: string, tone: Tone, yields: boolean): void;
  silence(): void;
  report(event: LineEvent, at: number): void;
  /** The line hangs in a context with others. */
  readonly inContext: boolean;
  readonly standing: Standing;
}

export type LineFacts = { readonly offHook: boolean; readonly present: boolean; readonly ringing: boolean };

/** The signalling side of a line: phone port or exchange port. */
export interface LinePort {
  readonly kind: 'fxs' | 'fxo';
  /** Sound passes: the handset is lifted, or we hold the loop. */
  readonly open: boolean;
  readonly facts: LineFacts;
  /** The exchange is being seized or dialled: nobody else may be heard on the line, or it would not understand us. */
  readonly signalling: boolean;
  edge(edge: PortEdge, now: number): void;
  /** Steps what is due; once a frame. */
  tick(now: number): void;
  /** The frame that came from the line. */
  heard(frame: Int16Array, now: number): void;
  digitBegan(now: number): void;
  signal(signal: LineSignal | 'none', now: number): void;
  /** It hangs in a context with others from now on. */
  joined(now: number): void;
  /** It hangs in none any more. */
  left(now: number): void;
  /** Other tones or cadences; timing cannot change within the life of a port. */
  retune(hardware: Hardware): void;
}

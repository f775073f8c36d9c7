/**
 * What a driver of a line card is to the engine. Samples, edges and plain facts only: debouncing, cadences,
 * tones, digits and supervision are the engine's. A driver imports this file and its own package, nothing else.
 */

export const SAMPLE_RATE = 8000;
/** 20 ms of linear 16-bit samples. */
export const FRAME_SAMPLES = 160;
export const FRAME_MS = 20;

export type PortKind = 'fxs' | 'fxo';

/** A port by the name that settings and documents use, such as `phone/1` or `exchange/2`. */
export type Port = { readonly name: string; readonly kind: PortKind };

/** What the engine wants of a port's electrical side. */
export type Drive =
  /** FXS: battery feed towards the phone; `open` is the loop-open disconnect signal. */
  | { readonly feed: 'normal' | 'reversed' | 'open' }
  /** FXS: ringing voltage on or off, `hertz` as the country wants it. The engine does the cadence. */
  | { readonly ring: 'on'; readonly hertz: number }
  | { readonly ring: 'off' }
  /** FXO: our end of the exchange's loop. */
  | { readonly loop: 'closed' | 'open' };

/** What happened at a port; `at` is CLOCK_MONOTONIC in milliseconds. */
export type CardEvent = {
  readonly port: string;
  readonly at: number;
} /** FXS: loop current flows (phone lifted) or not, undebounced. */ & (
  | { readonly is: 'loop'; readonly closed: boolean }
  /** FXO: ringing voltage seen or gone. */
  | { readonly is: 'ringing'; readonly on: boolean }
  /** FXO: current in a loop that we hold closed; lost is the exchange's disconnect signal. */
  | { readonly is: 'current'; readonly flows: boolean }
  /** FXO: polarity of the exchange's feed. */
  | { readonly is: 'polarity'; readonly reversed: boolean }
  /** FXO: battery of the exchange on an idle line; none means that no line is plugged in. */
  | { readonly is: 'battery'; readonly present: boolean }
  /** The port (or the whole card: every port is told) cannot be used, or can again. */
  | { readonly is: 'service'; readonly available: boolean; readonly cause: string }
);

/** What the engine hands to a driver. */
export interface CardHost {
  /** CLOCK_MONOTONIC in milliseconds. */
  now(): number;
  tell(event: CardEvent): void;
  log(level: 'info' | 'warn' | 'error', text: string, detail?: object): void;
}

/** An open card. `read` and `write` are called once a frame and port, allocate nothing and never wait. */
export interface LineCard {
  readonly ports: readonly Port[];
  /** Fills `frame` with the 160 samples that came from the line since the last call; silence if there are none. */
  read(port: string, frame: Int16Array): void;
  /** Sends 160 samples to the line. */
  write(port: string, frame: Int16Array): void;
  drive(port: string, drive: Drive): void;
  /**
   * Cards with a frame clock of their own call `tick` once each 20 ms when a frame is ready; the engine then
   * follows it. Left out by cards that follow the engine.
   */
  followed?(tick: () => void): void;
  close(): Promise<void>;
}

/** The one export of `drivers/<name>/driver.ts`, by the name `driver`. */
export interface LineCardDriver {
  readonly name: string;
  /** Opens the card. `settings` have been checked against the driver's own `settings.ts`. */
  open(settings: unknown, host: CardHost): Promise<LineCard>;
}

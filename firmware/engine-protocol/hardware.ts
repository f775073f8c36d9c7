import type { LineId } from './ids.ts';

/** One step of a tone: up to 4 frequencies in Hz (none is silence) for `ms`; 0 ms lasts for ever. `level` in dBm0 each. */
export type ToneStep = { readonly hertz: readonly number[]; readonly ms: number; readonly level: number };
/** A tone as a list of steps; after the last it goes on at `loopFrom`, or ends where that is left out. */
export type Tone = { readonly steps: readonly ToneStep[]; readonly loopFrom?: number };

export type ToneName =
  | 'dial'
  | 'stutter'
  | 'ringback'
  | 'busy'
  | 'congestion'
  | 'howler'
  | 'special'
  | 'callWaiting'
  /** Heard by whoever is held. */
  | 'hold';

/** Ringing: ms on, ms off, on, off … repeated. */
export type RingCadence = readonly number[];

/** How an FXS port of this country behaves; all times in ms. */
export type FxsTiming = {
  readonly hookDebounceMs: number;
  /** An opening of the loop within these limits is a hook flash; longer is a hang-up. */
  readonly flashMs: readonly [shortest: number, longest: number];
  /** Dial pulses: breaks of this length count; `undefined` turns pulse dialling off. */
  readonly pulseBreakMs?: readonly [shortest: number, longest: number];
  readonly interDigitMs: number;
  readonly ringHertz: number;
  /** Loop opened towards the phone when the far end has gone (disconnect supervision). 0 = not done. */
  readonly openOnReleaseMs: number;
};

/** How an FXO port of this country behaves; all times in ms. */
export type FxoTiming = {
  /** Ringing this long is a ring. */
  readonly ringOnMs: number;
  /** No ringing for this long: the caller has gone. */
  readonly ringGoneMs: number;
  /** How long to wait for dial tone after seizing before dialling fails. */
  readonly dialToneWaitMs: number;
  readonly digitMs: number;
  readonly digitPauseMs: number;
  readonly flashMs: number;
  /** Loop current lost for this long is a disconnect. */
  readonly loopDropMs: number;
  /** No reversal known: silence this long after ringback ended, or this long after dialling, counts as answer. */
  readonly answerAssumedMs: number;
  /** Cadence of the exchange's hang-up tones, matched by the call progress detector. */
  readonly hangUpTones: readonly ('busy' | 'congestion' | 'dial')[];
};

export type HardwareLine = {
  readonly id: LineId;
  readonly card: string;
  /** Port name on the card. */
  readonly port: string;
} & ({ readonly kind: 'fxs'; readonly timing: FxsTiming } | { readonly kind: 'fxo'; readonly timing: FxoTiming });

/**
 * Everything the engine knows of the box, made by `control/engine/provision.ts` from settings and country:
 * the engine knows tones and times, not countries and settings.
 */
export type Hardware = {
  readonly cards: readonly { readonly id: string; readonly driver: string; readonly settings: unknown }[];
  readonly lines: readonly HardwareLine[];
  readonly tones: Readonly<Record<ToneName, Tone>>;
  readonly rings: Readonly<Record<string, RingCadence>>;
  /** First (even) and last UDP port of RTP; RTCP is the odd one above. */
  readonly rtpPorts: readonly [first: number, last: number];
};

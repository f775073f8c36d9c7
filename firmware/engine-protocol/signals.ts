import type { ToneName } from './hardware.ts';

export type CallerId = { readonly number: string | 'private' | 'unavailable'; readonly name?: string };

/** A tone towards the termination; with `yieldsToMedia` it ends at the first RTP of the context (RFC 3960 §3.2). */
export type ToneSignal = { readonly tone: ToneName; readonly yieldsToMedia?: true };
export type DigitsSignal = { readonly digits: string; readonly by: 'dtmf' | 'event' };

/** Signals (H.248.1 §7.1.11): played *to* a termination, by kind of termination. `'none'` ends what plays. */
export type LineSignal =
  | ToneSignal
  | DigitsSignal
  /** FXS: rings by the named cadence of `Hardware.rings`. */
  | { readonly ring: string; readonly callerId?: CallerId }
  | { readonly polarity: 'normal' | 'reversed' }
  /**
   * FXO: `seize` closes the loop (`dial` is then sent as DTMF once dial tone is heard, or with `blind` when none came in its time), `answer` closes it under a
   * ring, `release` opens it, `flash` opens it for the flash time.
   */
  | { readonly loop: 'seize'; readonly dial: string; readonly blind?: true }
  | { readonly loop: 'answer' | 'release' | 'flash' };
export type NetSignal = ToneSignal | DigitsSignal;

/**
 * What must not wait for the control plane, and works while it is away (H.248 embedded signal). The tone begins at
 * off-hook and the first digit silences it; an order given while the phone is on hook holds from the next lift.
 */
export type Standing = {
  readonly onOffHook: ToneName | 'silence';
  /** For a phone's lamp. Nothing acts on it yet: the ports send no message waiting data (ETSI EN 300 659-3 §5.2). */
  readonly messageWaiting: boolean;
};

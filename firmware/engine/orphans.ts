import type { LineId } from '../engine-protocol/ids.ts';

/** With control away for longer, lines that nobody holds any more are taken out of their contexts by the engine. */
export const CONTROL_AWAY_MS = 60_000;

/** A line that is in a context. */
export type HeldLine = {
  readonly id: LineId;
  readonly kind: 'fxs' | 'fxo';
  /** FXS: the handset is lifted. FXO: we hold the loop. */
  readonly offHook: boolean;
  /** Nobody else is in its context. */
  readonly alone: boolean;
};

/**
 * Which lines are orphans: on hook, or an exchange line held for nobody. Freed, a phone gives dial tone again at the
 * next lift, and the exchange stops counting; `awayMs` is how long no control plane has been there.
 */
export const orphansAmong = (lines: readonly HeldLine[], awayMs: number): LineId[] =>
  awayMs <= CONTROL_AWAY_MS
    ? []
    : lines.filter(({ kind, offHook, alone }) => !offHook || (kind === 'fxo' && alone)).map(({ id }) => id);

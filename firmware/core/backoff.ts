/** Shape of a wait that grows with each failure. */
export type BackoffShape = { readonly baseMs: number; readonly capMs: number };

/**
 * Jittered, capped wait after `failures` failures in a row (RFC 5626 §4.5): base · 2^failures, never above the cap,
 * of which a random 50-100 % is waited, so that a fleet spreads out.
 */
export const backoffMs = (failures: number, shape: BackoffShape, random: () => number): number => {
  const longest = Math.min(shape.capMs, shape.baseMs * 2 ** Math.min(failures, 20));
  return Math.round(longest * (0.5 + random() * 0.5));
};

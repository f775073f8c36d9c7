/**
 * The timers of RFC 3261 §17 (table 4 of appendix A), all in milliseconds and all from T1. T2 and T4 keep their
 * proportion to T1, so that a test that shortens T1 shortens everything.
 */
export type Timers = {
  readonly t1: number;
  /** Longest wait between two copies of a non-INVITE request or of a final answer. */
  readonly t2: number;
  /** Longest life of a message in the network. */
  readonly t4: number;
  /** Timers B, F, H, J, L, M: 64 · T1. */
  readonly giveUp: number;
  /** How long repeated finals are awaited over UDP: at least 32 s by the RFC, 64 · T1. */
  readonly d: number;
  /** §17.2.1: 100 Trying is sent when nobody else answered by then. */
  readonly trying: number;
  /** §13.3.1.1: ringing is told again once a minute, so that no proxy gives the call up. */
  readonly ringing: number;
};

export const timersOf = (t1Ms: number): Timers => ({
  t1: t1Ms,
  t2: 8 * t1Ms,
  t4: 10 * t1Ms,
  giveUp: 64 * t1Ms,
  d: 64 * t1Ms,
  trying: 0.4 * t1Ms,
  ringing: 120 * t1Ms,
});

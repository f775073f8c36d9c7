/** When the box proves its own numbers by itself (U21); pure. */
export type ProofSettings = {
  readonly inboundProof: 'off' | 'nightly' | 'nightlyAndChanges';
  /** Local time of the day, as `03:30`. */
  readonly at: string;
  /** So long settings stand before their change is proved. */
  readonly proofAfterS: number;
};

export type ProofMoment = {
  /** Wall time, ms since 1970, and the local time of the day, as `03:30`. */
  readonly wallMs: number;
  readonly time: string;
  /** Since this plane began, or since settings changed what brings calls in, whichever is later. */
  readonly stoodMs: number;
  /** Since the last call; 0 while one is up. */
  readonly quietMs: number;
  /** Since the last try that came to nothing; left out: none did. */
  readonly triedMs?: number;
  /** The last proof: its wall time; left out: there was none. */
  readonly lastAt?: number;
  /** What brings calls in is not what the last proof was made with. */
  readonly changed: boolean;
};

/** A call to our number must come back by another way than it left: with one way it would only ring against itself. */
export const LEAST_WAYS = 2;
/** Nobody is about to call again by then. */
const QUIET_MS = 60_000;
const RETRY_MS = 900_000;
/** Hours of the night in which it waits for a quiet minute. */
const NIGHT_MINUTES = 240;
/** One proof a night, whichever side of midnight it fell on. */
const SAME_NIGHT_MS = 43_200_000;
/** A box that does not know the time shows a year long gone: it knows no night then. */
const FIRST_MS = Date.UTC(2026, 0, 1);
const DAY_MINUTES = 1440;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

const isNight = ({ wallMs, time }: ProofMoment, at: string): boolean =>
  wallMs >= FIRST_MS && (minutesOf(time) - minutesOf(at) + DAY_MINUTES) % DAY_MINUTES < NIGHT_MINUTES;

const wasTonight = ({ wallMs, lastAt }: ProofMoment): boolean =>
  lastAt !== undefined && wallMs >= lastAt && wallMs - lastAt < SAME_NIGHT_MS;

/**
 * Whether a proof is to begin now: every night, and when settings that bring calls in have changed. Not before they
 * have stood for a while, as whoever changes them is still at work, and only when nobody is on the phone.
 */
export const proofDue = (moment: ProofMoment, { inboundProof, at, proofAfterS }: ProofSettings): boolean => {
  const waitMs = proofAfterS * 1000;
  if (inboundProof === 'off' || moment.stoodMs < waitMs || moment.quietMs < Math.min(waitMs, QUIET_MS)) return false;
  if (moment.triedMs !== undefined && moment.triedMs < RETRY_MS) return false;
  const afterChange = inboundProof === 'nightlyAndChanges' && moment.changed;
  return afterChange || (isNight(moment, at) && !wasTonight(moment));
};

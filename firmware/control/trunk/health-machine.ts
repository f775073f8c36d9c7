import { after, earliest, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import { spanWords } from '../../core/time-words.ts';

/**
 * Whether a softswitch can take calls, judged from all that is heard of it (U3).
 *
 *   unproven ──alive──▶ up ──missed──▶ suspect ──3 fast probes in 1 s unanswered──▶ down
 *      ▲                ▲                 │ alive ▶ up                                │ alive
 *      │                └── 3 good probes and 30 s ── returning ◀─────────────────────┘
 *   held ends, link restored                              └── missed ▶ down
 *
 * `held` (503 with Retry-After) and `cut` (no link) can come in any state. The first sign of life after any doubt also
 * asks for a fresh REGISTER (`reregister`): a softswitch that was away may have forgotten us although our binding has
 * not run out. A probe that only its retransmission got answered is such a doubt too: a stop that ended while the
 * probe was under way leaves no other trace.
 */
export type Evidence = { readonly from: 'registration' | 'probe' | 'call' | 'transport' | 'link' } & (
  | { readonly type: 'alive'; readonly tookMs?: number }
  /** `answered`: a 408, 503 or 504 came, so it is there and cannot serve; else there was silence. */
  | { readonly type: 'missed'; readonly answered?: boolean }
  | { readonly type: 'restored' }
  /** `why`: left out where it is the link. */
  | { readonly type: 'cut'; readonly why?: string }
  | { readonly type: 'refused'; readonly retryAfterMs: number }
);

type Phase =
  | { readonly is: 'unproven' | 'up'; readonly probeAt: Instant }
  /** `silent`: the doubt came from silence, so it may have been away and have forgotten us. */
  | { readonly is: 'suspect'; readonly sent: 0 | 1 | 2 | 3; readonly silent: boolean; readonly probeAt: Instant }
  | { readonly is: 'down'; readonly since: Instant; readonly probeAt: Instant }
  | { readonly is: 'returning'; readonly good: number; readonly stableAt: Instant; readonly probeAt: Instant }
  /** `doubted`: it was down or returning before, and has to return as before. */
  | { readonly is: 'held'; readonly until: Instant; readonly doubted: boolean }
  | { readonly is: 'cut' };
/** `roundTripMs`: smoothed time a probe took, `undefined` until one was answered. */
export type Health = Phase & { readonly roundTripMs: number | undefined };

export type HealthEffect =
  | { readonly do: 'probe'; readonly giveUpAfterMs: number }
  | { readonly do: 'reregister' }
  | { readonly fact: 'trunkUp' | 'trunkSuspect' | 'trunkDown' | 'trunkHeld'; readonly why: string };

type HealthFact = Extract<HealthEffect, { readonly fact: string }>;

export type HealthSettings = { readonly probeIntervalMs: number; readonly t1Ms: number; readonly random: () => number };

/** While suspect or down (U3). */
const ANXIOUS_INTERVAL_MS = 3000;
/** An interval is waited for 80-100 %. */
const LEAST_JITTER = 0.8;
const FAST_PROBES = 3;
const FAST_SPAN_MS = 1000;
const GOOD_PROBES = 3;
const STABLE_MS = 30_000;
/** Two retransmissions fit in (RFC 3261 §17.1.2.2 with T1 = 500 ms: 0.5 s and 1.5 s). */
const PROBE_PATIENCE_MS = 2000;
/** A softswitch that asks for a day of rest by mistake does not get it. */
const LONGEST_HOLD_MS = 1_800_000;
/** A fleet that was told the same time does not come back in the same instant. */
const HOLD_SPREAD = 0.1;
const RETURNING_WORDS = 'it answers again and must stay for 30 s';
const HELD_OVER_WORDS = 'it was down before it asked to be left alone';
const heldFacts = (ms: number): readonly HealthFact[] => {
  const why = `it asked to be left alone for ${spanWords(ms)} (503 with Retry-After)`;
  return [
    { fact: 'trunkSuspect', why },
    { fact: 'trunkHeld', why },
  ];
};
/** Weight of a new sample in the smoothed round trip (RFC 6298 §2.3). */
const SMOOTHING = 1 / 8;

/**
 * The kept word on a softswitch after a restart of ours: what was down, returning or held stays so, all else is proven
 * anew.
 */
export const resumedHealth = (kept: Health, now: Instant): Health => {
  if (kept.is === 'down' || kept.is === 'returning') return { ...kept, probeAt: now };
  if (kept.is === 'held' && kept.until > now) return kept;
  return { is: 'unproven', probeAt: now, roundTripMs: kept.roundTripMs };
};

/**
 * What a new plane states of a softswitch that it takes over in doubt: nobody else tells it, as long as nothing changes.
 */
export const resumedFacts = (health: Health, now: Instant): readonly HealthFact[] => {
  if (health.is === 'down') return [{ fact: 'trunkDown', why: 'it was down before the restart' }];
  if (health.is === 'returning') return [{ fact: 'trunkSuspect', why: RETURNING_WORDS }];
  return health.is === 'held' ? heldFacts(health.until - now) : [];
};

/** `withinMs`: the first probe goes at a random time in it. */
export const firstHealth = (now: Instant, withinMs = 0, random = () => 0): Health => ({
  is: 'unproven',
  probeAt: after(now, withinMs * random()),
  roundTripMs: undefined,
});

/** Never under four round trips (U6). */
export const silenceBudgetMs = (configuredMs: number, health: Health): number =>
  Math.max(configuredMs, Math.ceil(4 * (health.roundTripMs ?? 0)));

/** A sample far below the average is believed at once: the average had been raised by a retransmission. */
const smoothed = (average: number | undefined, sample: number): number =>
  average === undefined || sample < average / 2 ? sample : average + (sample - average) * SMOOTHING;

/** Health of one trunk; pure but for the injected `random`. */
export class HealthMachine implements Machine<Health, Evidence, HealthEffect> {
  readonly #settings: HealthSettings;

  constructor(settings: HealthSettings) {
    this.#settings = settings;
  }
  #jittered(ms: number) {
    return ms * (LEAST_JITTER + this.#settings.random() * (1 - LEAST_JITTER));
  }

  #calmAt(now: Instant) {
    return after(now, this.#jittered(this.#settings.probeIntervalMs));
  }

  #anxiousAt(now: Instant) {
    return after(now, this.#jittered(Math.min(ANXIOUS_INTERVAL_MS, this.#settings.probeIntervalMs)));
  }

  /** Over before the next probe leaves, however often they are asked for: two at once would be more than 1 kB/s. */
  #patienceMs(health: Health) {
    const intervalMs = Math.min(PROBE_PATIENCE_MS, LEAST_JITTER * this.#settings.probeIntervalMs);
    // a second copy that leaves just before the fast probes would make four within one second
    const lastCopyMs = Math.floor(0.99 * 3 * this.#settings.t1Ms);
    const tooClose = intervalMs > lastCopyMs && intervalMs < lastCopyMs + FAST_SPAN_MS / FAST_PROBES;
    const patienceMs = tooClose ? lastCopyMs : intervalMs;
    return Math.max(patienceMs, Math.ceil(4 * (health.roundTripMs ?? 0)));
  }

  /**
   * A fast probe that is repeated at once by the next one needs no copies of its own (Timer E of RFC 3261 §17.1.2.2
   * sends the first after T1): so the probes of this second stay under 1 kB.
   */
  #fastPatienceMs(health: Health) {
    return Math.max(0.99 * this.#settings.t1Ms, this.#fastSpacingMs(health));
  }

  #fastSpacingMs(health: Health) {
    return Math.max(FAST_SPAN_MS, 4 * (health.roundTripMs ?? 0)) / FAST_PROBES;
  }

  #still(state: Health): Step<Health, HealthEffect> {
    return { state, effects: [] };
  }

  #enter(from: Health, phase: Phase, ...effects: HealthEffect[]): Step<Health, HealthEffect> {
    return {
      state: { ...phase, roundTripMs: from.roundTripMs },
      effects,
    };
  }

  #up(from: Health, now: Instant, why: string, ...more: HealthEffect[]) {
    return this.#enter(from, { is: 'up', probeAt: this.#calmAt(now) }, { fact: 'trunkUp', why }, ...more);
  }

  #down(from: Health, now: Instant, why: string) {
    return this.#enter(from, { is: 'down', since: now, probeAt: this.#anxiousAt(now) }, { fact: 'trunkDown', why });
  }

  /** A probe was answered so late that its first copy must have been lost: by the path, or by a restart. */
  #retransmitted(state: Health, evidence: Evidence & { type: 'alive' }) {
    return (
      evidence.from === 'probe' &&
      evidence.tookMs !== undefined &&
      evidence.tookMs >= 0.9 * this.#settings.t1Ms &&
      state.roundTripMs !== undefined &&
      evidence.tookMs > 2 * state.roundTripMs
    );
  }

  #measured(state: Health, evidence: Evidence & { type: 'alive' }): Health {
    return evidence.from === 'probe' && evidence.tookMs !== undefined
      ? { ...state, roundTripMs: smoothed(state.roundTripMs, evidence.tookMs) }
      : state;
  }

  #alive(before: Health, evidence: Evidence & { type: 'alive' }, now: Instant): Step<Health, HealthEffect> {
    const state = this.#measured(before, evidence);
    switch (state.is) {
      case 'up':
        return { state, effects: this.#retransmitted(before, evidence) ? [{ do: 'reregister' }] : [] };
      case 'unproven':
        return this.#up(state, now, 'it answers', { do: 'reregister' });
      case 'suspect':
        return this.#up(state, now, 'it answers again', ...(state.silent ? [{ do: 'reregister' } as const] : []));
      case 'down':
        return this.#enter(
          state,
          {
            is: 'returning',
            good: evidence.from === 'probe' ? 1 : 0,
            stableAt: after(now, STABLE_MS),
            probeAt: this.#anxiousAt(now),
          },
          { fact: 'trunkSuspect', why: RETURNING_WORDS },
          { do: 'reregister' },
        );
      case 'returning':
        return this.#returned(state, evidence.from === 'probe' ? state.good + 1 : state.good, now);
      case 'held':
      case 'cut':
        return this.#still(state);
    }
  }

  #returned(state: Health & { is: 'returning' }, good: number, now: Instant): Step<Health, HealthEffect> {
    return good >= GOOD_PROBES && now >= state.stableAt
      ? this.#up(state, now, 'it was stable for 30 s')
      : this.#still(good === state.good ? state : { ...state, good });
  }

  #missed(state: Health, evidence: Evidence & { type: 'missed' }, now: Instant): Step<Health, HealthEffect> {
    switch (state.is) {
      case 'unproven':
      case 'up':
        return this.#enter(
          state,
          { is: 'suspect', sent: 0, silent: evidence.answered !== true, probeAt: now },
          { fact: 'trunkSuspect', why: `no good answer (${evidence.from})` },
        );
      case 'returning':
        // One resent INVITE is no relapse: it only brings the next probe forward.
        return evidence.from === 'call'
          ? this.#still({ ...state, probeAt: earliest(state.probeAt, now) ?? now })
          : this.#down(state, now, 'it failed again while it was returning');
      case 'suspect':
        return this.#still(state.silent || evidence.answered === true ? state : { ...state, silent: true });
      default:
        return this.#still(state);
    }
  }

  #probe(state: Health): HealthEffect {
    return { do: 'probe', giveUpAfterMs: this.#patienceMs(state) };
  }

  #lapse(state: Health, now: Instant): Step<Health, HealthEffect> {
    switch (state.is) {
      case 'unproven':
      case 'down':
        return { state: { ...state, probeAt: this.#anxiousAt(now) }, effects: [this.#probe(state)] };
      case 'up':
        return { state: { ...state, probeAt: this.#calmAt(now) }, effects: [this.#probe(state)] };
      case 'suspect':
        return this.#suspectLapse(state, now);
      case 'returning': {
        const settled = this.#returned(state, state.good, now);
        if (settled.state.is === 'up' || now < state.probeAt) return settled;
        return { state: { ...state, probeAt: this.#anxiousAt(now) }, effects: [this.#probe(state)] };
      }
      case 'held':
        if (!state.doubted) return this.#enter(state, { is: 'unproven', probeAt: now });
        return this.#enter(
          state,
          { is: 'down', since: now, probeAt: now },
          { fact: 'trunkDown', why: HELD_OVER_WORDS },
        );
      case 'cut':
        return this.#still(state);
    }
  }

  /** 503 with Retry-After, to a probe, a REGISTER or a call (RFC 3261 §20.33). */
  #refused(state: Health, retryAfterMs: number, now: Instant): Step<Health, HealthEffect> {
    if (state.is === 'cut') return this.#still(state);
    const holdMs = Math.min(retryAfterMs * (1 + HOLD_SPREAD * this.#settings.random()), LONGEST_HOLD_MS);
    const doubted = state.is === 'held' ? state.doubted : state.is === 'down' || state.is === 'returning';
    const held: Phase = { is: 'held', until: after(now, holdMs), doubted };
    return this.#enter(state, held, ...heldFacts(holdMs));
  }

  #suspectLapse(state: Health & { is: 'suspect' }, now: Instant): Step<Health, HealthEffect> {
    if (state.sent === FAST_PROBES) return this.#down(state, now, 'none of three fast probes was answered');
    const probeAt = after(now, this.#fastSpacingMs(state));
    const probe: HealthEffect = { do: 'probe', giveUpAfterMs: this.#fastPatienceMs(state) };
    return { state: { ...state, sent: (state.sent + 1) as 1 | 2 | 3, probeAt }, effects: [probe] };
  }

  step(state: Health, event: Evidence | Lapse, now: Instant): Step<Health, HealthEffect> {
    switch (event.type) {
      case 'lapse':
        return this.#lapse(state, now);
      case 'alive':
        return this.#alive(state, event, now);
      case 'missed':
        return this.#missed(state, event, now);
      case 'refused':
        return this.#refused(state, event.retryAfterMs, now);
      case 'cut':
        return state.is === 'cut'
          ? this.#still(state)
          : this.#enter(state, { is: 'cut' }, { fact: 'trunkDown', why: event.why ?? 'no link' });
      case 'restored':
        return state.is === 'cut' ? this.#enter(state, { is: 'unproven', probeAt: now }) : this.#still(state);
    }
  }

  deadline(state: Health): Instant | undefined {
    switch (state.is) {
      case 'held':
        return state.until;
      case 'cut':
        return undefined;
      case 'returning':
        return state.good >= GOOD_PROBES ? earliest(state.stableAt, state.probeAt) : state.probeAt;
      default:
        return state.probeAt;
    }
  }
}

import { after, type Instant, type Lapse, type Machine, type Step } from '../../core/machine.ts';
import type { RequestOutcome } from './face.ts';
import { causeOfRefusal } from './registration-cause.ts';
import { againMs, heededMs, pacedMs } from './registration-pace.ts';
import {
  ASK_GUARD_MS,
  type Binding,
  bindingOf,
  common,
  contactToken,
  deadlineOf,
  type Failed,
  failuresOf,
  type Registration,
  type RegistrationEffect,
  type RegistrationEvent,
} from './registration-state.ts';

export type RegistrationSettings = {
  readonly expiresS: number;
  readonly t1Ms: number;
  /** Tokens of the same account at the other trunks: one of them in a 200 without ours means "one binding an account". */
  readonly siblingTokens: readonly string[];
  readonly random: () => number;
};

/** The clock goes on while a cascade runs. */
const SAME_CASCADE_MS = 50;
const UNBIND_PATIENCE_MS = 2000;
const STANDBY_CHECK_MS = 1_800_000;
const LONGEST_EXPIRES_S = 86_400;
type Result = Step<Registration, RegistrationEffect>;

/**
 * One account at one softswitch (RFC 3261 §10.2): bound for as long as the settings want it, never given up (U2).
 *
 *   starting ──▶ asking ──200 with our contact──▶ bound ──50-90 % of the expiry, or nudge──▶ asking
 *                  │ ▲                              a refusal does not unbind what is still bound:
 *          refused │ │ back-off, or nudge           `waiting` and `asking` keep their `binding`
 *                  ▼ │
 *                waiting            standby: the softswitch keeps one binding an account, another trunk has it
 *   any ──stop──▶ unbinding ──answer or 2 s──▶ off ──start──▶ starting
 *
 * Only `off` has no deadline. Pure but for the injected `random`.
 */
export class RegistrationMachine implements Machine<Registration, RegistrationEvent, RegistrationEffect> {
  readonly #settings: RegistrationSettings;

  constructor(settings: RegistrationSettings) {
    this.#settings = settings;
  }

  #within(now: Instant, ms: number) {
    return after(now, this.#settings.random() * ms);
  }

  #ask(state: Registration, now: Instant, failures = failuresOf(state)): Result {
    const asks = state.asks + 1;
    const expiresS = Math.max(this.#settings.expiresS, state.leastExpiresS);
    const failed = 'failed' in state && state.failed !== undefined ? { failed: state.failed } : {};
    return {
      state: {
        ...common(state),
        ...bindingOf(state, now),
        ...failed,
        is: 'asking',
        asks,
        askedAt: now,
        expiresS,
        failures,
      },
      effects: [{ do: 'register', ask: asks, expiresS }],
    };
  }

  #failedFact(state: Registration, failed: Failed): RegistrationEffect[] {
    const before = 'failed' in state ? state.failed : undefined;
    return before?.cause === failed.cause && before.detail === failed.detail
      ? []
      : [{ fact: 'registrationFailed', ...failed }];
  }

  /** `retryAfterMs`: as the softswitch asked. */
  #wait(state: Registration, now: Instant, failed: Failed, answered: boolean, retryAfterMs?: number): Result {
    const failures = failuresOf(state);
    const kept = bindingOf(state, now);
    const { random } = this.#settings;
    const askedFor = heededMs(retryAfterMs, random);
    const hadWorked = failures === 0 && kept.binding !== undefined;
    const ms = askedFor ?? againMs(failed.cause, failures, hadWorked, random);
    return {
      state: {
        ...common(state),
        ...kept,
        is: 'waiting',
        retryAt: after(now, ms),
        ...(askedFor === undefined ? {} : { notBefore: after(now, askedFor) }),
        failedAt: now,
        failures: failures + 1,
        failed,
        answered,
      },
      effects: this.#failedFact(state, failed),
    };
  }

  #accepted(state: Registration & { is: 'asking' }, now: Instant, outcome: Answer, contact?: string): Result {
    const ours = outcome.contacts.filter(({ uri }) => contactToken(uri) === state.identity.token);
    const former = bindingOf(state, now).binding?.contact;
    const left = former === contact ? undefined : ours.find(({ uri }) => uri === former);
    const own = ours.find((each) => each !== left) ?? left;
    const expiresS = own?.expiresS ?? state.expiresS;
    if (own === undefined || expiresS <= 0) return this.#notOurs(state, now, outcome);
    const expiresAt = after(now, expiresS * 1000);
    const refreshAt = after(now, Math.max(1000, expiresS * 1000 * (0.5 + this.#settings.random() * 0.4)));
    const news = bindingOf(state, now).binding === undefined || state.failed !== undefined;
    return {
      state: {
        ...common(state),
        is: 'bound',
        binding: { since: now, expiresAt, serviceRoute: outcome.serviceRoute, ...(contact ? { contact } : {}) },
        refreshAt,
      },
      effects: [
        ...(news ? [{ fact: 'registered', expiresS } as const] : []),
        ...(left && own !== left ? [{ do: 'remove', contact: left.uri } as const] : []),
      ],
    };
  }

  /** 200 that does not list our contact: we are not bound, whatever the status says. */
  #notOurs(before: Registration & { is: 'asking' }, now: Instant, outcome: Answer): Result {
    const { binding: _gone, ...state } = before;
    const sibling = outcome.contacts.some((contact) =>
      this.#settings.siblingTokens.includes(contactToken(contact.uri)),
    );
    if (!sibling) return this.#wait(state, now, { cause: 'bindingAltered', detail: '' }, true);
    return this.#standby(state, now);
  }

  #standby(state: Registration, now: Instant): Result {
    if (state.is === 'standby' || state.is === 'off' || state.is === 'unbinding') return { state, effects: [] };
    return {
      // an answer that is still on its way is not heard
      state: { ...common(state), asks: state.asks + 1, is: 'standby', retryAt: after(now, STANDBY_CHECK_MS) },
      effects: [{ fact: 'registrationFailed', cause: 'oneBinding', detail: '' }],
    };
  }

  #refused(state: Registration & { is: 'asking' }, now: Instant, outcome: Answer): Result {
    const least = outcome.minExpiresS ?? 0;
    // Asked again at once only for the first raise: a registrar that always wants more would be asked without end.
    if (outcome.status === 423 && least > state.expiresS && least <= LONGEST_EXPIRES_S) {
      const raised = { ...state, leastExpiresS: least };
      return state.expiresS === this.#settings.expiresS
        ? this.#ask(raised, now)
        : this.#refusedWith(raised, now, outcome);
    }
    return this.#refusedWith(state, now, outcome);
  }

  #refusedWith(state: Registration & { is: 'asking' }, now: Instant, outcome: Answer): Result {
    const failed = {
      cause: causeOfRefusal(outcome.status, outcome.credentialsRefused),
      detail: `${outcome.status} ${outcome.phrase}`.trim(),
    };
    return this.#wait(state, now, failed, true, outcome.retryAfterMs);
  }

  #heard(state: Registration, now: Instant, event: RegistrationEvent & { type: 'outcome' }): Result {
    const { ask: number, outcome, contact } = event;
    if (state.is === 'unbinding' && number === state.asks)
      return { state: { ...common(state), is: 'off' }, effects: [] };
    if (state.is !== 'asking' || number !== state.asks) return { state, effects: [] };
    if (outcome.is === 'silent') return this.#wait(state, now, { cause: 'silent', detail: '' }, false);
    if (outcome.is === 'unreachable')
      return this.#wait(state, now, { cause: 'unreachable', detail: outcome.why }, false);
    return outcome.status >= 200 && outcome.status < 300
      ? this.#accepted(state, now, outcome, contact)
      : this.#refused(state, now, outcome);
  }

  #nudged(state: Registration, now: Instant, withinMs: number): Result {
    const at = this.#within(now, withinMs);
    switch (state.is) {
      case 'bound':
        // The answer that bound us is itself the sign of life: nothing to ask again.
        if (now - state.binding.since < SAME_CASCADE_MS) return { state, effects: [] };
        return withinMs === 0
          ? this.#ask(state, now)
          : { state: { ...state, refreshAt: sooner(state.refreshAt, at) }, effects: [] };
      case 'waiting': {
        const paced = Math.max(at, after(state.failedAt, pacedMs(state)), state.notBefore ?? 0) as Instant;
        return paced <= now
          ? this.#ask(state, now)
          : { state: { ...state, retryAt: sooner(state.retryAt, paced) }, effects: [] };
      }
      case 'asking':
        // Its next retransmission may be 4 s away (T2), so an ask of some age is sent anew.
        return now - state.askedAt >= this.#settings.t1Ms ? this.#ask(state, now) : { state, effects: [] };
      case 'standby':
      case 'starting':
      case 'unbinding':
      case 'off':
        return { state, effects: [] };
    }
  }

  #stopped(state: Registration, now: Instant): Result {
    if (state.is === 'off' || state.is === 'unbinding') return { state, effects: [] };
    if (state.is !== 'asking' && bindingOf(state, now).binding === undefined)
      return { state: { ...common(state), is: 'off' }, effects: [] };
    const asks = state.asks + 1;
    return {
      state: { ...common(state), asks, is: 'unbinding', giveUpAt: after(now, UNBIND_PATIENCE_MS) },
      effects: [{ do: 'register', ask: asks, expiresS: 0 }],
    };
  }

  #lapse(state: Registration, now: Instant): Result {
    switch (state.is) {
      case 'starting':
        return now >= state.registerAt ? this.#ask(state, now) : this.#expired(state, now);
      case 'bound':
        return this.#ask(state, now);
      case 'waiting':
        return now >= state.retryAt ? this.#ask(state, now) : this.#expired(state, now);
      case 'standby':
        return this.#ask(state, now);
      case 'asking':
        return now >= after(state.askedAt, ASK_GUARD_MS)
          ? this.#wait(state, now, { cause: 'silent', detail: '' }, false)
          : this.#expired(state, now);
      case 'unbinding':
        return { state: { ...common(state), is: 'off' }, effects: [] };
      case 'off':
        return { state, effects: [] };
    }
  }

  /** The binding ran out while we could not renew it. */
  #expired(before: Registration & { binding?: Binding }, now: Instant): Result {
    if (before.binding === undefined || before.binding.expiresAt > now) return { state: before, effects: [] };
    const { binding: _gone, ...state } = before;
    const failed = 'failed' in state && state.failed ? state.failed : { cause: 'silent' as const, detail: '' };
    return { state: state as Registration, effects: [{ fact: 'registrationFailed', ...failed }] };
  }

  step(state: Registration, event: RegistrationEvent | Lapse, now: Instant): Result {
    switch (event.type) {
      case 'lapse':
        return this.#lapse(state, now);
      case 'outcome':
        return this.#heard(state, now, event);
      case 'nudge':
        return this.#nudged(state, now, event.withinMs);
      case 'start':
        if (state.is !== 'off' && state.is !== 'unbinding' && state.is !== 'starting') return { state, effects: [] };
        return {
          state: {
            ...common(state),
            ...bindingOf(state, now),
            is: 'starting',
            registerAt: this.#within(now, event.withinMs),
          },
          effects: [],
        };
      case 'settingsChanged':
        return state.is === 'off' || state.is === 'unbinding' ? { state, effects: [] } : this.#ask(state, now, 0);
      case 'noFlow':
        return state.is === 'off' || state.is === 'unbinding'
          ? { state, effects: [] }
          : this.#wait(state, now, { cause: event.cause, detail: event.detail }, false);
      case 'siblingLost':
        return state.is === 'standby' ? this.#ask(state, now) : { state, effects: [] };
      case 'oneBinding':
        return this.#standby(state, now);
      case 'stop':
        return this.#stopped(state, now);
    }
  }

  deadline(state: Registration): Instant | undefined {
    return deadlineOf(state);
  }
}

type Answer = RequestOutcome & { readonly is: 'answered' };

const sooner = (one: Instant, other: Instant): Instant => (one < other ? one : other);

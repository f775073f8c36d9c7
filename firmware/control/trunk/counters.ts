import { after, type Instant } from '../../core/machine.ts';
import type { Fact } from '../facts.ts';
import type { Cause } from '../failure.ts';

/** New calls are limited by the second (U8). */
const SECOND_MS = 1_000;
/** The share of answered calls is of the last 100, unknown below 20; each older call weighs a little less (U4). */
const MOST_CALLS = 100;
const LEAST_CALLS = 20;
const DECAY = 0.98;
/** What speaks of the callee or of the caller, and not of the trunk, does not count. */
const SAYS_NOTHING: ReadonlySet<Cause> = new Set([
  ...(['busy', 'declined', 'unknownNumber', 'numberIncomplete'] as const),
  ...(['hungUp', 'answeredElsewhere', 'preempted', 'gatewayRestarted'] as const),
]);

type Counted = { readonly began: Instant[]; readonly outcomes: boolean[] };

/** What calls have told of each trunk: how many began just now, and what share was answered. Folded from facts. */
export class TrunkCounters {
  readonly #trunks = new Map<string, Counted>();
  /** Trunk of each attempt that is open, by call. */
  readonly #open = new Map<string, Map<string, string>>();

  /** To be called for every fact, at the moment it is stated. */
  fold(fact: Fact, now: Instant): void {
    switch (fact.fact) {
      case 'attemptBegan':
        if (fact.target.kind === 'trunk') this.#began(fact.call, fact.attempt, fact.target.id, now);
        break;
      case 'attemptEnded':
        this.#ended(fact.call, fact.attempt, fact.cause);
        break;
      case 'callAnswered':
        this.#answered(fact.call, fact.attempt);
        break;
      case 'callEnded':
        this.#open.delete(fact.call);
        break;
      default:
    }
  }

  /** Calls that began on a trunk within the last second. */
  newCalls(trunk: string, now: Instant): number {
    return this.#trunks.get(trunk)?.began.filter((began) => after(began, SECOND_MS) > now).length ?? 0;
  }

  /** Share of answered calls, from 0 to 1; undefined while there were too few. */
  asr(trunk: string): number | undefined {
    const outcomes = this.#trunks.get(trunk)?.outcomes ?? [];
    if (outcomes.length < LEAST_CALLS) return undefined;
    let [answered, all] = [0, 0];
    for (const outcome of outcomes) {
      answered = answered * DECAY + Number(outcome);
      all = all * DECAY + 1;
    }
    return answered / all;
  }

  /** A trunk that settings have taken away: what its calls end with says nothing of one that comes under its name. */
  forget(trunk: string): void {
    this.#trunks.delete(trunk);
    for (const attempts of this.#open.values()) {
      for (const [attempt, by] of attempts) if (by === trunk) attempts.delete(attempt);
    }
  }

  #began(call: string, attempt: string, trunk: string, now: Instant): void {
    const { began } = this.#of(trunk);
    while (began[0] !== undefined && after(began[0], SECOND_MS) <= now) began.shift();
    began.push(now);
    const attempts = this.#open.get(call) ?? new Map<string, string>();
    this.#open.set(call, attempts.set(attempt, trunk));
  }

  #ended(call: string, attempt: string, cause: Cause): void {
    const trunk = this.#open.get(call)?.get(attempt);
    this.#open.get(call)?.delete(attempt);
    if (trunk !== undefined && !SAYS_NOTHING.has(cause)) this.#count(trunk, false);
  }

  #answered(call: string, attempt: string): void {
    const trunk = this.#open.get(call)?.get(attempt);
    if (trunk !== undefined) this.#count(trunk, true);
    this.#open.delete(call);
  }

  #count(trunk: string, answered: boolean): void {
    const { outcomes } = this.#of(trunk);
    outcomes.push(answered);
    if (outcomes.length > MOST_CALLS) outcomes.shift();
  }

  #of(trunk: string): Counted {
    const known = this.#trunks.get(trunk) ?? { began: [], outcomes: [] };
    this.#trunks.set(trunk, known);
    return known;
  }
}

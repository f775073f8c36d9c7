import { randomInt } from 'node:crypto';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { NumberPlan } from '../profiles/number-plan.ts';
import type { Fact } from './facts.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Offer } from './leg/leg.ts';
import { LineStates } from './line-states.ts';
import type { GoesOn } from './records/call-records.ts';
import { goingOn } from './remembered.ts';
import { dialledEmergency } from './routing/emergency.ts';
import { type PlanResult, plan } from './routing/plan.ts';
import type { PlanQuestion, Routed, WallTime } from './routing/question.ts';
import { type RedirectAsk, type Redirected, redirected } from './routing/redirect.ts';
import { timeIsKnown } from './system/time-known.ts';
import type { Trunks } from './trunk/trunks.ts';

export type PlanningOptions = {
  readonly clock: Clock;
  readonly trunks: Pick<Trunks, 'snapshot'>;
  /** The settings that run. */
  readonly configuration: () => Configuration;
  readonly country: () => NumberPlan;
  /** What calls before have left. */
  readonly ledger: Pick<Ledger, 'fold' | 'goesOn' | 'memory'>;
};

const LARGEST_SEED = 2 ** 32;

/** Gathers what a plan is made of at this moment; the plan itself is pure (`routing/plan.ts`). */
export class Planning {
  readonly #options: PlanningOptions;
  readonly #lines = new LineStates();

  constructor(options: PlanningOptions) {
    this.#options = options;
  }

  plan(offer: Offer): PlanResult {
    return plan(this.question(offer));
  }

  /** The question that a call asks now; the routing analysis asks the same. */
  question(offer: Routed): PlanQuestion {
    const { trunks, configuration, country, ledger } = this.#options;
    const settings = configuration();
    const now = this.#now();
    return {
      ...{ offer, configuration: settings, country: country(), now, memory: ledger.memory(now) },
      trunks: trunks.snapshot(),
      lines: this.#lines.of([...settings.lines, ...settings.trunks].map(({ id }) => id)),
      seed: randomInt(LARGEST_SEED),
    };
  }

  /** Whether a call may be led to the number that a softswitch names. */
  redirect(asked: RedirectAsk): Redirected {
    const { from, caller, number } = asked;
    return redirected(this.question({ from, caller, dialled: number }), asked);
  }

  /** To be called for every fact. */
  fold(fact: Fact): void {
    this.#options.ledger.fold(fact);
    this.#lines.fold(fact, this.#options.clock.wall(), (dialled) => this.emergency().includes(dialled));
  }

  /** A call of the plane before us that goes on. */
  goesOn({ call, record }: GoesOn): void {
    const { clock, ledger } = this.#options;
    const counted = goingOn({ call, record }, clock.wall());
    ledger.goesOn(counted);
    const targets = record.attempts.filter(({ attempt }) => attempt in counted.attempts);
    const lines = [{ attempt: 'caller', target: record.from }, ...targets].flatMap(
      ({ attempt, target: { kind, id } }) =>
        kind === 'phone' || kind === 'line' || kind === 'trunk' ? [[attempt, id] as const] : [],
    );
    this.#lines.goesOn(call, new Map(lines), record.at, counted.emergency);
  }

  /** Emergency numbers in every way in which they may be dialled here. */
  emergency(): readonly string[] {
    return dialledEmergency(this.#options.configuration(), this.#options.country());
  }

  #now(): WallTime {
    const ms = this.#options.clock.wall();
    return { ms, sure: timeIsKnown(ms) };
  }
}

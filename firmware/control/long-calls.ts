import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Runner } from '../core/runner.ts';
import type { Fact } from './facts.ts';
import { isWithin } from './routing/calendar.ts';
import {
  type LongCallEffect,
  type LongCallEvent,
  type LongCalls,
  longCallMachine,
  longCallsGoOn,
  noLongCalls,
} from './status/long-call-machine.ts';
import { timeIsKnown } from './system/time-known.ts';

export type LongCallWatchOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly configuration: () => Configuration;
  /** States that a plane before us left. */
  readonly before: ReadonlyMap<string, unknown>;
};

const MACHINE = 'long-calls';
const MINUTE_MS = 60_000;

/** States that a call is up for longer than settings say, within the hours in which the office wants to know (U11). */
export class LongCallWatch {
  readonly #options: LongCallWatchOptions;

  constructor(options: LongCallWatchOptions) {
    this.#options = options;
  }

  /** From here on calls are looked at; to be called when those that go on from the plane before us are there. */
  open(): void {
    const { runner, before } = this.#options;
    const kept = (before.get(MACHINE) as LongCalls | undefined) ?? noLongCalls;
    const state = longCallsGoOn(kept, (call) => runner.has(call), runner.now());
    runner.host<LongCalls, LongCallEvent, LongCallEffect>(MACHINE, longCallMachine, state, (effect) =>
      this.#perform(effect),
    );
  }

  /** To be called for every fact. */
  fold(fact: Fact): void {
    const { runner } = this.#options;
    const tell = (event: LongCallEvent) => runner.tell(MACHINE, event);
    if (fact.fact === 'callBegan') tell({ type: 'began', call: fact.call, from: fact.from, dialled: fact.dialled });
    if (fact.fact === 'callAnswered') tell({ type: 'answered', call: fact.call });
    if (fact.fact === 'callEnded') tell({ type: 'ended', call: fact.call });
  }

  #perform(effect: LongCallEffect): void {
    const { runner } = this.#options;
    if (effect.do === 'look') {
      const limitMs = this.#limitMs();
      runner.tell<LongCallEvent>(MACHINE, { type: 'limited', ...(limitMs === undefined ? {} : { limitMs }) });
      return;
    }
    const { call, from, dialled, ms } = effect;
    runner.fact({ fact: 'callLong', call, from, dialled, minutes: Math.floor(ms / MINUTE_MS) } satisfies Fact);
  }

  /** Undefined: nobody wants to know now. */
  #limitMs(): number | undefined {
    const { clock, configuration } = this.#options;
    const { notice, calendars } = configuration();
    if (notice.longCallMin === 0) return undefined;
    const hours = calendars.find(({ id }) => id === notice.longCallCalendar);
    const ms = clock.wall();
    const isAwake = hours === undefined || isWithin(hours, { ms, sure: timeIsKnown(ms) });
    return isAwake ? notice.longCallMin * MINUTE_MS : undefined;
  }
}

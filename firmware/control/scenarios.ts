import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Runner } from '../core/runner.ts';
import type { Fact } from './facts.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { ScenarioRooms } from './operation/scenario-rooms.ts';
import type { StarRooms } from './phone/star-code/star-code.ts';
import { holidaysMissing } from './routing/calendar.ts';
import type { WallTime } from './routing/question.ts';
import {
  onByCalendar,
  type ScenarioCalendar,
  type ScenarioCalendarEffect,
  type ScenarioCalendarEvent,
  scenarioCalendarMachine,
} from './routing/scenario-calendar-machine.ts';
import { timeIsKnown } from './system/time-known.ts';

export type ScenariosOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'memory' | 'scenarioBefore' | 'switchScenario'>;
  readonly configuration: () => Configuration;
  /** States that a plane before us left. */
  readonly before: ReadonlyMap<string, unknown>;
};

/** The same for star codes. */
export const starOf = (scenarios: Scenarios, pin: StarRooms['pin']): StarRooms => ({
  pin,
  scenario: () => scenarios.current(),
  switchScenario: (name, by) => scenarios.switchTo(name, by),
});

const MACHINE = 'scenario-calendar';
const BY_CALENDAR = 'the calendar';

/** Which scenario is on, who may switch it, and what its calendar switches (U20). It is kept by the ledger. */
export class Scenarios implements ScenarioRooms {
  readonly #options: ScenariosOptions;
  /** Calendars that lack holidays of a year, as last stated. */
  #missing: ReadonlyMap<string, number> = new Map();

  constructor(options: ScenariosOptions) {
    this.#options = options;
  }

  /** From here on calendars switch. */
  open(): void {
    const { runner, before } = this.#options;
    const kept = before.get(MACHINE) as ScenarioCalendar | undefined;
    const state: ScenarioCalendar = { ...(kept?.on === undefined ? {} : { on: kept.on }), lookAt: runner.now() };
    runner.host<ScenarioCalendar, ScenarioCalendarEvent, ScenarioCalendarEffect>(
      MACHINE,
      scenarioCalendarMachine,
      state,
      (effect, after) => this.#perform(effect, after),
    );
  }

  /** The calendar is not looked at any more. */
  close(): void {
    this.#options.runner.drop(MACHINE);
  }

  /** What a scenario that settings have taken out leaves on is none. */
  current(): string {
    const { ledger, clock } = this.#options;
    const { scenario } = ledger.memory({ ms: clock.wall(), sure: false });
    return this.known().some(({ id }) => id === scenario) ? scenario : '';
  }

  previous(): string {
    const { scenarioBefore } = this.#options.ledger;
    return this.known().some(({ id }) => id === scenarioBefore) ? scenarioBefore : '';
  }

  known(): readonly { readonly id: string; readonly title: string }[] {
    return this.#options.configuration().scenarios;
  }

  switchTo(name: string, by: string): void {
    this.#options.ledger.switchScenario(name, by);
  }

  /** As the status shows it; undefined while none is on. */
  shown(): { readonly id: string; readonly title: string } | undefined {
    const current = this.current();
    const found = this.known().find(({ id }) => id === current);
    return found && { id: found.id, title: found.title };
  }

  #perform(effect: ScenarioCalendarEffect, state: ScenarioCalendar) {
    if (effect.do === 'look') return this.#look(state);
    if (effect.on) return this.switchTo(effect.scenario, BY_CALENDAR);
    if (this.current() === effect.scenario) this.switchTo('', BY_CALENDAR);
  }

  /** States which calendars lack the holidays of a year, if that is news (U11). */
  #remind(now: WallTime): void {
    const { runner, configuration } = this.#options;
    const missing = new Map<string, number>();
    for (const calendar of configuration().calendars) {
      const year = holidaysMissing(calendar, now);
      if (year !== undefined) missing.set(calendar.id, year);
    }
    for (const calendar of this.#missing.keys()) {
      if (!missing.has(calendar)) runner.fact({ fact: 'holidaysKnown', calendar } satisfies Fact);
    }
    for (const [calendar, year] of missing) {
      if (this.#missing.get(calendar) !== year) {
        runner.fact({ fact: 'holidaysMissing', calendar, year } satisfies Fact);
      }
    }
    this.#missing = missing;
  }

  #look({ on: known }: ScenarioCalendar): void {
    const { runner, clock, configuration } = this.#options;
    const ms = clock.wall();
    this.#remind({ ms, sure: timeIsKnown(ms) });
    const on = onByCalendar(configuration(), { ms, sure: timeIsKnown(ms) });
    if (on === undefined) return;
    const byHours = configuration().scenarios.some(({ id, calendar }) => id === this.current() && calendar !== '');
    // Nothing is known of before: hours that ended meanwhile are over.
    if (known === undefined && byHours && !on.includes(this.current())) this.switchTo('', BY_CALENDAR);
    runner.tell<ScenarioCalendarEvent>(MACHINE, { type: 'seen', on });
  }
}

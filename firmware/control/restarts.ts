import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { keepState } from '../core/kept-state.ts';
import { after } from '../core/machine.ts';
import { DEATHS_FILE, deathWords, type PlaneDeath, type PlaneDeaths, readDeaths } from '../core/plane-deaths.ts';
import type { Runner } from '../core/runner.ts';
import type { Fact } from './facts.ts';

/** Deaths that were told, by plane: a plane after us does not tell them again. */
export const DEATHS_TOLD = 'restarts/told';
type Told = Partial<Record<'control' | 'engine', string>>;

const LOOK_MS = 5_000;

export type RestartsOptions = {
  /** Folder in memory where the supervisor keeps how planes ended; under a service manager nobody does. */
  readonly run: string;
  readonly runner: Runner;
  readonly clock: Clock;
  /** States that the plane before us left. */
  readonly before: ReadonlyMap<string, unknown>;
};

/** Tells why planes were started anew (R5). */
export class Restarts {
  readonly #options: RestartsOptions;
  #told: Told;
  #cancel: () => void = () => {};

  constructor(options: RestartsOptions) {
    this.#options = options;
    this.#told = (options.before.get(DEATHS_TOLD) ?? {}) as Told;
    keepState(options.runner, DEATHS_TOLD, this.#told);
  }

  /**
   * Within a cascade: states that this plane follows one that died, or one that left calls (`leftCalls`), and begins to
   * look at the engine.
   */
  begin(leftCalls: boolean, callsEnded: number): void {
    const { runner } = this.#options;
    const death = this.#news('control');
    if (death !== undefined) this.#tell('control', death);
    const why = death === undefined ? {} : { why: deathWords(death) };
    if (leftCalls || death !== undefined) runner.fact({ fact: 'controlRestarted', callsEnded, ...why } satisfies Fact);
    this.#again();
  }

  close(): void {
    this.#cancel();
  }

  #again(): void {
    const { clock, runner } = this.#options;
    this.#cancel = clock.at(after(clock.now(), LOOK_MS), () => {
      this.#again();
      const death = this.#news('engine');
      // without news nothing runs: a timer is no proof of work
      if (death !== undefined) runner.cascade(() => this.#engineDied(death));
    });
  }

  #engineDied(death: PlaneDeath): void {
    this.#tell('engine', death);
    this.#options.runner.fact({ fact: 'engineRestarted', why: deathWords(death) } satisfies Fact);
  }

  /** A death that was not told yet. */
  #news(plane: 'control' | 'engine'): PlaneDeath | undefined {
    const death = this.#deaths()[plane];
    return death?.id === this.#told[plane] ? undefined : death;
  }

  #tell(plane: 'control' | 'engine', { id }: PlaneDeath): void {
    this.#told = { ...this.#told, [plane]: id };
    keepState(this.#options.runner, DEATHS_TOLD, this.#told);
  }

  #deaths(): PlaneDeaths {
    try {
      return readDeaths(readFileSync(join(this.#options.run, DEATHS_FILE), 'utf8'));
    } catch {
      return {};
    }
  }
}

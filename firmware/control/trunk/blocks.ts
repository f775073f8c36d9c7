import { after } from '../../core/machine.ts';
import type { Runner } from '../../core/runner.ts';
import type { Fact } from '../facts.ts';
import { type Block, type BlockEvent, blockMachine } from './block-machine.ts';
import type { TrunkSnapshot } from './trunk.ts';

const MINUTE_MS = 60_000;
const machineId = (trunk: string): string => `block/${trunk}`;

/** Which softswitches a person has taken out of service, until when. */
export class Blocks {
  readonly #runner: Runner;
  readonly #kept: ReadonlyMap<string, unknown>;
  readonly #taken = new Set<string>();

  /** `kept`: states that a plane before us left. */
  constructor(runner: Runner, kept: ReadonlyMap<string, unknown>) {
    this.#runner = runner;
    this.#kept = kept;
  }

  of(trunk: string): NonNullable<TrunkSnapshot['blocked']> | undefined {
    const state = this.#runner.state<Block>(machineId(trunk));
    if (state?.is !== 'blocked') return undefined;
    const { by, until } = state;
    const minutesLeft = until === undefined ? 0 : Math.max(1, Math.ceil((until - this.#runner.now()) / MINUTE_MS));
    return { by, minutesLeft };
  }

  /** Takes up a block that was set before this plane was started; the second time nothing. */
  adopt(trunk: string): void {
    if (this.#taken.has(trunk)) return;
    this.#taken.add(trunk);
    const kept = this.#kept.get(machineId(trunk)) as Block | undefined;
    if (kept?.is === 'blocked') this.#host(trunk, kept);
  }

  /** Blocks, or blocks anew for another time. `minutes` 0: until it is unblocked. */
  block(trunk: string, by: string, minutes: number): void {
    const until = after(this.#runner.now(), minutes * MINUTE_MS);
    this.#host(trunk, { is: 'blocked', by, ...(minutes === 0 ? {} : { until }) });
  }

  /** False where it was not blocked. */
  unblock(trunk: string, by: string): boolean {
    if (this.of(trunk) === undefined) return false;
    this.#runner.tell<BlockEvent>(machineId(trunk), { type: 'unblock', by });
    return true;
  }

  #host(trunk: string, state: Block & { readonly is: 'blocked' }): void {
    const runner = this.#runner;
    runner.cascade(() => {
      runner.host(machineId(trunk), blockMachine, state, ({ by }) =>
        runner.fact({ fact: 'trunkUnblocked', trunk, by } satisfies Fact),
      );
      const minutes = this.of(trunk)?.minutesLeft ?? 0;
      const { by } = state;
      runner.fact({ fact: 'trunkBlocked', trunk, by, ...(minutes === 0 ? {} : { minutes }) } satisfies Fact);
    });
  }
}

import type { Trunk } from '../../config/schema.ts';
import type { Runner } from '../../core/runner.ts';
import type { Fact } from '../facts.ts';
import { lockMachine, type TimedLock, type TimedLockEffect, timedLock } from './lock-machine.ts';
import type { TrunkShown } from './trunk.ts';

/** What locks know of the wall clock. */
export type LockTime = {
  /** Wall time in ms since 1970; `sure` false until a time server has answered: no lock ends before. */
  readonly now: () => { readonly ms: number; readonly sure: boolean };
  /** The moment of a date and time of the settings, in ms since 1970. */
  readonly momentOf: (dateAndTime: string) => number | undefined;
};

type Locked = NonNullable<TrunkShown['lock']>;

const MINUTE_MS = 60_000;
const machineId = (trunk: string): string => `lock/${trunk}`;

/** The locks that the settings put on softswitches (U19), each until its time is over; stated as they come and go. */
export class Locks {
  readonly #runner: Runner;
  readonly #time: LockTime;
  #settings: ReadonlyMap<string, Trunk> = new Map();
  /** What was stated last of each. */
  readonly #stated = new Map<string, string>();

  constructor(runner: Runner, time: LockTime) {
    this.#runner = runner;
    this.#time = time;
  }

  /** The lock that holds now; undefined: none, or its time is over. */
  of(trunk: string): Locked | undefined {
    const settings = this.#settings.get(trunk);
    if (settings === undefined || settings.lock === 'none') return undefined;
    const { lock: is, lockUntil } = settings;
    if (lockUntil === '') return { is, until: '', minutesLeft: 0 };
    const leftMs = this.#leftMs(lockUntil);
    if (leftMs !== undefined && leftMs <= 0) return undefined;
    return { is, until: lockUntil, minutesLeft: leftMs === undefined ? 0 : Math.ceil(leftMs / MINUTE_MS) };
  }

  configure(trunks: readonly Trunk[]): void {
    const before = this.#settings;
    this.#settings = new Map(trunks.map((trunk) => [trunk.id, trunk]));
    for (const id of new Set([...before.keys(), ...this.#settings.keys()])) this.#look(id);
  }

  /** Until its end as the clock says; undefined while nobody knows the time. */
  #leftMs(until: string): number | undefined {
    const { ms, sure } = this.#time.now();
    const end = this.#time.momentOf(until);
    return sure && end !== undefined ? end - ms : undefined;
  }

  #look(trunk: string): void {
    const lock = this.of(trunk);
    this.#state(trunk, lock);
    const id = machineId(trunk);
    if (lock === undefined || lock.until === '') {
      this.#runner.drop(id);
      return;
    }
    const state = timedLock(this.#runner.now(), this.#leftMs(lock.until));
    const look = () => this.#look(trunk);
    this.#runner.host<TimedLock, never, TimedLockEffect>(id, lockMachine, state, look, { kept: false });
  }

  #state(trunk: string, lock: Locked | undefined): void {
    const word = lock === undefined ? '' : `${lock.is} ${lock.until}`;
    if ((this.#stated.get(trunk) ?? '') === word) return;
    this.#stated.set(trunk, word);
    const { is, until } = lock ?? { is: 'none' as const, until: '' };
    this.#runner.fact({ fact: 'trunkLocked', trunk, lock: is, until } satisfies Fact);
  }
}

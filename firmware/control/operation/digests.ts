import type { Clock } from '../../core/clock.ts';
import { wordsOf } from '../../core/error.ts';
import { keepState } from '../../core/kept-state.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { CallRecord } from '../records/call-record-machine.ts';
import type { WallTime } from '../routing/question.ts';
import type { Notice } from '../system/notice-machine.ts';
import {
  type DigestState,
  type DigestTime,
  digestBelieved,
  digestDue,
  digestFrom,
  digestNoted,
  digestWords,
  recordsSince,
} from './digest.ts';

const ID = 'digest';
/** Alarms that came or went are on flash after this time: a digest is no reason to wear it out. */
const WRITE_EVERY_MS = 600_000;
/** Records that a digest looks at. */
const MOST_RECORDS = 2_000;

export type DigestsOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  /** States that the plane before us left. */
  readonly before: ReadonlyMap<string, unknown>;
  /** Survives a power cut. */
  readonly file: { read(): Promise<DigestState | null>; write(state: DigestState): Promise<void> };
  readonly now: () => WallTime;
  /** Undefined: nobody wants one. */
  readonly time: () => DigestTime | undefined;
  /** The last records of calls, oldest first. */
  readonly records: (count: number) => Promise<readonly CallRecord[]>;
  /** Alarms that stand, in words. */
  readonly standing: () => readonly string[];
  readonly tell: (notice: Notice) => void;
  /** Whether the last digest waits to be sent. */
  readonly waits: () => boolean;
};

/**
 * Sends the digest of each day, once. What it needs is in the adoption file, and on flash from time to time; there the
 * last digest counts as told only when it has left, so that a power cut loses none.
 */
export class Digests {
  readonly #options: DigestsOptions;
  #state: DigestState | undefined;
  #busy = false;
  /** The state as it stands on flash, and when it was written. */
  #written: DigestState | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(options: DigestsOptions) {
    this.#options = options;
    this.#state = options.before.get(ID) as DigestState | undefined;
    if (this.#state !== undefined) this.#keep(this.#state);
  }

  /** Reads what a box before a power cut has left. */
  async open(): Promise<void> {
    const found = (await this.#options.file.read()) ?? undefined;
    this.#written = found;
    if (this.#state === undefined && found !== undefined) this.#keep(found);
  }

  /** An alarm came or went. */
  noted({ at, is, text }: Notice): void {
    if (is === 'digest' || this.#options.time() === undefined) return;
    this.#keep(digestNoted(this.#state ?? digestFrom(at), { at, is, text }));
  }

  /** Looks whether its time has come; to be called a few times a minute. */
  async look(): Promise<void> {
    const { now, time, log } = this.#options;
    const { ms, sure } = now();
    const wanted = time();
    if (wanted === undefined) this.#forget();
    if (wanted === undefined || !sure || this.#busy) return;
    const state = digestBelieved(this.#state ?? digestFrom(ms), ms);
    if (state !== this.#state) this.#keep(state);
    this.#busy = true;
    try {
      if (digestDue(state, wanted, ms)) await this.#send(wanted, ms);
      await this.#write();
    } catch (error) {
      log.warn({ why: wordsOf(error) }, 'the digest could not be made; it is tried again');
    } finally {
      this.#busy = false;
    }
  }

  async #send({ zone }: DigestTime, ms: number): Promise<void> {
    const { records, standing, tell, runner } = this.#options;
    const read = await records(MOST_RECORDS);
    // alarms that came meanwhile are in it as well
    const state = this.#state ?? digestFrom(ms);
    const within = recordsSince(read, state.told, ms);
    const atLeast = read.length >= MOST_RECORDS && within.length === read.length;
    const words = digestWords({ state, now: ms, zone, records: within, atLeast, standing: standing() });
    const notice = { id: ID, is: 'digest', severity: 'warning', cause: '', remedy: '', at: ms, ...words } as const;
    runner.cascade(() => {
      tell(notice);
      this.#keep(digestFrom(ms));
    });
  }

  #forget(): void {
    const { runner } = this.#options;
    if (this.#state !== undefined) runner.cascade(() => runner.drop(ID));
    this.#state = undefined;
  }

  #keep(state: DigestState): void {
    this.#state = state;
    keepState(this.#options.runner, ID, state);
  }

  async #write(): Promise<void> {
    const { clock, file, waits } = this.#options;
    const state = this.#state;
    if (state === undefined || state === this.#written || waits()) return;
    const isSent = state.told !== this.#written?.told;
    if (!isSent && clock.now() - this.#writtenAt < WRITE_EVERY_MS) return;
    await file.write(state);
    this.#written = state;
    this.#writtenAt = clock.now();
  }
}

import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { Journal } from '../../store/journal.ts';
import type { CallId, Fact } from '../facts.ts';
import {
  type CallRecord,
  callRecordMachine,
  type RecordEffect,
  type RecordEvent,
  type RecordState,
  recordBegan,
} from './call-record-machine.ts';

const PREFIX = 'record/';
/** Records in which a record is looked for that the process before may have stored. More calls were never up at once. */
const LOOK_BACK = 500;
/** Records that were not written are tried again when the next call ends, in memory of this bound. */
const MOST_UNSTORED = 1000;

export type RecordHost = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  /** Opened with `sync: 'each'`: a record is on disk soon after the call has ended. */
  readonly journal: Journal<CallRecord>;
  /** Told of each record when its call has ended. */
  readonly ended?: (record: CallRecord) => void;
};

/** A call that is still up, and what its record holds so far. */
export type GoesOn = { readonly call: CallId; readonly record: RecordState['record'] };

/** Folds the facts of calls into records and writes each to the journal when its call has ended. */
export class CallRecords {
  readonly #host: RecordHost;
  /** The machine of each call that is up. */
  readonly #open = new Map<CallId, string>();
  readonly #unstored = new Map<string, CallRecord>();

  constructor(host: RecordHost) {
    this.#host = host;
  }

  /** Takes the next fact; to be called within the cascade that stated it. */
  fold(fact: Fact): void {
    const { runner, clock } = this.#host;
    if (!('call' in fact)) return;
    if (fact.fact === 'callBegan') {
      this.#open.set(fact.call, this.#take(recordBegan(fact, clock.now(), clock.wall())));
      return;
    }
    const id = this.#open.get(fact.call);
    if (id === undefined) return;
    if (fact.fact === 'callEnded') this.#open.delete(fact.call);
    runner.tell<RecordEvent>(id, { type: 'fact', fact });
  }

  /**
   * Takes over what the process before has left in the adoption file: calls that were up end as `gatewayRestarted`;
   * records that had ended are stored, unless the journal has them already. Each is stored once. `goOn`: calls that are
   * still up; their records stay open, and what they hold so far is returned.
   */
  async adopt(states: ReadonlyMap<string, unknown>, goOn: ReadonlySet<CallId> = new Set()): Promise<readonly GoesOn[]> {
    const { runner, journal } = this.#host;
    const left = [...states].flatMap(([id, state]) => (id.startsWith(PREFIX) ? [state as RecordState] : []));
    if (left.length === 0) return [];
    const goingOn: GoesOn[] = [];
    const stored = new Set((await journal.last(LOOK_BACK)).map(({ record }) => record.id));
    for (const state of left) {
      const id = this.#take(state);
      const call = state.record.id.slice(0, state.record.id.lastIndexOf('@')) as CallId;
      if (state.is === 'open' && goOn.has(call)) {
        this.#open.set(call, id);
        goingOn.push({ call, record: state.record });
        continue;
      }
      runner.tell<RecordEvent>(id, { type: stored.has(state.record.id) ? 'stored' : 'restarted' });
    }
    return goingOn;
  }

  /** By the id of the record: names of calls come again after a restart. */
  #take(state: RecordState): string {
    const id = PREFIX + state.record.id;
    this.#host.runner.host(id, callRecordMachine, state, (effect) => this.#perform(id, effect));
    return id;
  }

  #perform(id: string, { record }: RecordEffect): void {
    this.#host.runner.outward(() => {
      this.#host.ended?.(record);
      void this.#store(id, record);
      for (const [other, waiting] of this.#unstored) {
        this.#unstored.delete(other);
        void this.#store(other, waiting);
      }
    });
  }

  async #store(id: string, record: CallRecord): Promise<void> {
    const { journal, runner, log } = this.#host;
    try {
      await journal.append(record);
    } catch (error) {
      log.error({ err: error, record: record.id }, 'a call record could not be stored; it is tried again');
      if (this.#unstored.size < MOST_UNSTORED) this.#unstored.set(id, record);
      return;
    }
    runner.tell<RecordEvent>(id, { type: 'stored' });
  }
}

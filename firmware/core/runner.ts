import type { Clock } from './clock.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import type { Log } from './log.ts';
import type { Instant, Machine } from './machine.ts';

/** Where changed states and facts of a cascade go, in one write, before anything leaves the process. */
export interface CascadeSink {
  /** `undefined` as a state says that the machine is over. */
  write(cascade: {
    readonly at: Instant;
    readonly states: ReadonlyMap<string, unknown>;
    readonly facts: readonly unknown[];
  }): void;
}

export const noSink: CascadeSink = { write: () => {} };

type Hosted = {
  readonly id: string;
  readonly machine: Machine<unknown, unknown, unknown>;
  readonly perform: (effect: never, state: never) => void;
  readonly kept: boolean;
  state: unknown;
  deadline: Instant | undefined;
};

/** A cascade that tells more than this many events is a loop between machines, and is cut with an error in the log. */
const LONGEST_CASCADE = 10_000;

/**
 * Steps machines to completion.
 *
 * An outside event and everything that machines tell each other because of it is one *cascade*: it runs to its
 * end, the changed states and facts are written in one go, and only then outward effects (network, engine, disk)
 * are performed. It owns the only timer of the control plane: deadlines are in the states.
 */
export class Runner {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #sink: CascadeSink;
  readonly #hosted = new Map<string, Hosted>();
  #onFact: (fact: unknown) => void = () => {};
  #queue: { id: string; event: unknown }[] = [];
  #outward: (() => void)[] = [];
  #facts: unknown[] = [];
  #changed = new Map<string, unknown>();
  #running = false;
  readonly #deadlines = new DeadlineHeap<Hosted>(
    (hosted, at) => hosted.deadline === at && this.#hosted.get(hosted.id) === hosted,
  );
  #wake: { at: Instant; cancel: () => void } | undefined;

  constructor(clock: Clock, log: Log, sink: CascadeSink = noSink) {
    this.#clock = clock;
    this.#log = log;
    this.#sink = sink;
  }

  now(): Instant {
    return this.#clock.now();
  }

  /** Who folds the facts; called in order, within the cascade that stated them. */
  onFact(listener: (fact: unknown) => void): void {
    this.#onFact = listener;
  }

  /**
   * Takes a machine in. `perform` is called for each effect within the cascade: it may `tell` other machines,
   * state a `fact`, and must wrap what leaves the process in `outward`. `kept: false` keeps the state out of the
   * adoption file (what a resend heals needs no adoption).
   */
  host<S, E, F>(
    id: string,
    machine: Machine<S, E, F>,
    state: S,
    perform: (effect: F, state: S) => void,
    options: { readonly kept?: boolean } = {},
  ): void {
    const kept = options.kept ?? true;
    const hosted = { id, machine, perform, kept, state, deadline: undefined } as unknown as Hosted;
    this.#hosted.set(id, hosted);
    this.#schedule(hosted);
    if (kept) this.#changed.set(id, state);
    if (!this.#running) this.cascade(() => {});
  }

  /** The state of a machine, `undefined` if it is not (or no longer) here. */
  state<S>(id: string): S | undefined {
    return this.#hosted.get(id)?.state as S | undefined;
  }

  ids(): IterableIterator<string> {
    return this.#hosted.keys();
  }

  has(id: string): boolean {
    return this.#hosted.has(id);
  }

  drop(id: string): void {
    const hosted = this.#hosted.get(id);
    if (!hosted) return;
    this.#hosted.delete(id);
    if (hosted.kept) this.#changed.set(id, undefined);
  }

  /** Tells a machine something; one that is over hears nothing. Begins a cascade unless one is running. */
  tell<E>(id: string, event: E): void {
    this.#queue.push({ id, event });
    if (!this.#running) this.cascade(() => {});
  }

  /** Adds to what is done after the states are written. */
  outward(work: () => void): void {
    this.#outward.push(work);
    if (!this.#running) this.cascade(() => {});
  }

  fact(fact: unknown): void {
    this.#facts.push(fact);
    this.#onFact(fact);
  }

  /** Runs `work` and all that it tells as one cascade (or as part of the one that is running). */
  cascade(work: () => void): void {
    if (this.#running) {
      work();
      return;
    }
    this.#running = true;
    try {
      this.#guard('cascade', work);
      this.#drain();
    } finally {
      this.#running = false;
    }
    this.#write();
    this.#performOutward();
    this.#arm();
  }

  #drain(): void {
    for (let told = 0; ; told++) {
      const next = this.#queue.shift();
      if (!next) return;
      if (told === LONGEST_CASCADE) {
        this.#log.error(
          { id: next.id, event: next.event },
          'machines told each other without end; the rest is dropped',
        );
        this.#queue = [];
        return;
      }
      this.#step(next.id, next.event);
    }
  }

  #step(id: string, event: unknown): void {
    const hosted = this.#hosted.get(id);
    if (!hosted) return;
    this.#guard(id, () => {
      const { state, effects } = hosted.machine.step(hosted.state, event, this.#clock.now());
      if (state !== hosted.state && hosted.kept) this.#changed.set(id, state);
      hosted.state = state;
      this.#schedule(hosted);
      for (const effect of effects) hosted.perform(effect as never, state as never);
      if (hosted.machine.over?.(state)) this.drop(id);
    });
  }

  /** One machine that throws must not stop the others: the fault is logged with its name, the rest goes on. */
  #guard(id: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#log.error({ id, err: error }, 'a machine or its host threw; other machines go on');
    }
  }

  #write(): void {
    if (this.#changed.size === 0 && this.#facts.length === 0) return;
    const states = this.#changed;
    const facts = this.#facts;
    this.#changed = new Map();
    this.#facts = [];
    this.#guard('cascade sink', () => this.#sink.write({ at: this.#clock.now(), states, facts }));
  }

  #performOutward(): void {
    const work = this.#outward;
    this.#outward = [];
    for (const each of work) this.#guard('outward effect', each);
  }

  #schedule(hosted: Hosted): void {
    const deadline = hosted.machine.deadline(hosted.state as never);
    if (deadline === hosted.deadline) return;
    hosted.deadline = deadline;
    if (deadline !== undefined) this.#deadlines.push(deadline, hosted);
  }

  #arm(): void {
    const next = this.#deadlines.first();
    if (this.#wake?.at === next) return;
    this.#wake?.cancel();
    this.#wake = next === undefined ? undefined : { at: next, cancel: this.#clock.at(next, () => this.#lapse()) };
  }

  #lapse(): void {
    this.#wake = undefined;
    const now = this.#clock.now();
    this.cascade(() => {
      for (let due = this.#deadlines.takeDue(now); due; due = this.#deadlines.takeDue(now)) {
        due.deadline = undefined;
        this.#queue.push({ id: due.id, event: { type: 'lapse' } });
      }
    });
  }
}

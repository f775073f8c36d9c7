import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { ContextId, TerminationId } from '../../engine-protocol/ids.ts';
import type { LegId } from '../facts.ts';

/** A player or recorder beside a leg: it belongs to a leg without a termination of its own (a voice of the box). */
export type VoiceId = `voice/${string}`;
/** Where a termination stands. */
export type Place = { readonly context: ContextId; readonly termination: TerminationId };

type Row<P extends Place> = {
  /** Where the leg's termination stands, `undefined` once that has failed. */
  place: Promise<Place | undefined>;
  /** All that was asked for this leg runs in its order. */
  tail: Promise<unknown>;
  termination?: P['termination'];
};

/** Hears where the termination came to stand; `current` unless the leg went or was opened anew meanwhile. */
type Told<P extends Place> = (at: P | undefined, current: boolean) => void;

/** What is asked of the engine for each leg, in its order, from the moment its termination is asked for. */
export class LegRequests<P extends Place> {
  readonly #runner: Runner;
  readonly #log: Log;
  readonly #rows = new Map<LegId | VoiceId, Row<P>>();
  readonly #underWay = new Set<Promise<unknown>>();
  /** The last that was asked of a line when it left a context: it joins the next one after that. */
  readonly #leaving = new Map<TerminationId, Promise<unknown>>();

  constructor({ runner, log }: { readonly runner: Runner; readonly log: Log }) {
    this.#runner = runner;
    this.#log = log;
  }

  /** Where the leg's termination stands or will stand; `undefined` for a leg that has none. */
  place(leg: LegId): Promise<Place | undefined> | undefined {
    return this.#rows.get(leg)?.place;
  }

  has(leg: LegId): boolean {
    return this.#rows.has(leg);
  }

  /** The leg's termination is on its way. */
  opens(leg: LegId | VoiceId, place: Promise<P | undefined>, told: Told<P>): void {
    this.#rows.set(leg, { place, tail: place });
    this.arrives(leg, place, told);
  }

  /** The leg's termination was on its way already; what is asked from here on waits until it is `told`. */
  arrives(leg: LegId | VoiceId, place: Promise<P | undefined>, told: Told<P>): void {
    const row = this.#rows.get(leg);
    if (!row) return;
    row.tail = place.then((at) => {
      if (at) row.termination = at.termination;
      told(at, this.#rows.get(leg) === row);
    });
    this.#follow(row.tail);
  }

  stands(leg: LegId | VoiceId, place: Place): void {
    const standing = Promise.resolve(place);
    this.#rows.set(leg, { place: standing, tail: standing, termination: place.termination });
  }

  /** The leg stands, or will stand, where this promise says; nothing can be asked of a termination of its own. */
  standsAt(leg: LegId, place: Promise<Place | undefined>): void {
    this.#rows.set(leg, { place, tail: place });
  }

  /** Runs `work` after all that was asked for this leg before. A request that the engine refuses is logged. */
  ask(leg: LegId | VoiceId, work: (termination: TerminationId) => Promise<unknown>, done: () => void = () => {}): void {
    this.#runner.outward(() => {
      const row = this.#rows.get(leg);
      if (!row) return done();
      row.tail = row.tail
        .then(() => (row.termination === undefined ? undefined : work(row.termination)))
        .catch((error) => {
          this.#log.warn({ leg, why: wordsOf(error) }, 'the engine refused a request of a leg');
        })
        .finally(done);
      this.#follow(row.tail);
    });
  }

  /** Nothing more is asked for this leg; what was asked before still runs. */
  delete(leg: LegId | VoiceId): void {
    this.#runner.outward(() => {
      const row = this.#rows.get(leg);
      this.#rows.delete(leg);
      if (row?.termination?.startsWith('line/')) this.#leaves(row.termination, row.tail);
    });
  }

  #leaves(line: TerminationId, tail: Promise<unknown>): void {
    this.#leaving.set(line, tail);
    const left = () => this.#leaving.get(line) === tail && this.#leaving.delete(line);
    tail.then(left, left);
  }

  /** Until a line has left the context that it was taken out of. */
  async free(line: TerminationId): Promise<void> {
    await this.#leaving.get(line);
  }

  /** Changes where a leg's termination stands, after all that was asked for it before; `to` is another leg. */
  move(leg: LegId, to: LegId, work: (from: Place, to: Place) => Promise<Place>): void {
    this.#runner.outward(() => {
      const [row, other] = [this.#rows.get(leg), this.#rows.get(to)];
      if (!row || !other || row === other) return;
      const [from, there] = [row.place, other.place];
      row.place = row.tail.then(async () => {
        const [at, target] = [await from, await there];
        return at && target && at.context !== target.context ? await work(at, target) : at;
      });
      row.tail = row.place;
      this.#follow(row.tail);
    });
  }

  /** An audit has shown where the leg's termination stands. */
  found(leg: LegId, place: Place): void {
    const row = this.#rows.get(leg);
    if (row) row.place = Promise.resolve(place);
  }

  /** Keeps in mind what is on its way: the row of a leg that closes is gone before its last request is answered. */
  #follow(tail: Promise<unknown>): void {
    this.#underWay.add(tail);
    tail.finally(() => this.#underWay.delete(tail)).catch(() => {});
  }

  /** Whether the answer to a request is still to come. */
  get underWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** Until all requests that are on their way are answered. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
  }

  /** The engine was restarted: nothing of what was opened is there any more. */
  clear(): void {
    this.#rows.clear();
  }
}

import { wordsOf } from '../../core/error.ts';
import { keepState } from '../../core/kept-state.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { FileEvent } from '../../engine-protocol/events.ts';
import type { ContextId, LineId, Mode, TerminationId } from '../../engine-protocol/ids.ts';
import type { Add, AuditReply, Modify, Notify, SubtractReply } from '../../engine-protocol/messages.ts';
import type { LineSignal, NetSignal } from '../../engine-protocol/signals.ts';
import type { Engine } from '../engine/client-face.ts';
import type { CallId, LegId } from '../facts.ts';
import type { LegBook } from './leg.ts';

export type MediaOptions = {
  readonly runner: Runner;
  readonly engine: Engine;
  readonly log: Log;
  readonly book: Pick<LegBook, 'callOf' | 'onClosing'>;
};
/** What a leg is told about its termination. */
export type Opened =
  | {
      readonly type: 'opened';
      readonly local: readonly [address: string, port: number];
      readonly context: ContextId;
      readonly termination: TerminationId;
    }
  | { readonly type: 'mediaFailed' };
/** A player or recorder beside a leg: it belongs to a leg without a termination of its own (a voice of the box). */
export type VoiceId = `voice/${string}`;
type Open = {
  /** The leg whose context is joined; without it a new context is made. */
  readonly beside?: LegId;
  readonly what: Add['what'];
  readonly mode: Mode;
};
type Change = Omit<Modify, 'do' | 'id' | 'termination'>;
export type Place = { readonly context: ContextId; readonly termination: TerminationId };
type Row = {
  /** Where the leg's termination stands, `undefined` once that has failed. */
  readonly place: Promise<Place | undefined>;
  /** All that was asked for this leg runs in its order. */
  tail: Promise<unknown>;
  termination?: TerminationId;
};
type Signals = { readonly before?: LineSignal; readonly after?: LineSignal };
/** What a plane after us needs of a termination: what was asked, where it stands, and that it is to go. */
type KeptMedia = {
  readonly ask: Open;
  readonly place?: Placed;
  readonly change?: Change;
  readonly closing?: { readonly call?: CallId; readonly signals: Signals };
};
type Placed = Place & { readonly local?: readonly [address: string, port: number] };
/** A termination that a plane before us asked for, and never heard of. */
type Unanswered = { readonly ask: Open; readonly answer: (place: Place | undefined) => void };
const idOf = (leg: LegId | VoiceId): string => `media/${leg}`;

/**
 * The terminations of legs: a call is one context that holds both ends. Requests of one leg reach the engine in
 * their order; a leg that joins another's context waits for it. Everything is asked after the cascade is written.
 */
export class LegMedia {
  readonly #options: MediaOptions;
  readonly #rows = new Map<LegId | VoiceId, Row>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #legOf = new Map<TerminationId, LegId | VoiceId>();
  /** Who hears that a file has ended. */
  readonly #files = new Map<LegId | VoiceId, (event: FileEvent) => void>();

  /** Ends of files that came before the reply which names their termination was taken up. */
  readonly #early = new Map<TerminationId, FileEvent>();

  /** Who is told that its termination is there, should it be one that a plane before us asked for. */
  readonly #expecting = new Map<LegId, (outcome: Opened) => void>();
  readonly #unanswered = new Map<LegId, Unanswered>();
  /** What a plane before us was taking away. */
  #leftClosing: readonly (readonly [LegId, KeptMedia])[] = [];

  /** Subtracts that are on their way, by call, and who waits for the last of them. */
  readonly #closing = new Map<CallId, { count: number; readonly closed: (() => void)[] }>();

  constructor(options: MediaOptions) {
    this.#options = options;
    options.book.onClosing((call, closed) => {
      const closing = this.#closing.get(call);
      if (closing) closing.closed.push(closed);
      else closed();
    });
  }

  /** Adds the leg's termination; the outcome is told to `heard` in a cascade of its own. */
  open(leg: LegId | VoiceId, ask: Open, heard: (outcome: Opened) => void): void {
    this.#keep(leg, { ask });
    this.#options.runner.outward(() => {
      const place = this.#add(leg, ask);
      const row: Row = { place, tail: place };
      this.#rows.set(leg, row);
      row.tail = place.then((at) => this.#told(leg, row, at, heard));
      this.#follow(row.tail);
    });
  }

  #keep(leg: LegId | VoiceId, kept: KeptMedia): void {
    keepState(this.#options.runner, idOf(leg), kept);
  }

  #kept(leg: LegId | VoiceId): KeptMedia | undefined {
    return this.#options.runner.state<KeptMedia>(idOf(leg));
  }

  /** Hears the end of the file of a player or recorder, whether it was opened here or by the plane before. */
  follow(voice: LegId | VoiceId, heard: (event: FileEvent) => void): void {
    this.#files.set(voice, heard);
  }

  /** Takes over a player or recorder that a plane before this one has opened: from here on it is wanted. */
  adopt(voice: VoiceId, place: Place): void {
    this.#stands(voice, place);
  }

  #stands(leg: LegId | VoiceId, place: Place): void {
    const standing = Promise.resolve(place);
    this.#rows.set(leg, { place: standing, tail: standing, termination: place.termination });
    this.#legOf.set(place.termination, leg);
  }

  /**
   * Takes over the terminations of legs that a plane before this one has left: they are wanted from here on. What that
   * plane has asked for and not heard of waits for `compare`.
   */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    const closing: [LegId, KeptMedia][] = [];
    for (const [id, state] of states) {
      const leg = /^media\/(leg\/\d+)$/.exec(id)?.[1] as LegId | undefined;
      if (leg === undefined) continue;
      const kept = state as KeptMedia;
      this.#keep(leg, kept);
      if (kept.closing) closing.push([leg, kept]);
      else if (kept.place) this.#stands(leg, kept.place);
      else this.#await(leg, kept.ask);
    }
    this.#leftClosing = closing;
  }

  #await(leg: LegId, ask: Open): void {
    let answer: Unanswered['answer'] = () => {};
    const place = new Promise<Place | undefined>((resolve) => {
      answer = resolve;
    });
    this.#rows.set(leg, { place, tail: place });
    this.#unanswered.set(leg, { ask, answer });
  }

  /** The leg has no termination of its own and stands where `beside` does: what joins it joins that context. */
  lend(leg: LegId, beside: LegId): void {
    this.#options.runner.outward(() => {
      const row = this.#rows.get(beside);
      if (row) this.#rows.set(leg, { place: row.place, tail: row.place });
    });
  }

  /** The leg goes on under this plane: `heard` is told of a termination that the plane before us did not hear of. */
  expect(leg: LegId, heard: (outcome: Opened) => void): void {
    if (this.#unanswered.has(leg)) this.#expecting.set(leg, heard);
  }

  /**
   * What an audit shows after a restart of this plane alone: what was on its way is there, or is asked for again; what
   * was being taken away is taken away.
   */
  compare(audit: Pick<AuditReply, 'contexts'>): void {
    const { runner } = this.#options;
    const contextOf = new Map(audit.contexts.flatMap(({ id, terminations }) => terminations.map((t) => [t.id, id])));
    for (const [leg, { ask, answer }] of this.#unanswered) {
      this.#unanswered.delete(leg);
      const row = this.#rows.get(leg);
      if (!row) continue;
      const context = typeof ask.what === 'string' ? contextOf.get(ask.what) : undefined;
      const found = context === undefined ? this.#add(leg, ask) : { context, termination: ask.what as TerminationId };
      row.tail = Promise.resolve(found).then((at) => {
        answer(at);
        this.#told(leg, row, at, this.#expecting.get(leg) ?? (() => {}));
      });
      this.#follow(row.tail);
    }
    for (const [leg, { change }] of this.#placed(contextOf)) if (change) this.modify(leg, change);
    const left = this.#leftClosing;
    this.#leftClosing = [];
    runner.cascade(() => {
      for (const [leg, kept] of left) this.#closeLeft(leg, kept, kept.place && contextOf.has(kept.place.termination));
    });
  }

  /** What stands may not have heard of the last change: it is said again. */
  *#placed(contextOf: ReadonlyMap<TerminationId, ContextId>): Iterable<[LegId, KeptMedia]> {
    for (const [termination, leg] of this.#legOf) {
      if (leg.startsWith('voice/') || !contextOf.has(termination)) continue;
      const kept = this.#kept(leg);
      if (kept) yield [leg as LegId, kept];
    }
  }

  #closeLeft(leg: LegId, { place, closing }: KeptMedia, stands: boolean | undefined): void {
    const { runner } = this.#options;
    if (!place || !closing) {
      runner.drop(idOf(leg));
      return;
    }
    this.#stands(leg, place);
    const { before, after } = closing.signals;
    if (stands) {
      this.#takeAway(leg, closing.call, closing.signals);
      return;
    }
    this.#legOf.delete(place.termination);
    for (const play of [before, after]) if (play) this.signal(leg, play);
    runner.outward(() => this.#rows.delete(leg));
    runner.drop(idOf(leg));
  }

  async #add(leg: LegId | VoiceId, ask: Open): Promise<Placed | undefined> {
    try {
      const beside = ask.beside === undefined ? undefined : await this.#rows.get(ask.beside)?.place;
      if (ask.beside !== undefined && !beside) throw new Error(`${ask.beside} has no termination to join`);
      return await this.#options.engine.add({ context: beside?.context ?? 'new', mode: ask.mode, what: ask.what });
    } catch (error) {
      this.#options.log.warn({ leg, what: ask.what, why: wordsOf(error) }, 'a termination could not be added');
      return undefined;
    }
  }

  #told(leg: LegId | VoiceId, row: Row, at: Placed | undefined, heard: (o: Opened) => void) {
    if (at) {
      row.termination = at.termination;
      if (this.#rows.get(leg) === row) this.#legOf.set(at.termination, leg);
    }
    this.#options.runner.cascade(() => {
      if (!at) return heard({ type: 'mediaFailed' });
      const { context, termination, local = ['', 0] } = at;
      const kept = this.#kept(leg);
      if (kept && this.#rows.get(leg) === row) this.#keep(leg, { ...kept, place: at });
      heard({ type: 'opened', local, context, termination });
      const early = this.#early.get(termination);
      this.#early.clear();
      if (early) this.#files.get(leg)?.(early);
    });
  }

  modify(leg: LegId, change: Change): void {
    const kept = this.#kept(leg);
    if (kept && !kept.closing) this.#keep(leg, { ...kept, change: { ...kept.change, ...change } });
    this.#ask(leg, (termination) => this.#options.engine.modify({ termination, ...change }));
  }

  signal(leg: LegId, play: LineSignal | NetSignal | 'none'): void {
    this.#ask(leg, (termination) => this.#options.engine.signal(termination as LineId, play as LineSignal));
  }

  /**
   * Subtracts the leg's termination, with signals before and after for a line; the statistics of a net are stated as
   * a fact of its call.
   */
  close(leg: LegId, signals: Signals = {}): void {
    this.#unanswered.delete(leg);
    this.#takeAway(leg, this.#options.book.callOf(leg), signals);
  }

  #takeAway(leg: LegId, call: CallId | undefined, signals: Signals): void {
    const { before, after } = signals;
    const { runner } = this.#options;
    const kept = this.#kept(leg);
    if (kept?.place) this.#keep(leg, { ...kept, closing: { ...(call === undefined ? {} : { call }), signals } });
    if (before) this.signal(leg, before);
    const subtract = async (termination: TerminationId): Promise<void> => {
      this.#legOf.delete(termination);
      this.#files.delete(leg);
      this.#state(call, await this.#options.engine.subtract({ termination }));
      if (after) await this.#options.engine.signal(termination as LineId, after);
    };
    const counted = this.#begins(call);
    this.#ask(leg, subtract, () => {
      counted();
      runner.cascade(() => runner.drop(idOf(leg)));
    });
    runner.outward(() => this.#rows.delete(leg));
  }

  /** Takes a player or recorder away; `closed` is told in a cascade when what it has recorded stands. */
  closeVoice(voice: VoiceId, cutMs: number | undefined, closed: () => void): void {
    const { runner, engine } = this.#options;
    const subtract = async (termination: TerminationId): Promise<void> => {
      this.#legOf.delete(termination);
      await engine.subtract({ termination, ...(cutMs === undefined ? {} : { cutMs }) });
    };
    this.#files.delete(voice);
    runner.drop(idOf(voice));
    this.#ask(voice, subtract, () => runner.cascade(closed));
    runner.outward(() => this.#rows.delete(voice));
  }

  /** Counts a subtract of a call; the function that it returns takes it off again. */
  #begins(call: CallId | undefined): () => void {
    if (!call) return () => {};
    const closing = this.#closing.get(call) ?? { count: 0, closed: [] };
    this.#closing.set(call, closing);
    closing.count++;
    return () => {
      if (--closing.count > 0) return;
      this.#closing.delete(call);
      for (const closed of closing.closed) closed();
    };
  }

  #state(call: CallId | undefined, reply: SubtractReply): void {
    const { statistics } = reply;
    if (!call || !statistics) return;
    this.#options.runner.cascade(() => this.#options.runner.fact({ fact: 'callMedia', call, statistics }));
  }

  /** Runs `work` after all that was asked for this leg before. A request that the engine refuses is logged. */
  #ask(
    leg: LegId | VoiceId,
    work: (termination: TerminationId) => Promise<unknown>,
    done: () => void = () => {},
  ): void {
    this.#options.runner.outward(() => {
      const row = this.#rows.get(leg);
      if (!row) return done();
      row.tail = row.tail
        .then(() => (row.termination === undefined ? undefined : work(row.termination)))
        .catch((error) => {
          this.#options.log.warn({ leg, why: wordsOf(error) }, 'the engine refused a request of a leg');
        })
        .finally(done);
      this.#follow(row.tail);
    });
  }

  /** Keeps in mind what is on its way: the row of a leg that closes is gone before its last request is answered. */
  #follow(tail: Promise<unknown>): void {
    this.#underWay.add(tail);
    tail.finally(() => this.#underWay.delete(tail)).catch(() => {});
  }

  /** Events of nets and files for their leg; true if the event was one. */
  heard(event: Notify): boolean {
    if (event.termination.startsWith('line/')) return false;
    const leg = this.#legOf.get(event.termination);
    const { event: what } = event;
    if (leg === undefined) {
      if (what.is === 'finished' && this.#underWay.size > 0) this.#early.set(event.termination, what);
      return true;
    }
    if (what.is === 'finished') this.#files.get(leg)?.(what);
    if (what.is === 'digit') this.#options.runner.tell(leg, { type: 'digit', digit: what.digit });
    if (what.is === 'mediaLost') this.#options.runner.tell(leg, { type: 'mediaLost' });
    return true;
  }

  /** Terminations that legs stand on: what an audit should show, and nothing else. */
  wanted(): ReadonlySet<TerminationId> {
    return new Set(this.#legOf.keys());
  }

  /** Requests for legs that are on their way, until all of them are answered. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
  }

  /** The engine was restarted: nothing of what was opened is there any more. */
  forget(): void {
    const { runner } = this.#options;
    for (const id of [...runner.ids()]) if (id.startsWith('media/')) runner.drop(id);
    this.#unanswered.clear();
    this.#expecting.clear();
    this.#leftClosing = [];
    this.#rows.clear();
    this.#legOf.clear();
    this.#files.clear();
    this.#early.clear();
  }
}

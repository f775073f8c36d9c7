import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { FileEvent } from '../../engine-protocol/events.ts';
import type { ContextId, LineId, TerminationId } from '../../engine-protocol/ids.ts';
import type { AuditReply, Notify, SubtractReply } from '../../engine-protocol/messages.ts';
import type { LineSignal, NetSignal } from '../../engine-protocol/signals.ts';
import type { Engine } from '../engine/client-face.ts';
import type { CallId, LegId } from '../facts.ts';
import { CallClosings } from './call-closings.ts';
import {
  type Change,
  type KeptMedia,
  keptMediaOf,
  MediaStates,
  type Open,
  type Placed,
  type Signals,
} from './kept-media.ts';
import type { LegBook, MeetingPlace } from './leg.ts';
import { LegRequests, type Place, type VoiceId } from './leg-requests.ts';
import { StandIns } from './stand-ins.ts';

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
/** What a leg is told of a net that was to be bound anew; `unbound`: it stays where it is. */
export type Bound =
  | { readonly type: 'bound'; readonly local: readonly [address: string, port: number] }
  | { readonly type: 'unbound' };
/** Far more than voices begin in one turn of the event loop. */
const MOST_EARLY = 64;

/** A termination that a plane before us asked for, and never heard of. */
type Unanswered = { readonly ask: Open; readonly answer: (place: Place | undefined) => void };

/**
 * The terminations of legs: a call is one context that holds both ends. Requests of one leg reach the engine in
 * their order; a leg that joins another's context waits for it. Everything is asked after the cascade is written.
 */
export class LegMedia implements MeetingPlace {
  readonly #options: MediaOptions;
  readonly #requests: LegRequests<Placed>;
  readonly #states: MediaStates;
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

  readonly #closings = new CallClosings();
  readonly #standIns = new StandIns();

  constructor(options: MediaOptions) {
    this.#options = options;
    this.#requests = new LegRequests<Placed>(options);
    this.#states = new MediaStates(options.runner);
    options.book.onClosing((call, closed) => this.#closings.whenClosed(call, closed));
  }

  /** Adds the leg's termination; the outcome is told to `heard` in a cascade of its own. */
  open(leg: LegId | VoiceId, ask: Open, heard: (outcome: Opened) => void): void {
    this.#states.keep(leg, { ask });
    this.#options.runner.outward(() => {
      this.#requests.opens(leg, this.#add(leg, ask), (at, current) => this.#told(leg, current, at, heard));
    });
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
    this.#requests.stands(leg, place);
    this.#legOf.set(place.termination, leg);
  }

  /**
   * Takes over the terminations of legs that a plane before this one has left: they are wanted from here on. What that
   * plane has asked for and not heard of waits for `compare`.
   */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    const closing: [LegId, KeptMedia][] = [];
    for (const [leg, kept] of keptMediaOf(states)) {
      this.#states.keep(leg, kept);
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
    this.#requests.standsAt(leg, place);
    this.#unanswered.set(leg, { ask, answer });
  }

  /** The leg has no termination of its own and stands where `beside` does: what joins it joins that context. */
  lend(leg: LegId, beside: LegId): void {
    this.#options.runner.outward(() => {
      const place = this.#requests.place(beside);
      if (place) this.#requests.standsAt(leg, place);
    });
  }

  /** From here on `other` stands where this leg would; left out: it stands for itself again. */
  stand(leg: LegId, other?: LegId): void {
    this.#standIns.set(leg, other);
  }

  #standIn(leg: LegId): LegId {
    return this.#standIns.of(leg, (each) => this.#requests.has(each));
  }

  /** Brings the termination of a leg into the context of another; nothing where one of them is away. */
  meet(leg: LegId, beside: LegId): void {
    const [one, other] = [this.#standIn(leg), this.#standIn(beside)];
    const kept = this.#states.get(one);
    if (kept && !kept.closing) this.#states.keep(one, { ...kept, meets: other });
    this.#requests.move(one, other, (from, to) => this.#move(one, from, to));
  }

  async #move(leg: LegId, from: Place, { context }: Place): Promise<Place> {
    const { runner, engine, log } = this.#options;
    const { termination } = from;
    try {
      await engine.move({ termination, to: context });
    } catch (error) {
      log.warn({ leg, why: wordsOf(error) }, 'a termination could not be moved');
      return from;
    }
    runner.cascade(() => {
      const kept = this.#states.get(leg);
      if (kept?.place) this.#states.keep(leg, { ...kept, place: { ...kept.place, context } });
    });
    return { termination, context };
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
      if (!this.#requests.has(leg)) continue;
      const context = typeof ask.what === 'string' ? contextOf.get(ask.what) : undefined;
      const found = context === undefined ? this.#add(leg, ask) : { context, termination: ask.what as TerminationId };
      this.#requests.arrives(leg, Promise.resolve(found), (at, current) => {
        answer(at);
        this.#told(leg, current, at, this.#expecting.get(leg) ?? (() => {}));
      });
    }
    for (const [leg, kept] of this.#placed(contextOf)) this.#goesOn(leg, kept, contextOf);
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
      const kept = this.#states.get(leg);
      if (kept) yield [leg as LegId, kept];
    }
  }

  #goesOn(
    leg: LegId,
    { place, change, play, meets }: KeptMedia,
    contextOf: ReadonlyMap<TerminationId, ContextId>,
  ): void {
    const context = place && contextOf.get(place.termination);
    if (place && context !== undefined) this.#requests.found(leg, { ...place, context });
    if (change) this.modify(leg, change);
    if (play !== undefined) this.signal(leg, play);
    if (meets) this.#options.runner.cascade(() => this.meet(leg, meets));
  }

  #closeLeft(leg: LegId, { place, closing }: KeptMedia, stands: boolean | undefined): void {
    if (!place || !closing) {
      this.#states.drop(leg);
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
    this.#requests.delete(leg);
    this.#states.drop(leg);
  }

  async #add(leg: LegId | VoiceId, ask: Open): Promise<Placed | undefined> {
    try {
      if (typeof ask.what === 'string') await this.#requests.free(ask.what);
      const beside = ask.beside === undefined ? undefined : await this.#requests.place(this.#standIn(ask.beside));
      const mayBeAlone = ask.beside === undefined || ask.orAlone || this.#standIns.has(ask.beside);
      if (!beside && !mayBeAlone) throw new Error(`${ask.beside} has no termination to join`);
      return await this.#options.engine.add({ context: beside?.context ?? 'new', mode: ask.mode, what: ask.what });
    } catch (error) {
      this.#options.log.warn({ leg, what: ask.what, why: wordsOf(error) }, 'a termination could not be added');
      return undefined;
    }
  }

  #told(leg: LegId | VoiceId, current: boolean, at: Placed | undefined, heard: (o: Opened) => void) {
    if (at && current) this.#legOf.set(at.termination, leg);
    this.#options.runner.cascade(() => {
      if (!at) return heard({ type: 'mediaFailed' });
      const { context, termination, local = ['', 0] } = at;
      const kept = this.#states.get(leg);
      if (kept && current) this.#states.keep(leg, { ...kept, place: at });
      heard({ type: 'opened', local, context, termination });
      const early = this.#early.get(termination);
      this.#early.delete(termination);
      if (early) this.#files.get(leg)?.(early);
    });
  }

  modify(leg: LegId, change: Change): void {
    const kept = this.#states.get(leg);
    if (kept && !kept.closing) this.#states.keep(leg, { ...kept, change: { ...kept.change, ...change } });
    this.#requests.ask(leg, (termination) => this.#options.engine.modify({ termination, ...change }));
  }

  /** Binds the leg's net at another local address; `heard` is told in a cascade where it listens then. */
  bind(leg: LegId, address: string, heard: (outcome: Bound) => void): void {
    const { engine, runner } = this.#options;
    let local: Bound | undefined;
    const modify = async (termination: TerminationId): Promise<void> => {
      const reply = await engine.modify({ termination, interface: address });
      if (reply.local) local = { type: 'bound', local: reply.local };
    };
    this.#requests.ask(leg, modify, () => runner.cascade(() => heard(local ?? { type: 'unbound' })));
  }

  signal(leg: LegId, play: LineSignal | NetSignal | 'none'): void {
    const kept = this.#states.get(leg);
    // digits are not said twice, and a tone is not to cut them off
    if (kept && !kept.closing) {
      const { play: _, ...rest } = kept;
      this.#states.keep(leg, play === 'none' || 'tone' in play ? { ...rest, play } : rest);
    }
    this.#requests.ask(leg, (termination) => this.#options.engine.signal(termination as LineId, play as LineSignal));
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
    const kept = this.#states.get(leg);
    if (kept) this.#states.keep(leg, { ...kept, closing: { ...(call === undefined ? {} : { call }), signals } });
    if (before) this.signal(leg, before);
    const subtract = async (termination: TerminationId): Promise<void> => {
      this.#legOf.delete(termination);
      this.#files.delete(leg);
      this.#state(call, await this.#options.engine.subtract({ termination }));
      if (after) await this.#options.engine.signal(termination as LineId, after);
    };
    const gone = this.#closings.begin(call);
    this.#requests.ask(leg, subtract, () => {
      gone();
      // a line may be back in the call of this leg already
      runner.cascade(() => this.#states.get(leg)?.ask === kept?.ask && this.#states.drop(leg));
    });
    this.#requests.delete(leg);
  }

  /** Takes a player or recorder away; `closed` is told in a cascade when what it has recorded stands. */
  closeVoice(voice: VoiceId, cutMs: number | undefined, closed: () => void): void {
    const { runner, engine } = this.#options;
    const subtract = async (termination: TerminationId): Promise<void> => {
      this.#legOf.delete(termination);
      await engine.subtract({ termination, ...(cutMs === undefined ? {} : { cutMs }) });
    };
    this.#files.delete(voice);
    this.#states.drop(voice);
    this.#requests.ask(voice, subtract, () => runner.cascade(closed));
    this.#requests.delete(voice);
  }

  #state(call: CallId | undefined, reply: SubtractReply): void {
    const { statistics } = reply;
    if (!call || !statistics) return;
    this.#options.runner.cascade(() => this.#options.runner.fact({ fact: 'callMedia', call, statistics }));
  }

  /** Events of nets and files for their leg; true if the event was one. */
  heard(event: Notify): boolean {
    if (event.termination.startsWith('line/')) return false;
    const leg = this.#legOf.get(event.termination);
    const { event: what } = event;
    if (leg === undefined) {
      if (what.is === 'finished') this.#endedEarly(event.termination, what);
      return true;
    }
    if (what.is === 'finished') this.#files.get(leg)?.(what);
    if (what.is === 'digit') this.#options.runner.tell(leg, { type: 'digit', digit: what.digit });
    if (what.is === 'mediaLost') this.#options.runner.tell(leg, { type: 'mediaLost' });
    return true;
  }

  /** Of a termination whose reply is still to come, or of one that has gone: then nobody ever asks. */
  #endedEarly(termination: TerminationId, event: FileEvent): void {
    if (!this.#requests.underWay || this.#early.size >= MOST_EARLY) this.#early.clear();
    if (this.#requests.underWay) this.#early.set(termination, event);
  }

  /** Terminations that legs stand on: what an audit should show, and nothing else. */
  wanted(): ReadonlySet<TerminationId> {
    return new Set(this.#legOf.keys());
  }

  /** Requests for legs that are on their way, until all of them are answered. */
  settled(): Promise<void> {
    return this.#requests.settled();
  }

  /** The engine was restarted: nothing of what was opened is there any more. */
  forget(): void {
    this.#states.dropAll();
    this.#unanswered.clear();
    this.#expecting.clear();
    this.#leftClosing = [];
    this.#requests.clear();
    this.#legOf.clear();
    this.#files.clear();
    this.#early.clear();
  }
}

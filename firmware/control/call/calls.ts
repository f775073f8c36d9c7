import type { Runner } from '../../core/runner.ts';
import type { CallId, Fact } from '../facts.ts';
import type { Cause } from '../failure.ts';
import type { LegBook, LegCommand, LegEvent, LegId, LegMaker, Offer, Target } from '../leg/leg.ts';
import type { PlanResult } from '../routing/plan.ts';
import type { RedirectAsk, Redirected } from '../routing/redirect.ts';
import { beginCall, type Call, type CallEffect, type CallEvent, callMachine, legsOf } from './call-machine.ts';
import { type Identity, isSameCall } from './duplicate.ts';
import { guarded } from './redirect.ts';
import { legsIn } from './restart.ts';

export type CallsOptions = {
  readonly runner: Runner;
  /** Pure routing with the snapshot of this moment (`routing/plan.ts`). */
  readonly plan: (offer: Offer) => PlanResult;
  /** First leg number that no leg of this or the last plane has used. */
  readonly firstLeg: number;
  /** Makes call ids unique across restarts; part of each id. */
  readonly epoch: string;
  /** Whether a call may be led to the number that a softswitch names (R8); left out: to any. */
  readonly redirect?: (asked: RedirectAsk) => Redirected;
  /** SIP status for the second of one call that came over two softswitches (U1); left out: 482. */
  readonly duplicateAnswer?: () => number;
};

/** Merged Request (RFC 3261 §8.2.2.2): the same call had come another way. */
const MERGED = 482;

const isUp = (call: Call | undefined): boolean =>
  call !== undefined && call.phase !== 'closing' && call.phase !== 'ended';

/**
 * Hosts call machines and connects them with legs: commands go to whoever attached the leg, `setup` to the maker of
 * the target's kind, events to the call of their leg. It decides nothing.
 */
export class Calls implements LegBook {
  readonly #options: CallsOptions;
  readonly #makers = new Map<Target['kind'], LegMaker>();
  readonly #takers = new Map<LegId, (command: LegCommand) => void>();
  readonly #callOf = new Map<LegId, CallId>();
  /** Calls that wait until another has made way for them. */
  readonly #clearing = new Map<CallId, CallId[]>();
  #onClosing: (call: CallId, closed: () => void) => void = (_, closed) => closed();
  #nextLeg: number;
  #nextCall = 1;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#nextLeg = options.firstLeg;
  }

  /** Who makes placed legs of this kind; handed in by the composition root. */
  serve(kind: Target['kind'], maker: LegMaker): void {
    this.#makers.set(kind, maker);
  }

  newLeg(): LegId {
    return `leg/${this.#nextLeg++}`;
  }

  attach(leg: LegId, take: (command: LegCommand) => void): void {
    this.#takers.set(leg, take);
  }

  callOf(leg: LegId): CallId | undefined {
    return this.#callOf.get(leg);
  }

  onClosing(ask: (call: CallId, closed: () => void) => void): void {
    this.#onClosing = ask;
  }

  /** Calls that are not over. */
  *up(): IterableIterator<CallId> {
    for (const id of this.#options.runner.ids()) if (id.startsWith('call/')) yield id as CallId;
  }

  offer(offer: Offer): void {
    const { runner, epoch } = this.#options;
    const call: CallId = `call/${epoch}-${this.#nextCall++}`;
    runner.cascade(() => {
      const first = this.#firstOf(offer);
      this.#callOf.set(offer.leg, call);
      const { from, caller, dialled, leg, grows, overridden } = offer;
      const identity = this.#identityOf(offer);
      const about = {
        ...{ call, from, who: caller, dialled, began: runner.now(), ...(identity ? { identity } : {}) },
        ...{ ...(grows ? { grows } : {}), ...(overridden ? { overridden } : {}) },
      };
      const begun = beginCall(about, { leg, is: 'offered' });
      runner.host(call, callMachine, begun.state, (effect) => this.#perform(call, effect));
      for (const effect of begun.effects) this.#perform(call, effect);
      if (first) return this.#tell(call, { type: 'joined', of: first, status: this.#duplicateAnswer() });
      this.#plan(call, offer);
    });
  }

  #plan(call: CallId, offer: Offer): void {
    const planned = this.#options.plan(offer);
    for (const { what, why, shut } of planned.reasons) {
      if (shut) this.#state({ fact: 'callShutOut', call, way: what, why });
    }
    this.#tell(call, planned.is === 'planned' ? this.#reserve(planned) : { type: 'unroutable', cause: planned.cause });
  }

  /** To be called for every fact: a softswitch that is lost cannot take back the calls that it has sent. */
  fold(fact: Fact): void {
    if (fact.fact !== 'trunkDown') return;
    for (const id of [...this.up()]) {
      const from = this.#options.runner.state<Call>(id)?.from;
      if (from?.kind === 'trunk' && from.id === fact.trunk) this.#tell(id, { type: 'upstreamLost' });
    }
  }

  /** Goes on with the calls of a plane before us; their legs are taken over by their own rooms, then `settle` is due. */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    const { runner } = this.#options;
    for (const [id, state] of states) {
      if (!id.startsWith('call/')) continue;
      const call = id as CallId;
      for (const leg of legsIn(state)) this.#callOf.set(leg, call);
      runner.host<Call, CallEvent, CallEffect>(call, callMachine, state as Call, (effect) =>
        this.#perform(call, effect),
      );
    }
  }

  /**
   * All rooms have taken over what they could: a leg that nobody has taken up is gone, and its call ends or goes
   * another way, as it would at any other time. States which calls go on; returns how many do not.
   */
  settle(): number {
    const { runner } = this.#options;
    const before = [...this.up()];
    runner.cascade(() => {
      for (const leg of [...this.#callOf.keys()]) {
        if (!this.#takers.has(leg)) this.report({ type: 'released', leg, cause: 'gatewayRestarted' });
      }
    });
    const goOn = before.filter((call) => isUp(runner.state<Call>(call)));
    runner.cascade(() => {
      for (const call of goOn) this.#state({ fact: 'callAdopted', call });
    });
    return before.length - goOn.length;
  }

  /** The leg of the same call that came before over another softswitch (U1). */
  twinOf(offer: Omit<Offer, 'leg'>): LegId | undefined {
    const first = this.#firstOf(offer);
    const state = first && this.#options.runner.state<Call>(first);
    return state && 'caller' in state ? state.caller.leg : undefined;
  }

  #duplicateAnswer(): number {
    return this.#options.duplicateAnswer?.() ?? MERGED;
  }

  #identityOf({ from, caller, dialled, to, identity }: Omit<Offer, 'leg'>): Identity | undefined {
    if (from.kind !== 'trunk') return undefined;
    const at = this.#options.runner.now();
    return { trunk: from.id, ...identity, caller: caller.number, callee: to?.id ?? dialled, at };
  }

  #firstOf(offer: Omit<Offer, 'leg'>): CallId | undefined {
    const identity = this.#identityOf(offer);
    if (!identity) return undefined;
    for (const id of this.up()) {
      const call = this.#options.runner.state<Call>(id);
      if (call?.phase !== 'hunting' && call?.phase !== 'talking') continue;
      if (call.identity && isSameCall(call.identity, identity, call.phase === 'talking')) return id;
    }
    return undefined;
  }

  #reserve(planned: Extract<PlanResult, { is: 'planned' }>): CallEvent {
    const firstLeg = this.#nextLeg;
    this.#nextLeg += legsOf(planned.levels);
    return { type: 'planned', levels: planned.levels, firstLeg };
  }

  report(event: LegEvent) {
    const call = this.#callOf.get(event.leg);
    if (call) this.#tell(call, this.#guarded(call, event));
    if (event.type !== 'released') return;
    this.#callOf.delete(event.leg);
    this.#takers.delete(event.leg);
  }

  #guarded(call: CallId, event: LegEvent): LegEvent {
    const { redirect, runner } = this.#options;
    if (event.type !== 'released' || redirect === undefined) return event;
    return guarded(runner.state<Call>(call), event, redirect);
  }

  /** Ends every call in order (engine lost, plane going down). */
  endAll(cause: Cause): void {
    this.#options.runner.cascade(() => {
      for (const call of [...this.up()]) this.#tell(call, { type: 'end', cause });
    });
  }

  #tell(call: CallId, event: CallEvent): void {
    this.#options.runner.tell(call, event);
  }

  #perform(call: CallId, effect: CallEffect) {
    if ('state' in effect) return this.#state(effect.state);
    if ('ask' in effect) {
      // The legs close in the rest of this cascade; only then it is known what there is to wait for.
      const closed = () => this.#closed(call);
      return this.#options.runner.outward(() => this.#onClosing(call, closed));
    }
    if ('tell' in effect) return this.#tell(effect.tell, effect.event);
    if ('plan' in effect) return this.#plan(call, effect.plan);
    if ('preempt' in effect) return this.#preempt(effect.preempt, call);
    if ('move' in effect) {
      for (const leg of effect.move) this.#callOf.set(leg, effect.to);
      return;
    }
    if (effect.do === 'setup') {
      this.#callOf.set(effect.leg, call);
      const maker = this.#makers.get(effect.target.kind);
      if (maker) return maker.setup(effect);
      return this.report({ type: 'released', leg: effect.leg, cause: 'noRoute' });
    }
    const leg = effect.do === 'release' ? effect.leg : effect.leg.leg;
    this.#takers.get(leg)?.(effect);
  }

  /** A call makes way for an emergency call (S4). */
  #preempt(victim: CallId, by: CallId): void {
    const { runner } = this.#options;
    if (runner.has(victim)) {
      this.#clearing.set(victim, [...(this.#clearing.get(victim) ?? []), by]);
      this.#tell(victim, { type: 'end', cause: 'preempted' });
    } else this.#tell(by, { type: 'cleared', call: victim });
  }

  /** The last termination of a call has gone: whoever waited for its way may have it. */
  #closed(call: CallId): void {
    const waiting = this.#clearing.get(call) ?? [];
    this.#clearing.delete(call);
    this.#options.runner.cascade(() => {
      this.#tell(call, { type: 'closed' });
      for (const each of waiting) this.#tell(each, { type: 'cleared', call });
    });
  }

  #state(fact: Fact): void {
    this.#options.runner.fact(fact);
  }
}

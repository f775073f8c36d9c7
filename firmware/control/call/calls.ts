import type { Runner } from '../../core/runner.ts';
import type { CallId, Fact } from '../facts.ts';
import type { Cause } from '../failure.ts';
import type { LegBook, LegCommand, LegEvent, LegId, LegMaker, Offer, Target } from '../leg/leg.ts';
import type { PlanResult } from '../routing/plan.ts';
import { beginCall, type Call, type CallEffect, type CallEvent, callMachine, legsOf } from './call-machine.ts';

export type CallsOptions = {
  readonly runner: Runner;
  /** Pure routing with the snapshot of this moment (`routing/plan.ts`). */
  readonly plan: (offer: Offer) => PlanResult;
  /** First leg number that no leg of this or the last plane has used. */
  readonly firstLeg: number;
  /** Makes call ids unique across restarts; part of each id. */
  readonly epoch: string;
};

/**
 * Hosts call machines and connects them with legs: commands go to whoever attached the leg, `setup` to the maker of
 * the target's kind, events to the call of their leg. It decides nothing.
 */
export class Calls implements LegBook {
  readonly #options: CallsOptions;
  readonly #makers = new Map<Target['kind'], LegMaker>();
  readonly #takers = new Map<LegId, (command: LegCommand) => void>();
  readonly #callOf = new Map<LegId, CallId>();
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
    const { runner, plan, epoch } = this.#options;
    const call: CallId = `call/${epoch}-${this.#nextCall++}`;
    runner.cascade(() => {
      this.#callOf.set(offer.leg, call);
      const { from, caller, dialled, leg } = offer;
      const begun = beginCall({ call, from, who: caller, dialled }, { leg, is: 'offered' });
      runner.host(call, callMachine, begun.state, (effect) => this.#perform(call, effect));
      for (const effect of begun.effects) this.#perform(call, effect);
      const planned = plan(offer);
      this.#tell(
        call,
        planned.is === 'planned' ? this.#reserve(planned) : { type: 'unroutable', cause: planned.cause },
      );
    });
  }

  /** Goes on with a call of the plane before us; its legs are taken over by their own rooms. */
  adopt(state: Extract<Call, { phase: 'talking' }>): void {
    const { call, caller, callee } = state;
    this.#callOf.set(caller.leg, call);
    this.#callOf.set(callee.leg, call);
    this.#options.runner.host<Call, CallEvent, CallEffect>(call, callMachine, state, (effect) =>
      this.#perform(call, effect),
    );
  }

  #reserve(planned: Extract<PlanResult, { is: 'planned' }>): CallEvent {
    const firstLeg = this.#nextLeg;
    this.#nextLeg += legsOf(planned.levels);
    return { type: 'planned', levels: planned.levels, firstLeg };
  }

  report(event: LegEvent) {
    const call = this.#callOf.get(event.leg);
    if (call) this.#tell(call, event);
    if (event.type !== 'released') return;
    this.#callOf.delete(event.leg);
    this.#takers.delete(event.leg);
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
      const closed = () => this.#tell(call, { type: 'closed' });
      return this.#options.runner.outward(() => this.#onClosing(call, closed));
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

  #state(fact: Fact): void {
    this.#options.runner.fact(fact);
  }
}

import type { Fact } from '../facts.ts';
import type { Endpoint, UriText } from '../sip/face.ts';
import {
  type Evidence,
  firstHealth,
  type Health,
  type HealthEffect,
  HealthMachine,
  resumedFacts,
  resumedHealth,
} from './health-machine.ts';
import { probe } from './probe.ts';
import type { SipTrunkTools } from './sip-trunk-tools.ts';
import type { TrunkSnapshot } from './trunk.ts';

/** All boxes of a fleet may be given power in the same moment. */
const FIRST_PROBE_WITHIN_MS = 1000;

export type TrunkHealthOptions = {
  readonly tools: SipTrunkTools;
  readonly trunk: string;
  readonly probeIntervalMs: () => number;
  /** Whom a probe asks, and where it is sent if not to the far end of the flow; `undefined`: nobody is there. */
  readonly target: () => { readonly uri: UriText; readonly hop?: Endpoint } | undefined;
  /** Contact that a probe comes from; `undefined` while the flow is not open. */
  readonly contact: () => UriText | undefined;
  /** A softswitch that was doubted answers again. */
  readonly reregister: () => void;
};

/** Health of one softswitch (U3): its machine, and the probes that ask. */
export class TrunkHealth {
  readonly #options: TrunkHealthOptions;
  readonly #id: string;
  #probes = 0;

  constructor(options: TrunkHealthOptions) {
    this.#options = options;
    this.#id = `trunk/${options.trunk}/health`;
  }

  get state(): Health {
    const { runner } = this.#options.tools;
    return runner.state<Health>(this.#id) ?? firstHealth(runner.now());
  }

  tell(evidence: Evidence): void {
    this.#options.tools.runner.tell(this.#id, evidence);
  }

  /** The flow stands: goes on from what is known, by this plane or the one before us, or from nothing. */
  begin() {
    const { runner, kept, random } = this.#options.tools;
    const known = runner.state<Health>(this.#id);
    const left = kept(this.#id) as Health | undefined;
    const now = runner.now();
    if (known) return this.#host(known);
    if (!left) return this.#host(firstHealth(now, FIRST_PROBE_WITHIN_MS, random));
    const resumed = resumedHealth(left, now);
    this.#host(resumed);
    for (const fact of resumedFacts(resumed, now)) this.#perform(fact);
  }

  /** The flow cannot be opened, so nothing can be asked: it is down until there is a way again. */
  noWay(why: string): void {
    const { runner } = this.#options.tools;
    if (!runner.has(this.#id)) this.#host(firstHealth(runner.now()));
    this.tell({ from: 'link', type: 'cut', why });
  }

  /** The settings of its probes have changed. */
  restart(): void {
    this.#host(this.state);
  }

  drop(): void {
    this.#options.tools.runner.drop(this.#id);
  }

  #host(state: Health): void {
    const { tools, probeIntervalMs } = this.#options;
    const { runner, random, t1Ms } = tools;
    const machine = new HealthMachine({ probeIntervalMs: probeIntervalMs(), t1Ms, random });
    runner.host(this.#id, machine, state, (effect) => this.#perform(effect));
  }

  #perform(effect: HealthEffect): void {
    const { tools, trunk, reregister } = this.#options;
    if ('fact' in effect) tools.runner.fact({ fact: effect.fact, trunk, why: effect.why } satisfies Fact);
    else if (effect.do === 'reregister') reregister();
    else tools.runner.outward(() => this.#probe(effect.giveUpAfterMs));
  }

  #probe(giveUpAfterMs: number): void {
    const { tools, trunk, target, contact } = this.#options;
    const from = contact();
    const asked = target();
    if (from === undefined || asked === undefined) return;
    this.#probes += 1;
    // short, as three of them go out within a second
    const callId = `${tools.newId().slice(0, 12)}-${this.#probes}`;
    probe(tools.agent, { flow: trunk, ...asked, from, callId, giveUpAfterMs }, (evidence) => this.tell(evidence));
  }
}

/** A trunk that returns takes calls when nothing better is left, until it has been stable (U3). */
export const healthWord: Readonly<Record<Health['is'], TrunkSnapshot['health']>> = {
  unproven: 'unproven',
  up: 'up',
  suspect: 'suspect',
  returning: 'returning',
  down: 'down',
  cut: 'down',
  held: 'held',
};

import { setImmediate as turnOfLoop } from 'node:timers/promises';
import * as v from 'valibot';
import { account } from '../../firmware/config/section/account.ts';
import { trunk } from '../../firmware/config/section/trunk.ts';
import type { RequestAsk, RequestOutcome, UserAgent } from '../../firmware/control/sip/face.ts';
import { Trunks, type TrunksSettings } from '../../firmware/control/trunk/trunks.ts';
import { silentLog } from '../../firmware/core/log.ts';
import { after } from '../../firmware/core/machine.ts';
import { Runner } from '../../firmware/core/runner.ts';
import { HeapClock } from './heap-clock.ts';

/** Copies of a request over UDP and its end (Timer E and F of RFC 3261 §17.1.2.2, T1 500 ms, T2 4 s). */
const COPIES_MS = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
const TIMER_F_MS = 32_000;
/** Shortest and longest round trip between a box and the softswitch. */
const ROUND_TRIP_MS = [5, 60] as const;
const SLICE_MS = 20;

export type Arrival = { readonly atMs: number; readonly method: 'REGISTER' | 'OPTIONS' };

/**
 * The softswitch of a fleet: registers whoever answers its challenge, forgets all when it is stopped, and serves no
 * more than `perSecond` requests; what comes beyond is lost.
 */
export class FleetSoftswitch {
  running = true;
  readonly arrivals: Arrival[] = [];
  readonly bound = new Set<string>();
  readonly #clock: HeapClock;
  readonly #perSecond: number;
  #second = 0;
  #served = 0;

  constructor(clock: HeapClock, perSecond = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  stop(): void {
    this.running = false;
    this.bound.clear();
  }

  /** A request that arrives now: false when nobody answers it. */
  hears(method: Arrival['method']): boolean {
    const now = this.#clock.now();
    this.arrivals.push({ atMs: now, method });
    if (!this.running) return false;
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#served = 0;
    }
    this.#served += 1;
    return this.#served <= this.#perSecond;
  }

  /** Most arrivals in any whole second since `fromMs`. */
  peak(fromMs: number, method?: Arrival['method']): number {
    const each = new Map<number, number>();
    for (const arrival of this.arrivals) {
      if (arrival.atMs < fromMs || (method !== undefined && arrival.method !== method)) continue;
      // seconds are counted from `fromMs`, so that a burst there is not cut in two
      const second = Math.floor((arrival.atMs - fromMs) / 1000);
      each.set(second, (each.get(second) ?? 0) + 1);
    }
    return Math.max(0, ...each.values());
  }
}

/** What a box asks of its softswitch, with retransmissions and the challenge of a registrar (RFC 3261 §22). */
class FleetAgent {
  readonly #clock: HeapClock;
  readonly #softswitch: FleetSoftswitch;
  readonly #roundTripMs: number;

  constructor(clock: HeapClock, softswitch: FleetSoftswitch, roundTripMs: number) {
    this.#clock = clock;
    this.#softswitch = softswitch;
    this.#roundTripMs = roundTripMs;
  }

  async openFlow(): Promise<void> {}
  async closeFlow(): Promise<void> {}

  request(ask: RequestAsk, done: (outcome: RequestOutcome) => void): void {
    this.#transaction(ask, ask.method === 'REGISTER', this.#clock.now(), done);
  }

  #transaction(ask: RequestAsk, challenged: boolean, began: number, done: (outcome: RequestOutcome) => void): void {
    const endsAt = Math.min(ask.giveUpAfterMs ?? TIMER_F_MS, TIMER_F_MS);
    let over = false;
    const answered = () => {
      if (over) return;
      over = true;
      if (challenged) this.#transaction(ask, false, began, done);
      else done(this.#accepted(ask, began));
    };
    for (const copy of COPIES_MS.filter((ms) => ms < endsAt))
      this.#in(copy + this.#roundTripMs / 2, () => {
        if (over || !this.#softswitch.hears(ask.method)) return;
        if (!challenged && ask.method === 'REGISTER') this.#softswitch.bound.add(ask.contact ?? '');
        this.#in(this.#roundTripMs / 2, answered);
      });
    this.#in(endsAt, () => {
      if (!over) done({ is: 'silent' });
      over = true;
    });
  }

  #accepted(ask: RequestAsk, began: number): RequestOutcome {
    const contacts = ask.method === 'REGISTER' ? [{ uri: ask.contact ?? '', expiresS: ask.expiresS ?? 0 }] : [];
    return {
      ...{ is: 'answered', status: 200, phrase: 'OK', tookMs: this.#clock.now() - began, contacts, serviceRoute: [] },
      ...{ credentialsRefused: false, source: { address: '192.0.2.1', port: 5060 } },
    };
  }

  #in(ms: number, work: () => void): void {
    this.#clock.at(after(this.#clock.now(), ms), work);
  }
}

/** `random` of the boxes: their own, each seeded, or none at all (every draw is one half). */
export type Draws = 'spread' | 'none';

const seeded = (seed: number) => {
  let state = (seed * 2654435761) % 2147483648;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
};

const settingsOf = (accounts: number): TrunksSettings => ({
  trunks: [v.parse(trunk, { id: 'primary', host: '192.0.2.1', localPort: 5061 })],
  accounts: Array.from({ length: accounts }, (_, n) =>
    v.parse(account, { id: `a${n}`, user: `10${n}`, password: 'secret', line: 'line/1' }),
  ),
  lines: [],
});

/** Boxes that run our own flow, registration and health machines, all on one clock, with one softswitch. */
export class Fleet {
  readonly clock = new HeapClock();
  readonly softswitch: FleetSoftswitch;
  readonly #boxes: number;
  readonly #accounts: number;
  readonly #draws: Draws;
  readonly #seed: number;

  constructor(options: {
    readonly boxes: number;
    readonly accounts: number;
    readonly draws: Draws;
    readonly perSecond?: number;
    readonly seed?: number;
  }) {
    this.#boxes = options.boxes;
    this.#accounts = options.accounts;
    this.#draws = options.draws;
    this.#seed = options.seed ?? 1;
    this.softswitch = new FleetSoftswitch(this.clock, options.perSecond);
  }

  get bindings(): number {
    return this.#boxes * this.#accounts;
  }

  /** Power comes (back) for all boxes in this moment, which is the worst case. */
  async powerUp(): Promise<void> {
    for (let box = 0; box < this.#boxes; box++) this.#start(box);
    // flows are opened by promises
    await turnOfLoop();
  }

  #start(box: number): void {
    const own = seeded(this.#seed * 100_003 + box);
    const share = own();
    const [least, most] = ROUND_TRIP_MS;
    const agent = new FleetAgent(this.clock, this.softswitch, least + share * (most - least));
    const runner = new Runner(this.clock, silentLog);
    let ids = 0;
    const trunks = new Trunks({
      ...{ runner, clock: this.clock, log: silentLog, address: '192.0.2.9', t1Ms: 500, kept: new Map() },
      agent: agent as unknown as UserAgent,
      random: this.#draws === 'spread' ? own : () => 0.5,
      newId: () => `box${box}-${++ids}`,
      names: { known: (host) => host, address: async (host) => host },
    });
    runner.onFact((fact) => trunks.fold(fact as Parameters<Trunks['fold']>[0]));
    trunks.configure(settingsOf(this.#accounts));
  }

  async run(ms: number): Promise<void> {
    for (let done = 0; done < ms; done += SLICE_MS) {
      this.clock.turn(SLICE_MS);
      await turnOfLoop();
    }
  }

  /** Runs until every account is bound; the milliseconds that took, or NaN when it took longer than `withinMs`. */
  async allBound(withinMs: number): Promise<number> {
    const began = this.clock.now();
    while (this.softswitch.bound.size < this.bindings) {
      if (this.clock.now() - began > withinMs) return Number.NaN;
      await this.run(SLICE_MS);
    }
    return this.clock.now() - began;
  }
}

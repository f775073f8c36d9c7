import type { Configuration } from '../config/schema.ts';
import { wordsOf } from '../core/error.ts';
import { after } from '../core/machine.ts';
import type { Notify } from '../engine-protocol/messages.ts';
import type { Executors } from './configuration/applier.ts';
import type { Outcome, Proposal } from './configuration/document.ts';
import { executorsOf } from './executors.ts';
import { type Ground, readGround } from './ground.ts';
import { Restarts } from './restarts.ts';
import { type PlaneOptions, Rooms } from './rooms.ts';
import { dialledEmergency } from './routing/emergency.ts';
import { countWork } from './work.ts';

/** Without an engine there are no calls, and the page is how a person sees that: it waits no longer than this. */
const REST_WAITS_MS = 3_000;

/**
 * The life of the control plane: reads what is stored, sets its rooms going, carries what comes up to whoever folds
 * it, and closes. It decides nothing.
 */
export class ControlPlane {
  readonly #options: PlaneOptions;
  readonly #ground: Ground;
  readonly #rooms: Rooms;
  readonly #restarts: Restarts;
  #endWork: () => void = () => {};
  #rest: Promise<void> | undefined;
  #cancelRest: () => void = () => {};

  /**
   * Reads what is stored and begins to work; `onReady` tells when calls are possible. Rejects with `setting-refused`
   * for a seed that is refused, with the words for each field.
   */
  static async open(options: PlaneOptions): Promise<ControlPlane> {
    const plane = new ControlPlane(options, await readGround(options));
    await plane.#start();
    return plane;
  }

  private constructor(options: PlaneOptions, ground: Ground) {
    this.#options = options;
    this.#ground = ground;
    this.#rooms = new Rooms(options, ground);
    const { run, clock } = options;
    this.#restarts = new Restarts({ run, clock, runner: ground.runner, before: ground.adoption.states });
  }

  async #start(): Promise<void> {
    const { adoption: left, document, ledger, onDamage } = this.#ground;
    const { voices, scenarios, longCalls, records, adoption, upward, planning, userAgent, engine } = this.#rooms;
    await voices.open();
    ledger.restate();
    scenarios.open();
    for (const call of await records.adopt(left.states, adoption.calls)) {
      upward.goesOn(call);
      planning.goesOn(call);
    }
    this.#goOn(document.configuration);
    longCalls.open();
    document.executeBy(this.#executors());
    onDamage((why) => upward.state({ fact: 'storeDamaged', why }));
    this.#listen();
    await adoption.ways(userAgent);
    engine.start();
    const { clock } = this.#options;
    this.#cancelRest = clock.at(after(clock.now(), REST_WAITS_MS), () => this.#openRest());
  }

  /** Page, notices, drills: what calls do not wait for. */
  #openRest(): void {
    if (this.#rest !== undefined) return;
    this.#cancelRest();
    const { faces, rehearsal, upward } = this.#rooms;
    faces.open();
    this.#rest = rehearsal
      .open(upward)
      .catch((error: unknown) =>
        this.#options.log.error({ why: wordsOf(error) }, 'drills and notices are not at work'),
      );
  }

  #executors(): Executors {
    const { trunks, service, faces, voices } = this.#rooms;
    return executorsOf({
      trunks: (wanted) => trunks.configure(wanted),
      address: (wanted) => trunks.readdress(wanted.network.address),
      lines: (wanted) => this.#configureLines(wanted),
      hardware: (wanted) => service.provisionAnew(wanted),
      page: () => faces.readdress(),
      mailboxes: (wanted) => voices.configure(wanted),
    });
  }

  /** Lines and trunks as settings want them, and the calls of the plane before us on them; at once, in one cascade. */
  #goOn(configuration: Configuration): void {
    const { runner, adoption } = this.#ground;
    runner.cascade(() => {
      this.#rooms.adoption.begin(this.#rooms);
      this.#rooms.trunks.configure(configuration);
      this.#configureLines(configuration);
      const callsEnded = this.#rooms.adoption.finish(this.#rooms);
      const leftCalls = [...adoption.states.keys()].some((id) => id.startsWith('call/'));
      this.#restarts.begin(leftCalls, callsEnded);
    });
  }

  /** The one door to the settings. */
  propose(proposal: Proposal): Promise<Outcome> {
    return this.#ground.document.propose(proposal);
  }

  /** The settings that run, with their revision; no secret is in them. */
  get settings(): { readonly revision: string; readonly shown: unknown } {
    const { revision, shown } = this.#ground.document;
    return { revision, shown };
  }

  /** Ends calls, lets the bindings go, and closes; a softswitch that is gone costs 2.5 s at most. */
  async close(): Promise<void> {
    const { faces, upward, rehearsal, scenarios, calls, media, voices, trunks, userAgent, engine } = this.#rooms;
    const { ledger, journal } = this.#ground;
    this.#cancelRest();
    this.#rest ??= Promise.resolve();
    await this.#rest;
    engine.leave();
    await faces.close();
    upward.close();
    this.#restarts.close();
    rehearsal.close();
    scenarios.close();
    calls.endAll('gatewayRestarted');
    await media.settled();
    await voices.close();
    await trunks.stop(() => userAgent.counts.sessions > 0);
    await userAgent.close();
    await engine.close();
    this.#endWork();
    await ledger.settled();
    await journal.close();
  }

  #listen(): void {
    const { log, onWork } = this.#options;
    const { engine, service } = this.#rooms;
    this.#endWork = countWork(this.#ground.runner, onWork);
    engine.onEvent((event) => this.#heard(event));
    engine.onService((told) => service.told(told));
    engine.onLost((why) => service.lost(why));
    engine.onConnected((hello) => {
      const served = service.connected(hello).then(() => this.#inService());
      served.catch((error: unknown) =>
        log.error({ why: wordsOf(error) }, 'the engine could not be given its lines; they are out of service'),
      );
    });
    engine.onPulse(() => {
      service.look().catch((error: unknown) => log.warn({ why: wordsOf(error) }, 'the engine was not audited'));
    });
  }

  #inService(): void {
    const { sink } = this.#ground;
    this.#options.onReady();
    this.#openRest();
    void this.#rooms.faces.introduce();
    this.#rooms.adoption.settled();
    this.#rooms.upward.settle();
    sink.settle(this.#options.clock.now());
  }

  #configureLines(configuration: Configuration): void {
    const { phones, lines, hardware } = this.#rooms;
    phones.configure(configuration, dialledEmergency(configuration, hardware.profile));
    const exchange = configuration.lines.filter((line) => line.kind === 'fxo' && line.enabled);
    lines.configure(exchange, configuration.ringGroups);
  }

  #heard(event: Notify): void {
    const { upward, media, phones, lines } = this.#rooms;
    upward.heard(event);
    if (media.heard(event) || phones.heard(event) || lines.heard(event)) return;
    this.#options.log.debug({ event }, 'an event that nobody waits for');
  }
}

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DriverSettings } from '../config/check.ts';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { wordsOf } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import { Runner } from '../core/runner.ts';
import type { AuditReply, HelloReply, Notify, Service } from '../engine-protocol/messages.ts';
import { type CountryProfile, loadProfile } from '../profiles/profile.ts';
import { type Adoption, AdoptionLog, readAdoption } from '../store/adoption-log.ts';
import { Journal } from '../store/journal.ts';
import { LeftDialogs } from './adoption.ts';
import { Calls } from './call/calls.ts';
import { planRestart, type Restart } from './call/restart.ts';
import { ConfigurationDocument } from './configuration/document.ts';
import { EngineClient } from './engine/client.ts';
import { provision } from './engine/provision.ts';
import { topologySteps } from './engine/topology.ts';
import { executorsOf } from './executors.ts';
import type { Fact } from './facts.ts';
import type { Cause } from './failure.ts';
import type { Offer } from './leg/leg.ts';
import { LineLegs } from './leg/line-leg.ts';
import { LegMedia } from './leg/media.ts';
import { SipLegs, type SipWay } from './leg/sip-leg.ts';
import { sipArrival, sipWay } from './leg/sip-way.ts';
import { Phones } from './phone/phones.ts';
import type { CallRecord } from './records/call-record-machine.ts';
import { CallRecords } from './records/call-records.ts';
import { type PlanResult, plan } from './routing/plan.ts';
import { Resolver } from './sip/resolver/resolver.ts';
import { negotiation } from './sip/sdp/negotiation.ts';
import { SipUserAgent } from './sip/user-agent.ts';
import { type Alarms, alarmsAfter } from './status/alarm.ts';
import { emptyStatus, type LiveStatus, statusAfter } from './status/snapshot.ts';
import { StatusFile } from './status/status-file.ts';
import { Trunks } from './trunk/trunks.ts';

export type PlaneOptions = {
  readonly data: string;
  readonly run: string;
  readonly engineSocket: string;
  readonly build: string;
  readonly drivers: DriverSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** Settings to begin with where none are stored. */
  readonly seed?: unknown;
  /** Calls are possible (again). */
  readonly onReady: () => void;
  /** Counted work, for the watchdog. */
  readonly onWork: (count: number) => void;
};

/** What must be read before rooms can be made. */
type Ground = {
  readonly runner: Runner;
  readonly document: ConfigurationDocument;
  readonly journal: Journal<CallRecord>;
  readonly adoption: Adoption;
  readonly sink: AdoptionLog;
  readonly profile: CountryProfile;
};

/**
 * The composition root of the control plane: makes the rooms, hands them each other, and carries what comes up to
 * whoever folds it. It decides nothing.
 */
export class ControlPlane {
  readonly #options: PlaneOptions;
  readonly #ground: Ground;
  readonly #engine: EngineClient;
  readonly #userAgent: SipUserAgent;
  readonly #trunks: Trunks;
  readonly #calls: Calls;
  readonly #media: LegMedia;
  readonly #phones: Phones;
  readonly #lines: LineLegs;
  readonly #records: CallRecords;
  readonly #status: StatusFile;
  readonly #left: LeftDialogs;
  #profile: CountryProfile;
  readonly #restart: Restart;
  #live: LiveStatus = emptyStatus;
  #alarms: Alarms = {};
  #audit: AuditReply | undefined;
  #work = 0;
  /** What the handsets that were in a call hear when the engine has been provisioned: who was restarted. */
  #cause: Cause = 'gatewayRestarted';

  static async open(options: PlaneOptions): Promise<ControlPlane> {
    const { data, run, clock, log, drivers, seed } = options;
    const path = join(run, 'adoption.ndjson');
    const adoption = readAdoption(path);
    const sink = new AdoptionLog(path, adoption);
    const runner = new Runner(clock, log, sink);
    const document = await ConfigurationDocument.open({
      folder: join(data, 'configuration'),
      drivers,
      clock,
      alarm: (text) => log.error({ alarm: 'store' }, text),
      onFact: (fact) => runner.cascade(() => runner.fact(fact)),
      ...(seed === undefined ? {} : { seed }),
    });
    const journal = await Journal.open<CallRecord>({
      folder: join(data, 'records'),
      name: 'calls',
      clock,
      sync: 'each',
    });
    const profile = await loadProfile(document.configuration.system.country);
    const plane = new ControlPlane(options, { runner, document, journal, adoption, sink, profile });
    await plane.#start();
    return plane;
  }

  private constructor(options: PlaneOptions, ground: Ground) {
    const { clock, log, build, engineSocket, run } = options;
    const { runner, adoption, journal, document } = ground;
    const { network } = document.configuration;
    this.#options = options;
    this.#ground = ground;
    this.#profile = ground.profile;
    runner.onFact((fact) => this.#fold(fact as Fact));
    this.#engine = new EngineClient({ socket: engineSocket, build, runner, clock, log });
    this.#userAgent = new SipUserAgent({
      runner,
      clock,
      log,
      t1Ms: network.sipT1Ms,
      userAgentName: `Holdfast ${build}`,
      tell: (leg, signal) => runner.tell(leg, signal),
      credentialsOf: (flow, user) => this.#trunks.credentialsOf(flow, user),
    });
    this.#restart = planRestart(adoption.states);
    this.#left = new LeftDialogs(runner, this.#userAgent, this.#restart.dialogs);
    this.#trunks = new Trunks({
      runner,
      clock,
      agent: this.#userAgent,
      names: new Resolver(clock),
      log,
      address: network.address,
      t1Ms: network.sipT1Ms,
      kept: adoption.states,
      flowOpened: (flow) => this.#left.flowOpened(flow),
    });
    this.#calls = new Calls({
      runner,
      plan: (offer) => this.#plan(offer),
      firstLeg: this.#restart.nextLeg,
      epoch: newEpoch(),
    });
    const book = this.#calls;
    const engine = this.#engine;
    this.#media = new LegMedia({ runner, engine, log, book });
    const media = this.#media;
    this.#phones = new Phones({ runner, engine, media, book, log });
    this.#lines = new LineLegs({
      runner,
      book,
      media,
      occupy: (line, leg) => this.#trunks.occupy(line, leg),
      vacate: (leg) => this.#trunks.vacate(leg),
    });
    this.#records = new CallRecords({ runner, clock, log, journal });
    this.#status = new StatusFile(join(run, 'status.json'), log);
    this.#serve(
      new SipLegs({
        runner,
        book,
        media,
        userAgent: this.#userAgent,
        negotiator: negotiation,
        way: (id) => this.#wayOf(id),
        arrival: (invite) => sipArrival(document.configuration, this.#trunks.ofFlow(invite.flow), invite),
      }),
    );
  }

  #serve(sipLegs: SipLegs): void {
    this.#calls.serve('trunk', sipLegs);
    this.#calls.serve('phone', this.#phones);
    this.#calls.serve('line', this.#lines);
    this.#userAgent.onAccess((request) => this.#trunks.mayEnter(request));
  }

  async #start(): Promise<void> {
    const { runner, adoption, document } = this.#ground;
    await this.#records.adopt(adoption.states);
    if (this.#restart.calls.length > 0) {
      runner.cascade(() =>
        runner.fact({ fact: 'controlRestarted', callsEnded: this.#restart.calls.length } satisfies Fact),
      );
    }
    this.#configureLines(document.configuration);
    this.#trunks.configure(document.configuration);
    document.executeBy(
      executorsOf({
        trunks: (wanted) => this.#trunks.configure(wanted),
        lines: (wanted) => this.#configureLines(wanted),
        hardware: (wanted) => this.#provision(wanted),
      }),
    );
    this.#listen();
    this.#engine.start();
  }

  /** Ends calls, lets the bindings go, and closes; a softswitch that is gone costs 2.5 s at most. */
  async close(): Promise<void> {
    this.#calls.endAll('gatewayRestarted');
    await this.#media.settled();
    await this.#trunks.stop();
    await this.#userAgent.close();
    await this.#engine.close();
    await this.#ground.journal.close();
  }

  #listen(): void {
    const { runner, sink } = this.#ground;
    const { log, clock, onWork } = this.#options;
    this.#engine.onEvent((event) => this.#heard(event));
    this.#engine.onService((service) => this.#serviced(service));
    this.#engine.onLost((why) => {
      this.#cause = 'mediaLost';
      runner.fact({ fact: 'engineLost', why } satisfies Fact);
    });
    this.#engine.onConnected((hello) => {
      this.#connected(hello).then(
        () => sink.settle(clock.now()),
        (error: unknown) =>
          log.error({ why: wordsOf(error) }, 'the engine could not be provisioned; lines are out of service'),
      );
    });
    this.#engine.onPulse(() => {
      onWork(++this.#work);
      this.#look().catch((error: unknown) => log.warn({ why: wordsOf(error) }, 'the engine was not audited'));
    });
  }

  /** The engine is there: it is given its hardware, what nobody wants is taken away, and calls are possible. */
  async #connected(hello: HelloReply & { readonly sameEpoch: boolean }): Promise<void> {
    const { runner, document } = this.#ground;
    if (!hello.sameEpoch) {
      this.#calls.endAll('mediaLost');
      this.#media.forget();
    }
    await this.#provision(document.configuration);
    const audit = await this.#engine.audit();
    await this.#tidy(audit);
    await this.#phones.ready(audit, this.#cause);
    this.#lines.ready(this.#cause);
    runner.cascade(() => {
      for (const line of audit.lines) this.#port(line.id, line.available && line.present, 'found at the start');
      if (this.#live.engine === 'lost') runner.fact({ fact: 'engineBack', why: 'connected' } satisfies Fact);
    });
    await this.#look();
    this.#options.log.info({ lines: audit.lines.length, epoch: hello.epoch }, 'lines are in service');
    this.#options.onReady();
  }

  async #provision(configuration: Configuration): Promise<void> {
    this.#profile = await loadProfile(configuration.system.country);
    const hardware = provision(configuration, this.#profile);
    const { lines } = await this.#engine.provision({ revision: this.#ground.document.revision, hardware });
    for (const line of lines) {
      if (line.state === 'failed')
        this.#options.log.error({ line: line.id, why: line.cause }, 'a line is out of service');
    }
  }

  /** Contexts, loops and ringing that no call of ours wants. */
  async #tidy(audit: AuditReply): Promise<void> {
    await this.#media.settled();
    for (const step of topologySteps(audit, this.#media.wanted())) {
      if (step.do === 'subtract') await this.#engine.subtract({ termination: step.termination });
      else if (step.do === 'openLoop') await this.#engine.signal(step.line, { loop: 'release' });
      else await this.#engine.signal(step.line, 'none');
    }
  }

  #configureLines(configuration: Configuration): void {
    this.#phones.configure(configuration, this.#profile.emergency);
    this.#lines.configure(configuration.lines.filter((line) => line.kind === 'fxo' && line.enabled));
  }

  // ── what comes up ─────────────────────────────────────────────────────────────────────────────

  #heard(event: Notify): void {
    if (this.#media.heard(event) || this.#phones.heard(event) || this.#lines.heard(event)) return;
    this.#options.log.debug({ event }, 'an event that nobody waits for');
  }

  #serviced({ what, is, cause }: Service): void {
    if (what.startsWith('line/')) this.#port(what, is === 'in', cause);
    else this.#options.log.warn({ what, is, cause }, 'the engine reports on its service');
  }

  #port(line: string, inService: boolean, cause: string): void {
    const known = this.#live.ports[line];
    if (known ? known.inService === inService : inService) return;
    this.#ground.runner.fact({ fact: inService ? 'portIn' : 'portOut', line, cause } satisfies Fact);
  }

  #fold(fact: Fact): void {
    this.#records.fold(fact);
    this.#trunks.fold(fact);
    this.#live = statusAfter(this.#live, fact);
    this.#alarms = alarmsAfter(this.#alarms, fact, this.#options.clock.wall());
    this.#options.log.info(fact, fact.fact);
    this.#ground.runner.outward(() => this.#writeStatus());
  }

  async #look(): Promise<void> {
    this.#audit = await this.#engine.audit();
    this.#writeStatus();
  }

  #writeStatus(): void {
    const legs = [...this.#ground.runner.ids()].filter((id) => id.startsWith('leg/'));
    const registrations = this.#trunks.registrations();
    this.#status.write({
      ...this.#live,
      calls: Object.values(this.#live.calls),
      trunks: this.#trunks.snapshot(),
      registrations,
      alarms: Object.values(this.#alarms),
      legs,
      audit: this.#audit ?? { contexts: [], lines: [] },
    });
  }

  // ── what goes down ────────────────────────────────────────────────────────────────────────────

  #plan(offer: Offer): PlanResult {
    const { configuration } = this.#ground.document;
    return plan({ offer, configuration, trunks: this.#trunks.snapshot(), emergency: this.#profile.emergency });
  }

  #wayOf(id: string): SipWay | undefined {
    const trunk = this.#trunks.trunk(id);
    return trunk === undefined ? undefined : sipWay(this.#ground.document.configuration, trunk);
  }
}

const newEpoch = (): string => randomBytes(4).toString('hex');

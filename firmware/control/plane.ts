import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '../config/schema.ts';
import { wordsOf } from '../core/error.ts';
import type { Notify } from '../engine-protocol/messages.ts';
import { type AdoptingRooms, Adoption } from './adoption.ts';
import { Calls } from './call/calls.ts';
import { planRestart } from './call/restart.ts';
import type { Outcome, Proposal } from './configuration/document.ts';
import { doorsOf } from './doors.ts';
import { EngineClient } from './engine/client.ts';
import { ENGINE_EPOCH, epochMachine, keptEpoch } from './engine/epoch-machine.ts';
import { EngineService } from './engine-service.ts';
import { executorsOf } from './executors.ts';
import { type FaceSetup, Faces } from './faces.ts';
import type { Fact, LegId } from './facts.ts';
import { type Ground, type GroundOptions, readGround } from './ground.ts';
import { Hardware } from './hardware.ts';
import { LineLegs } from './leg/line-leg.ts';
import { LegMedia } from './leg/media.ts';
import { SipLegs, type SipWay } from './leg/sip-leg.ts';
import { sipArrival, sipWay } from './leg/sip-way.ts';
import type { Operations } from './operation/operation.ts';
import { Phones } from './phone/phones.ts';
import { Planning } from './planning.ts';
import { CallRecords } from './records/call-records.ts';
import { Rehearsal } from './rehearsal.ts';
import { dialledEmergency } from './routing/emergency.ts';
import { Scenarios, starOf } from './scenarios.ts';
import { makeTrunks, makeUserAgent } from './signalling.ts';
import { negotiation } from './sip/sdp/negotiation.ts';
import type { UdpSockets } from './sip/transport/udp-sockets.ts';
import type { SipUserAgent } from './sip/user-agent.ts';
import { StatusFile } from './status/status-file.ts';
import type { Trunks } from './trunk/trunks.ts';
import { Upward } from './upward.ts';
import { shownOf, verbs } from './verbs.ts';
import { VoiceRooms } from './voices.ts';

export type PlaneOptions = GroundOptions & {
  readonly engineSocket: string;
  readonly build: string;
  /** Folder of the sentences that come with the box; left out: where the sources have them. */
  readonly sentences?: string;
  /** Where the page comes from; without it there is none. */
  readonly face?: FaceSetup;
  /** Where SIP over UDP gets its sockets from; left out: its own. */
  readonly udpSockets?: UdpSockets;
  /** Calls are possible (again). */
  readonly onReady: () => void;
  /** Asks the supervisor to restart a plane; left out where there is none. */
  readonly restart?: (plane: 'control' | 'engine') => void;
  /** Counted work, for the watchdog. */
  readonly onWork: (count: number) => void;
};

/**
 * The composition root of the control plane: makes the rooms, hands them each other, and carries what comes up to
 * whoever folds it. It decides nothing.
 */
export class ControlPlane {
  readonly #options: PlaneOptions;
  readonly #ground: Ground;
  readonly #engine: EngineClient;
  readonly #hardware: Hardware;
  readonly #userAgent: SipUserAgent;
  readonly #trunks: Trunks;
  readonly #planning: Planning;
  readonly #calls: Calls;
  readonly #media: LegMedia;
  readonly #phones: Phones;
  readonly #scenarios: Scenarios;
  readonly #lines: LineLegs;
  readonly #records: CallRecords;
  readonly #upward: Upward;
  readonly #sipLegs: SipLegs;
  readonly #adoption: Adoption;
  readonly #voices: VoiceRooms;
  readonly #rehearsal: Rehearsal;
  readonly #faces: Faces;
  readonly #service: EngineService;
  #work = 0;

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
    const { clock, log, build, engineSocket, run } = options;
    const { runner, adoption, journal, profile } = ground;
    this.#options = options;
    this.#ground = ground;
    const known = keptEpoch(adoption.states);
    const taken = (seq: number) => runner.tell(ENGINE_EPOCH, { type: 'heard', seq });
    this.#engine = new EngineClient({ socket: engineSocket, build, runner, clock, log, ...known, taken });
    runner.host(ENGINE_EPOCH, epochMachine, known, () => {});
    const engine = this.#engine;
    this.#adoption = new Adoption({ runner, clock, build, states: adoption.states });
    this.#userAgent = makeUserAgent(options, ground, () => this.#trunks);
    this.#trunks = makeTrunks(options, ground, this.#userAgent);
    const trunks = this.#trunks;
    const configuration = () => ground.document.configuration;
    const country = () => this.#hardware.profile;
    this.#planning = new Planning({ clock, trunks, configuration, country, ledger: ground.ledger });
    const planning = this.#planning;
    this.#calls = new Calls({
      runner,
      duplicateAnswer: () => ground.document.configuration.routing.duplicateAnswer,
      plan: (offer) => this.#rehearsal.planOf(offer) ?? planning.plan(offer),
      firstLeg: planRestart(adoption.states).nextLeg,
      epoch: newEpoch(),
    });
    const book = this.#calls;
    this.#media = new LegMedia({ runner, engine, log, book });
    const media = this.#media;
    const { ledger } = ground;
    this.#scenarios = new Scenarios({ runner, clock, ledger, configuration, before: adoption.states });
    const star = starOf(this.#scenarios);
    this.#phones = new Phones({ runner, engine, media, book, log, star });
    const occupy = (line: string, leg: LegId) => trunks.occupy(line, leg);
    this.#lines = new LineLegs({ runner, book, media, occupy, vacate: (leg) => trunks.vacate(leg) });
    this.#records = new CallRecords({
      runner,
      clock,
      log,
      journal,
      ended: (each) => this.#rehearsal.figures.add(each),
    });
    const file = new StatusFile(join(run, 'status.json'), log);
    const shown = () => shownOf(configuration());
    const fold = (fact: Fact) => {
      planning.fold(fact);
      this.#voices.fold(fact);
      this.#rehearsal.fold(fact);
    };
    const rehearsed = { figures: (id: string) => this.#rehearsal.figures.of(id), named: () => this.#rehearsal.named };
    const all = { runner, clock, log, records: this.#records, trunks, file, shown, build, fold };
    this.#upward = new Upward({ ...all, ...rehearsed, scenario: () => this.#scenarios.shown() });
    const onFailed = (line: string, cause: string) => this.#upward.port(line, false, cause);
    this.#hardware = new Hardware({ engine, log, profile, onFailed });
    this.#voices = this.#makeVoices();
    this.#rehearsal = this.#makeRehearsal();
    this.#faces = this.#makeFaces();
    this.#service = this.#makeService();
    this.#sipLegs = this.#makeSipLegs();
    this.#serve();
  }

  #makeVoices(): VoiceRooms {
    const { clock, log, data, sentences } = this.#options;
    const { runner, document } = this.#ground;
    return new VoiceRooms({
      ...{ data, runner, clock, log, calls: this.#calls, media: this.#media },
      ...{ phones: this.#phones, country: () => this.#hardware.profile },
      configuration: () => document.configuration,
      sentences: sentences ?? sourceSentences,
    });
  }

  #makeRehearsal(): Rehearsal {
    const { clock, log, data, build } = this.#options;
    const { runner, document, adoption, journal } = this.#ground;
    return new Rehearsal({
      ...{ data, build, runner, clock, log, journal, before: adoption.states, trunks: this.#trunks },
      configuration: () => document.configuration,
      emergency: () => this.#hardware.profile.emergency,
      testCalls: this.#voices.testCalls,
      silence: (trunk, on) => this.#userAgent.silence(trunk, on),
      backup: (on) => this.#phones.backup(on),
    });
  }

  #makeFaces(): Faces {
    const { build, clock, log, data, face: setup } = this.#options;
    const { runner, document, adoption } = this.#ground;
    const doors = doorsOf({
      ...{ build, ground: this.#ground, lab: setup?.lab },
      status: this.#upward,
      operations: this.#verbs(),
      shelf: this.#voices.shelf,
      rehearsals: () => this.#rehearsal.kept,
    });
    const configuration = () => document.configuration;
    return new Faces({ setup, data, doors, runner, clock, log, before: adoption.states, configuration });
  }

  #makeService(): EngineService {
    const { log } = this.#options;
    const { runner, document, adoption } = this.#ground;
    return new EngineService({
      ...{ runner, log, document, before: adoption.states, adopted: this.#adoption.states.size > 0 },
      ...{ engine: this.#engine, hardware: this.#hardware },
      ...{ calls: this.#calls, media: this.#media, phones: this.#phones, lines: this.#lines },
      ...{ voices: this.#voices, upward: this.#upward },
    });
  }

  #verbs(): Operations {
    const { clock, log, restart } = this.#options;
    const { shelf, testCalls } = this.#voices;
    return verbs({
      ...{ clock, log, shelf, testCalls, trunks: this.#trunks, upward: this.#upward, rehearsal: this.#rehearsal },
      scenarios: this.#scenarios,
      question: (offer) => this.#planning.question(offer),
      ledger: this.#ground.ledger,
      configuration: () => this.#ground.document.configuration,
      emergency: () => this.#hardware.profile.emergency,
      ...(restart === undefined ? {} : { restart }),
    });
  }

  #makeSipLegs(): SipLegs {
    const { runner, document } = this.#ground;
    return new SipLegs({
      ...{ runner, book: this.#calls, media: this.#media, userAgent: this.#userAgent, negotiator: negotiation },
      way: (id) => this.#wayOf(id),
      trunk: (id) => this.#trunks.trunk(id),
      arrival: (invite) => sipArrival(document.configuration, this.#trunks.ofFlow(invite.flow), invite),
    });
  }

  /** Each kind of leg gets its maker. */
  #serve(): void {
    this.#calls.serve('trunk', this.#sipLegs);
    this.#calls.serve('phone', this.#phones);
    this.#calls.serve('line', this.#lines);
    this.#userAgent.onAccess((request) => this.#trunks.mayEnter(request));
  }

  async #start(): Promise<void> {
    const { adoption, document } = this.#ground;
    await this.#voices.open();
    this.#ground.ledger.restate();
    this.#scenarios.open();
    for (const call of await this.#records.adopt(adoption.states, this.#adoption.calls)) {
      this.#upward.goesOn(call);
      this.#planning.goesOn(call);
    }
    this.#goOn(document.configuration);
    document.executeBy(
      executorsOf({
        trunks: (wanted) => this.#trunks.configure(wanted),
        lines: (wanted) => this.#configureLines(wanted),
        hardware: (wanted) => this.#service.provisionAnew(wanted),
        page: () => this.#faces.readdress(),
        mailboxes: (wanted) => this.#voices.configure(wanted),
      }),
    );
    await this.#rehearsal.open(this.#upward);
    this.#ground.onDamage((why) => this.#upward.state({ fact: 'storeDamaged', why }));
    this.#listen();
    await this.#adoption.ways(this.#userAgent);
    this.#engine.start();
    this.#faces.open();
  }

  /** Lines and trunks as settings want them, and the calls of the plane before us on them; at once, in one cascade. */
  #goOn(configuration: Configuration): void {
    const { runner, adoption } = this.#ground;
    const rooms: AdoptingRooms = {
      ...{ media: this.#media, calls: this.#calls, phones: this.#phones, lines: this.#lines },
      ...{ sipLegs: this.#sipLegs, voices: this.#voices, userAgent: this.#userAgent },
    };
    runner.cascade(() => {
      this.#adoption.begin(rooms);
      this.#trunks.configure(configuration);
      this.#configureLines(configuration);
      const callsEnded = this.#adoption.finish(rooms);
      const restarted = [...adoption.states.keys()].some((id) => id.startsWith('call/'));
      if (restarted) runner.fact({ fact: 'controlRestarted', callsEnded });
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
    await this.#faces.close();
    this.#rehearsal.close();
    this.#scenarios.close();
    this.#calls.endAll('gatewayRestarted');
    await this.#media.settled();
    await this.#voices.close();
    await this.#trunks.stop(() => this.#userAgent.counts.sessions > 0);
    await this.#userAgent.close();
    await this.#engine.close();
    await this.#ground.ledger.settled();
    await this.#ground.journal.close();
  }

  #listen(): void {
    const { log, onWork } = this.#options;
    this.#engine.onEvent((event) => this.#heard(event));
    this.#engine.onService((service) => this.#service.told(service));
    this.#engine.onLost((why) => {
      this.#service.lost(why);
    });
    this.#engine.onConnected((hello) => {
      const served = this.#service.connected(hello).then(() => this.#inService());
      served.catch((error: unknown) =>
        log.error({ why: wordsOf(error) }, 'the engine could not be given its lines; they are out of service'),
      );
    });
    this.#engine.onPulse(() => {
      onWork(++this.#work);
      this.#service.look().catch((error: unknown) => log.warn({ why: wordsOf(error) }, 'the engine was not audited'));
    });
  }

  #inService(): void {
    const { sink } = this.#ground;
    this.#options.onReady();
    void this.#faces.introduce();
    this.#adoption.settled();
    sink.settle(this.#options.clock.now());
  }

  #configureLines(configuration: Configuration): void {
    this.#phones.configure(configuration, dialledEmergency(configuration, this.#hardware.profile));
    const exchange = configuration.lines.filter((line) => line.kind === 'fxo' && line.enabled);
    this.#lines.configure(exchange, configuration.ringGroups);
  }

  // ── what comes up ─────────────────────────────────────────────────────────────────────────────

  #heard(event: Notify): void {
    this.#upward.heard(event);
    if (this.#media.heard(event) || this.#phones.heard(event) || this.#lines.heard(event)) return;
    this.#options.log.debug({ event }, 'an event that nobody waits for');
  }

  // ── what goes down ────────────────────────────────────────────────────────────────────────────

  #wayOf(id: string): SipWay | undefined {
    const trunk = this.#trunks.trunk(id);
    return trunk === undefined ? undefined : sipWay(this.#ground.document.configuration, trunk);
  }
}

const sourceSentences = fileURLToPath(new URL('../profiles/sentence', import.meta.url));
const newEpoch = (): string => randomBytes(4).toString('hex');

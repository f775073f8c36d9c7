import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Adoption } from './adoption.ts';
import { Calls } from './call/calls.ts';
import { planRestart } from './call/restart.ts';
import { Transfers } from './call/transfers.ts';
import { doorsOf } from './doors.ts';
import { EngineClient } from './engine/client.ts';
import { ENGINE_EPOCH, epochMachine, keptEpoch } from './engine/epoch-machine.ts';
import { EngineService } from './engine-service.ts';
import { type FaceSetup, Faces } from './faces.ts';
import type { Fact, LegId } from './facts.ts';
import type { Ground, GroundOptions } from './ground.ts';
import { Hardware } from './hardware.ts';
import { LineLegs } from './leg/line-leg.ts';
import { LegMedia } from './leg/media.ts';
import { SipLegs, type SipWay } from './leg/sip-leg.ts';
import { sipArrival, sipWay } from './leg/sip-way.ts';
import { LongCallWatch } from './long-calls.ts';
import type { Operations } from './operation/operation.ts';
import { Phones } from './phone/phones.ts';
import { Planning } from './planning.ts';
import type { CallRecord } from './records/call-record-machine.ts';
import { CallRecords } from './records/call-records.ts';
import { Rehearsal } from './rehearsal.ts';
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

/** The rooms of the control plane: each is made here and handed the others that it works with. */
export class Rooms {
  readonly #options: PlaneOptions;
  readonly #ground: Ground;
  readonly engine: EngineClient;
  readonly hardware: Hardware;
  readonly userAgent: SipUserAgent;
  readonly trunks: Trunks;
  readonly planning: Planning;
  readonly calls: Calls;
  readonly media: LegMedia;
  readonly transfers: Transfers;
  readonly phones: Phones;
  readonly scenarios: Scenarios;
  readonly longCalls: LongCallWatch;
  readonly lines: LineLegs;
  readonly records: CallRecords;
  readonly upward: Upward;
  readonly sipLegs: SipLegs;
  readonly adoption: Adoption;
  readonly voices: VoiceRooms;
  readonly rehearsal: Rehearsal;
  readonly faces: Faces;
  readonly service: EngineService;

  constructor(options: PlaneOptions, ground: Ground) {
    const { clock, log, build, engineSocket } = options;
    const { runner, adoption, journal, profile } = ground;
    this.#options = options;
    this.#ground = ground;
    const known = keptEpoch(adoption.states);
    const taken = (seq: number) => runner.tell(ENGINE_EPOCH, { type: 'heard', seq });
    this.engine = new EngineClient({ socket: engineSocket, build, runner, clock, log, ...known, taken });
    runner.host(ENGINE_EPOCH, epochMachine, known, () => {});
    const engine = this.engine;
    this.adoption = new Adoption({ runner, clock, build, states: adoption.states });
    this.userAgent = makeUserAgent(options, ground, () => this.trunks);
    this.trunks = makeTrunks(options, ground, this.userAgent, (flow) => this.sipLegs.moved(flow));
    const trunks = this.trunks;
    const configuration = () => ground.document.configuration;
    const country = () => this.hardware.profile;
    this.planning = new Planning({ clock, trunks, configuration, country, ledger: ground.ledger });
    const planning = this.planning;
    this.calls = new Calls({
      runner,
      duplicateAnswer: () => ground.document.configuration.routing.duplicateAnswer,
      plan: (offer) => this.rehearsal.planOf(offer) ?? planning.plan(offer),
      redirect: (asked) => planning.redirect(asked),
      firstLeg: planRestart(adoption.states).nextLeg,
      epoch: newEpoch(),
    });
    const book = this.calls;
    this.media = new LegMedia({ runner, engine, log, book });
    const media = this.media;
    const { ledger } = ground;
    this.scenarios = new Scenarios({ runner, clock, ledger, configuration, before: adoption.states });
    this.longCalls = new LongCallWatch({ runner, clock, configuration, before: adoption.states });
    const star = starOf(this.scenarios, (line, right) => ledger.tryPin(line, right));
    this.transfers = this.#makeTransfers();
    const desk = this.transfers;
    this.phones = new Phones({ runner, engine, media, book, desk, log, star });
    const occupy = (line: string, leg: LegId) => trunks.occupy(line, leg);
    this.lines = new LineLegs({ runner, book, media, occupy, vacate: (leg) => trunks.vacate(leg) });
    const ended = (each: CallRecord) => this.rehearsal.figures.add(each);
    this.records = new CallRecords({ runner, clock, log, journal, ended });
    this.upward = this.#makeUpward();
    const onFailed = (line: string, cause: string) => this.upward.port(line, false, cause);
    this.hardware = new Hardware({ engine, log, profile, onFailed });
    this.voices = this.#makeVoices();
    this.rehearsal = this.#makeRehearsal();
    this.faces = this.#makeFaces();
    this.service = this.#makeService();
    this.sipLegs = this.#makeSipLegs();
    this.#serve();
  }

  #makeTransfers(): Transfers {
    const { runner, document } = this.#ground;
    return new Transfers({
      ...{ runner, book: this.calls, media: this.media },
      settings: () => {
        const { routing, tollGuard } = document.configuration;
        return { holdMs: routing.holdS * 1000, outside: tollGuard.transferOutside };
      },
      recall: (line, leg) => this.phones.recall(line, leg),
    });
  }

  #makeUpward(): Upward {
    const { clock, log, build, run } = this.#options;
    const { runner, document, adoption } = this.#ground;
    return new Upward({
      ...{ runner, clock, log, build, records: this.records, trunks: this.trunks, before: adoption.states },
      file: new StatusFile(join(run, 'status.json'), log),
      shown: () => shownOf(document.configuration),
      fold: (fact) => this.#fold(fact),
      figures: (id) => this.rehearsal.figures.of(id),
      named: () => this.rehearsal.named,
      scenario: () => this.scenarios.shown(),
    });
  }

  #fold(fact: Fact): void {
    this.planning.fold(fact);
    this.calls.fold(fact);
    this.voices.fold(fact);
    this.rehearsal.fold(fact);
    this.longCalls.fold(fact);
  }

  #makeVoices(): VoiceRooms {
    const { clock, log, data, sentences } = this.#options;
    const { runner, document } = this.#ground;
    return new VoiceRooms({
      ...{ data, runner, clock, log, calls: this.calls, media: this.media },
      ...{ phones: this.phones, country: () => this.hardware.profile },
      configuration: () => document.configuration,
      sentences: sentences ?? sourceSentences,
    });
  }

  #makeRehearsal(): Rehearsal {
    const { clock, log, data, build } = this.#options;
    const { runner, document, adoption, journal } = this.#ground;
    return new Rehearsal({
      ...{ data, build, runner, clock, log, journal, before: adoption.states, trunks: this.trunks },
      configuration: () => document.configuration,
      emergency: () => this.planning.emergency(),
      testCalls: this.voices.testCalls,
      silence: (trunk, on) => this.userAgent.silence(trunk, on),
      backup: (on) => this.phones.backup(on),
    });
  }

  #makeFaces(): Faces {
    const { build, clock, log, data, face: setup } = this.#options;
    const { runner, document, adoption } = this.#ground;
    const doors = doorsOf({
      ...{ build, ground: this.#ground, lab: setup?.lab },
      status: this.upward,
      operations: this.#verbs(),
      shelf: this.voices.shelf,
      rehearsals: () => this.rehearsal.kept,
    });
    const configuration = () => document.configuration;
    return new Faces({ setup, data, doors, runner, clock, log, before: adoption.states, configuration });
  }

  #makeService(): EngineService {
    const { log } = this.#options;
    const { runner, document, adoption } = this.#ground;
    return new EngineService({
      ...{ runner, log, document, before: adoption.states, adopted: this.adoption.states.size > 0 },
      ...{ engine: this.engine, hardware: this.hardware },
      ...{ calls: this.calls, media: this.media, phones: this.phones, lines: this.lines },
      ...{ voices: this.voices, upward: this.upward },
    });
  }

  #verbs(): Operations {
    const { clock, log, restart } = this.#options;
    const { shelf, testCalls } = this.voices;
    return verbs({
      ...{ clock, log, shelf, testCalls, trunks: this.trunks, upward: this.upward, rehearsal: this.rehearsal },
      scenarios: this.scenarios,
      question: (offer) => this.planning.question(offer),
      ledger: this.#ground.ledger,
      configuration: () => this.#ground.document.configuration,
      emergency: () => this.planning.emergency(),
      ...(restart === undefined ? {} : { restart }),
    });
  }

  #makeSipLegs(): SipLegs {
    const { runner, document } = this.#ground;
    return new SipLegs({
      ...{ runner, book: this.calls, media: this.media, userAgent: this.userAgent, negotiator: negotiation },
      way: (id) => this.#wayOf(id),
      trunk: (id) => this.trunks.trunk(id),
      arrival: (invite) => sipArrival(document.configuration, this.trunks.ofFlow(invite.flow), invite),
    });
  }

  /** Each kind of leg gets its maker. */
  #serve(): void {
    this.calls.serve('trunk', this.sipLegs);
    this.calls.serve('phone', this.phones);
    this.calls.serve('line', this.lines);
    this.userAgent.onAccess((request) => this.trunks.mayEnter(request));
  }

  #wayOf(id: string): SipWay | undefined {
    const trunk = this.trunks.trunk(id);
    return trunk === undefined ? undefined : sipWay(this.#ground.document.configuration, trunk);
  }
}

const sourceSentences = fileURLToPath(new URL('../profiles/sentence', import.meta.url));
const newEpoch = (): string => randomBytes(4).toString('hex');

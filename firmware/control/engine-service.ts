import type { Configuration } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { Runner } from '../core/runner.ts';
import type { AuditReply, HelloReply, Service } from '../engine-protocol/messages.ts';
import type { Calls } from './call/calls.ts';
import type { EngineClient } from './engine/client.ts';
import { ENGINE_EPOCH } from './engine/epoch-machine.ts';
import type { Cause } from './failure.ts';
import type { Ground } from './ground.ts';
import type { Hardware } from './hardware.ts';
import type { LineLegs } from './leg/line-leg.ts';
import type { LegMedia } from './leg/media.ts';
import type { Phones } from './phone/phones.ts';
import type { Upward } from './upward.ts';
import type { VoiceRooms } from './voices.ts';

export type EngineServiceOptions = {
  readonly runner: Runner;
  readonly log: Log;
  readonly document: Ground['document'];
  /** States that the plane before us left; with `adopted` its machines are ours: with its engine all goes on. */
  readonly before: ReadonlyMap<string, unknown>;
  readonly adopted: boolean;
  readonly engine: EngineClient;
  readonly hardware: Hardware;
  readonly calls: Calls;
  readonly media: LegMedia;
  readonly phones: Phones;
  readonly lines: LineLegs;
  readonly voices: VoiceRooms;
  readonly upward: Upward;
};

/** Brings an engine that connects into service, and keeps what is known of its lines. */
export class EngineService {
  readonly #options: EngineServiceOptions;
  /** What the handsets that were in a call hear when the engine has been provisioned: who was restarted. */
  #cause: Cause = 'gatewayRestarted';
  /** False until phones and lines know what this engine has found; a connection that only broke changes nothing. */
  #linesTold = false;
  #before: ReadonlyMap<string, unknown>;

  constructor(options: EngineServiceOptions) {
    this.#options = options;
    this.#before = options.before;
  }

  lost(why: string): void {
    this.#cause = 'mediaLost';
    this.#options.upward.engineLost(why);
  }

  /** The engine is there: it is given its hardware, what nobody wants is taken away; then calls are possible. */
  async connected(hello: HelloReply & { readonly sameEpoch: boolean }): Promise<void> {
    const { runner, document, calls, media, hardware, engine, voices, upward, log } = this.#options;
    if (!hello.sameEpoch) {
      calls.endAll('mediaLost');
      media.forget();
      this.#linesTold = false;
    }
    runner.tell(ENGINE_EPOCH, { type: 'connected', epoch: hello.epoch });
    await hardware.provision(document.revision, document.configuration);
    const audit = await engine.audit();
    const goesOn = !this.#linesTold && this.#options.adopted && hello.sameEpoch;
    if (goesOn) media.compare(audit);
    await media.settled();
    await hardware.tidy(audit, media.wanted(), this.#options.phones.ringing());
    await voices.takeLeftovers();
    if (!this.#linesTold) await this.#tellLines(audit, goesOn);
    runner.cascade(() => {
      this.#portsOf(audit);
      upward.engineBack();
    });
    await this.look();
    log.info({ lines: audit.lines.length }, 'lines are in service: calls are possible');
  }

  async #tellLines(audit: AuditReply, goesOn: boolean): Promise<void> {
    const { phones, lines } = this.#options;
    await phones.ready(audit, this.#cause, { goesOn, before: this.#before });
    this.#before = new Map();
    if (!goesOn) lines.ready(this.#cause);
    this.#linesTold = true;
  }

  /** Settings changed cards, ports or sounds. */
  async provisionAnew(wanted: Configuration): Promise<void> {
    await this.#options.hardware.provision(this.#options.document.revision, wanted);
    this.#portsOf(await this.look());
  }

  /** The engine itself says that something of it is in service, or is not. */
  told({ what, is, cause }: Service): void {
    const { upward, log } = this.#options;
    if (what.startsWith('line/')) upward.port(what, is === 'in', cause);
    else log.warn({ cause }, `${what} is ${is === 'in' ? 'in' : 'out of'} service`);
  }

  /** What the engine has now. */
  async look(): Promise<AuditReply> {
    const audit = await this.#options.engine.audit();
    this.#options.upward.audited(audit);
    return audit;
  }

  #portsOf(audit: AuditReply): void {
    for (const line of audit.lines) {
      const inService = line.available && line.present;
      this.#options.upward.port(line.id, inService, inService ? 'found ready' : 'found without card or cable');
    }
  }
}

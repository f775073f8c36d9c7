import type { Configuration } from '../config/schema.ts';
import { GatewayError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { LineId, TerminationId } from '../engine-protocol/ids.ts';
import type { AuditReply } from '../engine-protocol/messages.ts';
import { type CountryProfile, loadProfile } from '../profiles/profile.ts';
import type { Engine } from './engine/client-face.ts';
import { provision } from './engine/provision.ts';
import { type TopologyStep, topologySteps } from './engine/topology.ts';

export type HardwareOptions = {
  readonly engine: Engine;
  readonly log: Log;
  readonly profile: CountryProfile;
  /** A line that the engine could not put into service, and why. */
  readonly onFailed: (line: string, cause: string) => void;
};

/** Gives the engine its cards, lines and sounds, and takes away what a plane before this one left in it. */
export class Hardware {
  readonly #options: HardwareOptions;
  #profile: CountryProfile;

  constructor(options: HardwareOptions) {
    this.#options = options;
    this.#profile = options.profile;
  }

  /** The country that runs. */
  get profile(): CountryProfile {
    return this.#profile;
  }

  /** A line that cannot be served takes no other with it: it is told to `onFailed`. */
  async provision(revision: string, configuration: Configuration): Promise<void> {
    const { engine, log, onFailed } = this.#options;
    this.#profile = await loadProfile(configuration.system.country);
    const { lines } = await engine.provision({ revision, hardware: provision(configuration, this.#profile) });
    for (const line of lines) {
      if (line.state !== 'failed') continue;
      const cause = line.cause ?? 'the engine gave no cause';
      log.error({ line: line.id, why: cause }, 'a line cannot be put into service');
      onFailed(line.id, cause);
    }
  }

  /**
   * Contexts, loops and ringing that no call of ours wants. All is asked in the same instant, so that nothing is taken
   * from a call that begins meanwhile; what a call has taken away itself since the audit is gone, as it should be.
   */
  async tidy(audit: AuditReply, wanted: ReadonlySet<TerminationId>, ringing: ReadonlySet<LineId>): Promise<void> {
    const { log } = this.#options;
    const gone = (error: unknown): void => {
      if (!(error instanceof GatewayError) || error.code !== 'engine-request') throw error;
      log.debug({ why: error.message }, 'what was to be tidied away is gone already');
    };
    await Promise.all(topologySteps(audit, wanted, ringing).map((step) => this.#take(step).catch(gone)));
  }

  async #take(step: TopologyStep): Promise<void> {
    const { engine } = this.#options;
    if (step.do === 'subtract') await engine.subtract({ termination: step.termination });
    else if (step.do === 'openLoop') await engine.signal(step.line, { loop: 'release' });
    else await engine.signal(step.line, 'none');
  }
}

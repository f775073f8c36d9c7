import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { FlowId, Registrar, UserAgent } from '../sip/face.ts';
import type { RegistrationIdentity } from '../sip/registration-state.ts';

/** What a SIP trunk works with; handed in by `trunks.ts`. */
export type SipTrunkTools = {
  readonly runner: Runner;
  readonly agent: UserAgent;
  /** For trunks at which somebody registers with us; left out: nobody may. */
  readonly registrar?: Registrar;
  /** `sip/resolver`: last good answer at once, or asked for. */
  readonly names: { known(host: string): string | undefined; address(host: string): Promise<string> };
  /** The flow stands: requests can leave over it. */
  readonly flowOpened: (flow: FlowId) => void;
  readonly log: Log;
  readonly random: () => number;
  /**
   * Own address for signalling towards a far literal address, on this interface (empty: as the system routes). Rejects
   * with why there is none.
   */
  readonly ownAddress: (far: string, name: string) => Promise<string>;
  /** Links and addresses may have changed, or a flow stands anew: every path is looked at. */
  readonly lookAtPaths: () => void;
  /** Connections of a flow that a dead path may have broken are given up; the next request opens one anew. */
  readonly renewFlow: (flow: FlowId) => void;
  readonly t1Ms: number;
  readonly newId: () => string;
  readonly identityOf: (account: string) => RegistrationIdentity;
  /** A REGISTER of this account was answered by a 2xx; `tookMs` ago it was asked. */
  readonly accepted: (
    account: string,
    answer: { readonly contacts: readonly { readonly uri: string }[]; readonly tookMs: number },
  ) => void;
  readonly siblingTokens: (account: string) => readonly string[];
  /** State that a plane before us left under this machine id. */
  readonly kept: (id: string) => unknown;
};

import type { Endpoint, FlowId, RequestOutcome, UriText, UserAgent } from '../sip/face.ts';
import { evidenceOfOutcome } from './evidence.ts';
import type { Evidence } from './health-machine.ts';

export type ProbeAsk = {
  readonly flow: FlowId;
  /** Where it is sent; left out: to the far end of the flow. */
  readonly hop?: Endpoint;
  readonly uri: UriText;
  readonly from: UriText;
  readonly callId: string;
  readonly giveUpAfterMs: number;
};

/**
 * OPTIONS on the registered flow (RFC 3261 §11), without credentials: a 401 is as good a sign of life as a 200.
 * Several may be under way at once; each tells its own evidence.
 */
export const probe = (agent: UserAgent, ask: ProbeAsk, tell: (evidence: Evidence) => void): void => {
  const { flow, uri, from, callId, giveUpAfterMs } = ask;
  const hop = ask.hop === undefined ? {} : { hop: ask.hop };
  const done = (outcome: RequestOutcome) => tell(evidenceOfOutcome('probe', outcome));
  const named = { uri, from: { uri: from }, to: { uri }, callId };
  agent.request({ flow, ...hop, method: 'OPTIONS', ...named, giveUpAfterMs }, done);
};

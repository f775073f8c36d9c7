import type { RequestOutcome } from '../sip/face.ts';
import type { RegistrationClient } from '../sip/registration.ts';
import { contactToken } from '../sip/registration-state.ts';

/** What a fresh REGISTER of one account brought, for a person who looks for a fault. */
export type RegistrationAnalysis = {
  readonly trunk: string;
  readonly account: string;
  /** As in the settings, and what the name servers made of it; undefined where they knew nothing. */
  readonly host: string;
  readonly address?: string;
  readonly registered: boolean;
  readonly expiresS?: number;
  /** Final answer; left out where none came. */
  readonly status?: number;
  readonly phrase?: string;
  readonly roundTripMs?: number;
  /** Address and port it saw us come from, where that is not our own (RFC 3581). */
  readonly seenFrom?: string;
  /** Why it is not registered, and what to do; empty while it is. */
  readonly sentence: string;
  readonly remedy: string;
};

/** Calls `late` once when a person has waited long enough; the returned function takes that back. */
export type AnalysisWait = (late: () => void) => () => void;

export type AnalysisAbout = {
  readonly trunk: string;
  readonly account: string;
  readonly host: string;
  readonly address: () => string | undefined;
  /** Where we send from; the port is left out where the system chooses it. */
  readonly own: () => { readonly address: string; readonly port?: number } | undefined;
};

type Watched = Pick<RegistrationClient, 'watch' | 'view' | 'trouble' | 'token'>;

/** Waits for the next outcome of a registration and tells what was seen; to be called before it is asked anew. */
export const analysis = (
  registration: Watched,
  about: AnalysisAbout,
  wait: AnalysisWait,
): Promise<RegistrationAnalysis> =>
  new Promise((resolve) => {
    const cancel = wait(() => {
      forget();
      resolve(analysisOf(registration, about, undefined));
    });
    const forget = registration.watch((outcome) => {
      cancel();
      resolve(analysisOf(registration, about, outcome));
    });
  });

const SILENT = {
  sentence: 'no answer came within 10 s',
  remedy: 'Check address, port, transport, and any firewall on the way.',
};

const analysisOf = (
  registration: Watched,
  { trunk, account, host, address, own }: AnalysisAbout,
  outcome: RequestOutcome | undefined,
): RegistrationAnalysis => {
  const known = address();
  const answered = outcome?.is === 'answered' ? outcome : undefined;
  const registered = answered !== undefined && registration.view().bound && registration.trouble === undefined;
  const trouble = outcome === undefined ? SILENT : registration.trouble;
  return {
    trunk,
    account,
    host,
    ...(known === undefined ? {} : { address: known }),
    registered,
    ...(registered ? expiryOf(answered, registration.token) : {}),
    ...(answered === undefined ? {} : seenIn(answered, own())),
    sentence: registered ? '' : (trouble?.sentence ?? 'it is not registered'),
    remedy: registered ? '' : (trouble?.remedy ?? 'Try again in a moment.'),
  };
};

type Answer = RequestOutcome & { readonly is: 'answered' };

/** Of our own binding: the account may have others. */
const expiryOf = ({ contacts }: Answer, token: string): Pick<RegistrationAnalysis, 'expiresS'> => {
  const expiresS = contacts.find(({ uri }) => contactToken(uri) === token)?.expiresS;
  return expiresS === undefined ? {} : { expiresS };
};

const seenIn = (answer: Answer, own: ReturnType<AnalysisAbout['own']>): Partial<RegistrationAnalysis> => {
  const { status, phrase, tookMs, seenFrom } = answer;
  const same =
    seenFrom === undefined ||
    (seenFrom.address === own?.address && (own.port === undefined || own.port === seenFrom.port));
  return {
    status,
    phrase,
    roundTripMs: tookMs,
    ...(same ? {} : { seenFrom: `${seenFrom.address}:${seenFrom.port}` }),
  };
};

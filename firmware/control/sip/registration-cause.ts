/** Why an account is not registered: a closed set, each with one sentence that a person can act on. */
export type RegistrationCause =
  | 'wrongPassword'
  | 'unknownAccount'
  | 'silent'
  | 'unreachable'
  | 'refused'
  | 'overloaded'
  | 'nameNotFound'
  | 'bindingAltered'
  | 'oneBinding';

/** What is known of a failed registration. `detail`: status line, or words of the transport; may be empty. */
export type RegistrationEvidence = {
  readonly cause: RegistrationCause;
  readonly detail: string;
  readonly account: string;
  readonly trunk: string;
  readonly host: string;
};

/** The cause in a final answer to REGISTER other than 2xx (RFC 3261 §10.3, §21). */
export const causeOfRefusal = (status: number, credentialsRefused: boolean): RegistrationCause => {
  if (credentialsRefused || status === 401 || status === 407) return 'wrongPassword';
  if (status === 404 || status === 410 || status === 604) return 'unknownAccount';
  return status === 503 || status === 408 || status === 504 ? 'overloaded' : 'refused';
};

type Row = { readonly what: (evidence: RegistrationEvidence) => string; readonly remedy: string };

const rows: Readonly<Record<RegistrationCause, Row>> = {
  wrongPassword: {
    what: ({ account, trunk }) => `${trunk} does not accept the password of account ${account}`,
    remedy: 'Compare authentication name and password with those of the provider.',
  },
  unknownAccount: {
    what: ({ account, trunk }) => `${trunk} does not know the account ${account}`,
    remedy: 'Compare user and domain with those of the provider.',
  },
  silent: {
    what: ({ account, trunk, host }) => `${trunk} (${host}) does not answer the registration of ${account}`,
    remedy: 'Check address, port, transport, and any firewall on the way.',
  },
  unreachable: {
    what: ({ account, trunk, host }) => `${trunk} (${host}) cannot be reached to register ${account}`,
    remedy: 'Check the network, and that the softswitch is running.',
  },
  refused: {
    what: ({ account, trunk }) => `${trunk} refuses to register ${account}`,
    remedy: 'Ask the provider, and name the answer.',
  },
  overloaded: {
    what: ({ account, trunk }) => `${trunk} cannot register ${account} at the moment`,
    remedy: 'Wait: it is tried again by itself.',
  },
  nameNotFound: {
    what: ({ trunk, host }) => `the name ${host} of ${trunk} is not known to the name servers`,
    remedy: 'Check the spelling of the address and the name servers of the network.',
  },
  bindingAltered: {
    what: ({ account, trunk }) => `${trunk} says that ${account} is registered, but not at our address`,
    remedy: 'Switch off SIP ALG in the router, and ask the provider whether contacts are rewritten.',
  },
  oneBinding: {
    what: ({ account, trunk }) =>
      `${trunk} keeps only one registration of ${account}, which another trunk has; this one is on standby`,
    remedy: 'Ask the provider for more than one registration an account.',
  },
};

/** One sentence: what is wrong, and the answer in brackets where there was one. */
export const registrationSentence = (evidence: RegistrationEvidence): string => {
  const detail = evidence.detail === '' ? '' : ` (${evidence.detail})`;
  return `${rows[evidence.cause].what(evidence)}${detail}`;
};

/** What a person can do about it. */
export const registrationRemedy = (cause: RegistrationCause): string => rows[cause].remedy;

import type { Account, Trunk } from '../../config/schema.ts';
import type { Shown, Target } from '../facts.ts';
import type { Credentials, Endpoint, FlowId, NameAddress, UriText } from '../sip/face.ts';
import { callerIdentity } from './caller-identity.ts';
import { credentialsOf, domainOf, escapedUser } from './identity.ts';

/** All that an INVITE of an account over a trunk needs besides SDP and headers. */
export type OutgoingBasis = {
  readonly flow: FlowId;
  /** Where it is sent; left out: to the far end of the flow. */
  readonly hop?: Endpoint;
  readonly uri: UriText;
  readonly from: NameAddress;
  readonly to: NameAddress;
  /** What else is said of the caller (RFC 3323, RFC 3325). */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly contact: UriText;
  readonly routes: readonly UriText[];
  readonly credentials?: Credentials;
};

/** What an account has at a trunk whose flow is open. */
export type Standing = Pick<OutgoingBasis, 'contact' | 'routes'> & { readonly account: Account };

/** An INVITE of this account to a number, with the tech prefix that only the wire sees (U9). */
export const outgoingBasis = (
  settings: Trunk,
  { account, contact, routes }: Standing,
  { techPrefix = '', number }: Pick<Target, 'techPrefix' | 'number'>,
  shows?: Shown,
): OutgoingBasis => {
  const uri = `sip:${escapedUser(techPrefix + number)}@${domainOf(settings)}`;
  return {
    flow: settings.id,
    uri,
    ...callerIdentity(settings, account, shows),
    to: { uri },
    contact,
    routes,
    credentials: credentialsOf(account),
  };
};

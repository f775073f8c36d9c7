import type { Account, Trunk } from '../../config/schema.ts';
import type { Credentials, NameAddress, UriText } from '../sip/face.ts';
import { hostText } from '../sip/message/uri.ts';

// Who we are at a softswitch: addresses made of settings, and whether two settings mean the same to it.

/** User part with what RFC 3261 §25.1 does not allow there escaped, such as # (but * and + stay). */
export const escapedUser = (user: string): string =>
  encodeURIComponent(user).replaceAll('%2B', '+').replaceAll('%26', '&').replaceAll('%3D', '=');

/** Host part of addresses at this softswitch. A port is named only where the domain is the address itself. */
export const domainOf = ({ domain, host, port }: Trunk): string => {
  if (domain !== '') return domain;
  return port === 5060 ? hostText(host) : `${hostText(host)}:${port}`;
};

export const addressOfRecord = ({ domain, host }: Trunk, { user, displayName }: Account): NameAddress => {
  const uri = `sip:${escapedUser(user)}@${domain === '' ? hostText(host) : domain}`;
  return displayName === '' ? { uri } : { uri, name: displayName };
};

/** Where this softswitch reaches `user` of ours; `localAddress` is the one of the flow. */
export const contactAt = ({ localPort, transport }: Trunk, localAddress: string, user: string): UriText => {
  const parameter = transport === 'udp' ? '' : `;transport=${transport}`;
  return `sip:${escapedUser(user)}@${hostText(localAddress)}:${localPort}${parameter}`;
};

export const credentialsOf = ({ user, authUser, password }: Account): Credentials => ({
  user: authUser === '' ? user : authUser,
  password,
});

/** The same socket to the same peer. */
export const sameFlow = (a: Trunk, b: Trunk): boolean =>
  a.host === b.host &&
  a.port === b.port &&
  a.transport === b.transport &&
  a.localPort === b.localPort &&
  a.interface === b.interface;

/** Bindings of the one stand at the other. */
export const sameRegistrar = (a: Trunk, b: Trunk): boolean =>
  sameFlow(a, b) && a.domain === b.domain && a.registerExpiryS === b.registerExpiryS;

export const sameCredentials = (a: Account, b: Account): boolean =>
  a.user === b.user && a.authUser === b.authUser && a.password === b.password && a.displayName === b.displayName;

import type { Account, Trunk } from '../../config/schema.ts';
import type { Shown } from '../facts.ts';
import type { NameAddress, UriText } from '../sip/face.ts';
import { addressOfRecord } from './identity.ts';

/** What an INVITE says of the caller: its From, and the headers that go with it. */
export type CallerIdentity = {
  readonly from: NameAddress;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

/** RFC 3323 §4.1.1.3: who hides says so to everybody in the same words. */
const ANONYMOUS: NameAddress = { uri: 'sip:anonymous@anonymous.invalid', name: 'Anonymous' };

/**
 * Who calls, as this softswitch is told (U10): the account itself, or the number that the plan chose, in From and in
 * P-Asserted-Identity alike. A caller who hides is anonymous in From; the softswitch still learns the number and is
 * asked to keep it (RFC 3323, RFC 3325 §9.3 `Privacy: id`).
 */
export const callerIdentity = (trunk: Trunk, account: Account, shows: Shown | undefined): CallerIdentity => {
  if (shows === undefined) return { from: addressOfRecord(trunk, account), headers: [] };
  const shown = uriOf(trunk, account, shows.number === '' ? account.user : shows.number);
  const asserted = ['P-Asserted-Identity', `<${shown}>`] as const;
  if (shows.withheld) return { from: ANONYMOUS, headers: [asserted, ['Privacy', 'id']] };
  const { name } = shows;
  return { from: { uri: shown, ...(name === undefined || name === '' ? {} : { name }) }, headers: [asserted] };
};

const uriOf = (trunk: Trunk, account: Account, user: string): UriText =>
  addressOfRecord(trunk, { ...account, user }).uri;

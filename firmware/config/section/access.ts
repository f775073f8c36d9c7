import * as v from 'valibot';
import { hostNames, optionalText, whole } from '../setting.ts';

/** Where the page answers, and by which names. */
export const access = v.strictObject({
  address: optionalText({
    title: 'Address of the page',
    help: 'The page answers at this address of the box only; empty means at every address.',
    max: 45,
    default: '',
    form: { is: new RegExp(`^$|${v.IP_REGEX.source}`, v.IP_REGEX.flags), words: 'must be an IPv4 or IPv6 address' },
  }),
  httpsPort: whole({ title: 'Port of the page', help: 'TCP port for HTTPS.', min: 1, max: 65535, default: 8443 }),
  httpPort: whole({
    title: 'Port that leads to the page',
    help: 'TCP port for HTTP, which only leads to HTTPS; 0 = none.',
    min: 0,
    max: 65535,
    default: 8080,
  }),
  names: hostNames({
    title: 'Names of the box',
    help: 'Host names by which browsers may ask for the page, beside its addresses, localhost and NAME.local.',
    most: 8,
  }),
});

import type { Configuration, Location, Trunk } from '../../config/schema.ts';
import type { BodyPart } from '../sip/face.ts';
import { pidfLo } from './location.ts';
import type { OutgoingBasis } from './outgoing-basis.ts';

/** RFC 5031 §4.2: the general emergency service. */
const SOS = 'urn:service:sos';

/**
 * An INVITE for an emergency call as this trunk takes it (S4): the service instead of a number (RFC 5031), while To
 * keeps the number that was dialled, and the location of the phone by value or by reference (RFC 6442). `line`: the
 * phone line that calls; a line without a location sends none.
 */
export const emergencyBasis = (
  { trunks, lines, locations }: Pick<Configuration, 'trunks' | 'lines' | 'locations'>,
  basis: OutgoingBasis,
  line: string,
): OutgoingBasis & { readonly parts?: readonly BodyPart[] } => {
  const trunk = trunks.find(({ id }) => id === basis.flow);
  if (trunk === undefined) return basis;
  const named = lines.find(({ id }) => id === line)?.location;
  const location = locations.find(({ id }) => id === named);
  const told = location === undefined ? undefined : located(trunk, location, basis.from.uri);
  return {
    ...basis,
    ...(trunk.sosUrn ? { uri: SOS } : {}),
    ...(told === undefined ? {} : { headers: [...basis.headers, ...told.headers] }),
    ...(told?.part === undefined ? {} : { parts: [told.part] }),
  };
};

type Told = { readonly headers: OutgoingBasis['headers']; readonly part?: BodyPart };

const located = ({ location: how }: Trunk, location: Location, from: string): Told | undefined => {
  if (how === 'reference') return location.uri === '' ? undefined : { headers: headersFor(location.uri) };
  const who = from.replace(/^sips?:/, '');
  const text = how === 'value' ? pidfLo(location, `pres:${who}`) : undefined;
  if (text === undefined) return undefined;
  const id = `location.${who}`;
  return { headers: headersFor(`cid:${id}`), part: { type: 'application/pidf+xml', id, text } };
};

/** RFC 6442 §4.1, §4.2: whoever routes the call may look at the location. */
const headersFor = (uri: string): OutgoingBasis['headers'] => [
  ['Geolocation', `<${uri}>`],
  ['Geolocation-Routing', 'yes'],
  ['Supported', 'geolocation'],
];

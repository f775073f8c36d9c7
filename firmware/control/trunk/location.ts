import type { Location } from '../../config/schema.ts';

/** Elements of a civic address in the order that its schema demands (RFC 5139 §4). */
const ELEMENTS = [
  ['country', 'country'],
  ['A1', 'state'],
  ['A3', 'city'],
  ['RD', 'street'],
  ['HNO', 'houseNumber'],
  ['LOC', 'more'],
  ['FLR', 'floor'],
  ['NAM', 'name'],
  ['PC', 'postcode'],
  ['BLD', 'building'],
  ['ROOM', 'room'],
] as const satisfies readonly (readonly [string, keyof Location])[];

const NAMESPACES = [
  'xmlns="urn:ietf:params:xml:ns:pidf"',
  'xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"',
  'xmlns:b="urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy"',
  'xmlns:c="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"',
].join(' ');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * Where a phone stands, as a PIDF-LO document with a civic address (RFC 4119, RFC 5139, RFC 5491). As short as it may
 * be, since an INVITE over UDP should fit into one packet. `entity`: whose location it is, a `pres:` URI. Undefined
 * without a country, which every civic address begins with.
 */
export const pidfLo = (location: Location, entity: string): string | undefined => {
  if (location.country === '') return undefined;
  const address = ELEMENTS.flatMap(([name, setting]) =>
    location[setting] === '' ? [] : [`<c:${name}>${escaped(location[setting])}</c:${name}>`],
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<presence ${NAMESPACES} entity="${escaped(entity)}"><tuple id="l"><status><gp:geopriv>`,
    `<gp:location-info><c:civicAddress>${address.join('')}</c:civicAddress></gp:location-info>`,
    '<gp:usage-rules><b:retransmission-allowed>true</b:retransmission-allowed></gp:usage-rules>',
    '<gp:method>Manual</gp:method></gp:geopriv></status></tuple></presence>',
  ].join('');
};

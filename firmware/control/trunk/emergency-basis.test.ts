import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { configuration } from '../../config/schema.ts';
import { bodyOf } from '../sip/message/multipart.ts';
import { emergencyBasis } from './emergency-basis.ts';

const basis = {
  flow: 'a',
  uri: 'sip:112@a.test',
  from: { uri: 'sip:101@a.test' },
  to: { uri: 'sip:112@a.test' },
  headers: [],
  contact: 'sip:t@192.0.2.1',
  routes: [],
};
const office = {
  ...{ id: 'office', country: 'DE', city: 'Köln', street: 'Am <Hof>', houseNumber: '1a' },
  ...{ postcode: '50667', floor: '2', uri: 'https://lis.example/7' },
};
const told = (trunk: object, line = 'line/1', locations: readonly object[] = [office]) =>
  emergencyBasis(
    v.parse(configuration, {
      version: 1,
      trunks: [{ id: 'a', host: 'a.test', ...trunk }],
      cards: [{ id: 'card', driver: 'simulated' }],
      lines: [{ id: 'line/1', card: 'card', port: '1', location: 'office' }],
      locations,
    }),
    basis,
    line,
  );

test('a trunk that takes neither service nor location is asked by the number alone', () => {
  assert.deepEqual(told({}), basis);
});

test('the service stands in the request URI, the number that was dialled in To (RFC 5031)', () => {
  const { uri, to } = told({ sosUrn: true });
  assert.deepEqual([uri, to.uri], ['urn:service:sos', 'sip:112@a.test']);
});

test('the location goes by value as PIDF-LO in the order of RFC 5139, and is named by its header (RFC 6442)', () => {
  const { headers, parts } = told({ location: 'value' });
  assert.deepEqual(headers, [
    ['Geolocation', '<cid:location.101@a.test>'],
    ['Geolocation-Routing', 'yes'],
    ['Supported', 'geolocation'],
  ]);
  const [part] = parts ?? [];
  assert.deepEqual([part?.type, part?.id], ['application/pidf+xml', 'location.101@a.test']);
  const address = [
    '<c:country>DE</c:country><c:A3>Köln</c:A3><c:RD>Am &lt;Hof&gt;</c:RD>',
    '<c:HNO>1a</c:HNO><c:FLR>2</c:FLR><c:PC>50667</c:PC>',
  ].join('');
  assert.match(part?.text ?? '', new RegExp(`<c:civicAddress>${address}</c:civicAddress>`));
  assert.match(part?.text ?? '', /entity="pres:101@a.test"/);
});

test('the location goes by reference', () => {
  const { headers, parts } = told({ location: 'reference' });
  assert.deepEqual(headers[0], ['Geolocation', '<https://lis.example/7>']);
  assert.equal(parts, undefined);
});

test('what is not known is not told', () => {
  assert.deepEqual(told({ location: 'value' }, 'line/2'), basis);
  assert.deepEqual(told({ location: 'value' }, 'line/1', []), basis);
  assert.deepEqual(told({ location: 'value' }, 'line/1', [{ ...office, country: '' }]), basis);
  assert.deepEqual(told({ location: 'reference' }, 'line/1', [{ ...office, uri: '' }]), basis);
});

test('a session description alone is the whole body; with a part it is multipart/mixed (RFC 5621)', () => {
  assert.deepEqual(
    bodyOf('v=0\r\n', [], () => 'x'),
    {
      fields: [['content-type', 'application/sdp']],
      body: 'v=0\r\n',
    },
  );
  const { fields, body } = bodyOf('v=0\r\n', [{ type: 'text/plain', id: 'i@h', text: 'ö' }], () => 'x');
  assert.deepEqual(fields, [
    ['mime-version', '1.0'],
    ['content-type', 'multipart/mixed;boundary=part-xx'],
  ]);
  assert.deepEqual(Buffer.from(body, 'latin1').toString('utf8').split('\r\n'), [
    ...['--part-xx', 'Content-Type: application/sdp', '', 'v=0', '', '--part-xx', 'Content-Type: text/plain'],
    ...['Content-ID: <i@h>', 'Content-Disposition: by-reference;handling=optional', '', 'ö', '--part-xx--', ''],
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { gatewayConfiguration, primary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { Kamailio } from '../peer/kamailio.ts';
import { run } from '../peer/program.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { numbersAsked } from './asked.ts';
import { bound, dial } from './office.ts';

const { lines = [] } = gatewayConfiguration({ exchangeLines: 0 });
const locations = [
  {
    id: 'reception',
    country: 'US',
    state: 'NY',
    city: 'New York',
    street: 'Broadway',
    houseNumber: '123',
    room: '<7>',
  },
];

/** What tshark reads in the INVITEs of a capture, field by field. */
const read = async (path: string): Promise<readonly (readonly string[])[]> => {
  const fields = [
    'sip.Request-Line',
    'mime_multipart.header.content-type',
    'mime_multipart.header.content-id',
    'xml.tag',
  ];
  const text = await run(
    'tshark',
    ['-r', path, '-n', '-Y', 'sip.Method == "INVITE"', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
    60_000,
  );
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
};

test(
  'an emergency call asks for urn:service:sos and tells the address of its phone; who refuses that is asked by the number alone',
  onSite(async (site) => {
    const a = await Kamailio.start(site, { name: 'a', host: address.softswitchA });
    const located = lines.map((line) => (line.id === 'line/1' ? { ...line, location: 'reception' } : line));
    const gateway = await Gateway.start(site, {
      configuration: gatewayConfiguration(
        { exchangeLines: 0, trunks: [primary({ sosUrn: true, location: 'value' })] },
        { locations, lines: located },
      ),
    });
    await bound(a);
    await a.answer('INVITE', 416);
    const capture = await Capture.start(site, 'wire', { filter: `udp and dst host ${address.softswitchA}` });
    await dial(gateway, 1, '911');
    await eventually('the number alone to be asked', 5_000, () => numbersAsked(a).includes('911'));
    await gateway.bench.hangUp('phone/1');
    assert.ok(a.heard().some((line) => line.startsWith('INVITE urn:service:sos ')));

    const { sip } = await capture.stop();
    const invites = sip.filter(({ method }) => method === 'INVITE');
    const sos = invites.filter(({ head }) => head.startsWith('INVITE urn:service:sos SIP/2.0\r\n'));
    const plain = invites.filter(({ head }) => head.startsWith('INVITE sip:911@a.test SIP/2.0\r\n'));
    assert.ok(sos.length > 0 && plain.length > 0 && sos.length + plain.length === invites.length);
    for (const { head } of sos) {
      assert.match(head, /^to: <sip:911@a\.test>/im, 'the number that was dialled stays in To');
      assert.match(head, /^geolocation: <cid:location\.101@a\.test>\r?$/im);
      assert.match(head, /^geolocation-routing: yes\r?$/im);
      assert.match(head, /^from: <sip:101@a\.test>/im, 'with the number that can be called back');
    }
    for (const { head } of plain) assert.doesNotMatch(head, /^geolocation/im);
    for (const [line, types, id, tags] of await read(capture.path)) {
      if (!line?.startsWith('INVITE urn:')) continue;
      assert.match(types ?? '', /application\/sdp.*application\/pidf\+xml/);
      assert.match(id ?? '', /location\.101@a\.test/);
      for (const tag of ['c:country', 'c:A1', 'c:A3', 'c:RD', 'c:HNO', 'c:ROOM']) assert.ok(tags?.includes(tag), tag);
    }
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, type LocalAudio, offer, read } from './negotiation.ts';
import { parseSdp } from './sdp.ts';

const local: LocalAudio = {
  address: '192.0.2.1',
  port: 4000,
  codecs: ['PCMA', 'PCMU'],
  telephoneEvents: true,
  session: 7,
  version: 1,
};
const far = (...media: string[]): string =>
  ['v=0', 'o=x 1 2 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0', ...media, ''].join('\r\n');

test('an offer names codecs in our order, events, ptime and its version', () => {
  assert.equal(
    offer({ ...local, version: 3 }, 'sendOnly'),
    [
      'v=0',
      'o=- 7 3 IN IP4 192.0.2.1',
      's=-',
      'c=IN IP4 192.0.2.1',
      't=0 0',
      'm=audio 4000 RTP/AVP 8 0 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=ptime:20',
      'a=rtcp:4001',
      'a=sendonly',
      '',
    ].join('\r\n'),
  );
  assert.match(offer({ ...local, address: '2001:db8::1' }, 'inactive'), /c=IN IP6 2001:db8::1\r\n/);
});

test('an answer keeps the payload types of the offer and refuses other media', () => {
  const offered = far(
    'm=video 5000 RTP/AVP 31',
    'm=audio 6000 RTP/AVP 18 0 99 110',
    'a=rtpmap:99 pcma/8000',
    'a=rtpmap:110 telephone-event/8000',
    'm=audio 6002 RTP/SAVP 8',
  );
  const result = answer(local, offered);
  assert.deepEqual(result?.agreed, {
    remote: ['192.0.2.9', 6000],
    send: { name: 'PCMU', payloadType: 0 },
    receive: [
      { name: 'PCMU', payloadType: 0 },
      { name: 'PCMA', payloadType: 99 },
    ],
    telephoneEvent: 110,
    mode: 'sendReceive',
  });
  const lines = result!.sdp.split('\r\n').filter((line) => line.startsWith('m='));
  assert.deepEqual(lines, ['m=video 0 RTP/AVP 31', 'm=audio 4000 RTP/AVP 0 99 110', 'm=audio 0 RTP/SAVP 8']);
});

test('directions and hold of both kinds', () => {
  const of = (...more: string[]) => answer(local, far('m=audio 6000 RTP/AVP 8', ...more));
  const table: [more: string[], mode: string, said: string][] = [
    [[], 'sendReceive', 'a=sendrecv'],
    [['a=sendonly'], 'receiveOnly', 'a=recvonly'],
    [['a=recvonly'], 'sendOnly', 'a=sendonly'],
    [['a=inactive'], 'inactive', 'a=inactive'],
    [['c=IN IP4 0.0.0.0'], 'receiveOnly', 'a=recvonly'],
    [['c=IN IP4 0.0.0.0', 'a=recvonly'], 'inactive', 'a=inactive'],
  ];
  for (const [more, mode, said] of table) {
    const result = of(...more);
    assert.equal(result?.agreed.mode, mode, more.join());
    assert.ok(result?.sdp.includes(`${said}\r\n`), more.join());
    assert.equal(result?.agreed.telephoneEvent, undefined);
  }
});

test('the answer to our offer: its first codec is sent, all that we offered is received', () => {
  const agreed = read(local, far('m=audio 6000 RTP/AVP 0 96', 'a=rtpmap:96 telephone-event/8000', 'a=recvonly'));
  assert.deepEqual(agreed, {
    remote: ['192.0.2.9', 6000],
    send: { name: 'PCMU', payloadType: 0 },
    receive: [
      { name: 'PCMU', payloadType: 0 },
      { name: 'PCMA', payloadType: 8 },
    ],
    telephoneEvent: 96,
    mode: 'sendOnly',
  });
  assert.equal(read(local, far('m=audio 0 RTP/AVP 8')), undefined);
  assert.equal(read(local, far('m=audio 6000 RTP/AVP 18')), undefined);
  assert.equal(read(local, far()), undefined);
});

test('IPv6, media address before session address, session direction', () => {
  const text = far('a=sendonly', 'm=audio 6000/2 RTP/AVP 8', 'c=IN IP6 2001:db8::9');
  const result = answer(local, text);
  assert.deepEqual(result?.agreed.remote, ['2001:db8::9', 6000]);
  assert.equal(result?.agreed.mode, 'receiveOnly');
});

test('broken descriptions are refused', () => {
  for (const text of [
    '',
    'v=1\r\n',
    far('m=audio'),
    far('m=audio 70000 RTP/AVP 8'),
    far('m=audio 6000 RTP/AVP'),
    far('nonsense'),
    'v=0\r\ns=-\r\nm=audio 6000 RTP/AVP 8\r\n',
    far(...Array.from({ length: 600 }, () => 'a=x')),
    far('m=audio 6000 RTP/AVP 8').replace('IP4 192.0.2.9\r\nt', 'IP4 somewhere.example\r\nt'),
  ]) {
    assert.equal(answer(local, text), undefined, text.slice(0, 80));
  }
  assert.equal(parseSdp(far('m=audio 6000 RTP/AVP 8'))?.version, '2');
});

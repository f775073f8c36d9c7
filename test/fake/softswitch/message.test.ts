import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cseqOf,
  headerOf,
  listOf,
  parseAddress,
  parseMessage,
  parseUri,
  type SipRequest,
  tagOf,
  topVia,
  writeMessage,
} from './message.ts';

/** RFC 3261 §24.2, F1 as it stands there but for a second Via, folding and short names. */
const invite = [
  'INVITE sip:bob@biloxi.com SIP/2.0',
  'v: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8, SIP/2.0/TCP proxy.atlanta.com:5062;branch=z9hG4bK2',
  'Max-Forwards: 70',
  't: Bob <sip:bob@biloxi.com>',
  'From: "Alice, of \\"Atlanta\\"" <sip:alice@atlanta.com;x=1>',
  '  ;tag=1928301774',
  'i: a84b4c76e66710',
  'CSeq: 314159 INVITE',
  'm: <sip:alice@pc33.atlanta.com>',
  'c: application/sdp',
  'l: 4',
  '',
  'v=0\r more than its length',
].join('\r\n');

test('a request with short names, folded lines, lists and a body', () => {
  const message = parseMessage(invite) as SipRequest;
  assert.deepEqual([message.method, message.uri, message.body], ['INVITE', 'sip:bob@biloxi.com', 'v=0\r']);
  assert.deepEqual(topVia(message), { transport: 'UDP', sentBy: 'pc33.atlanta.com', branch: 'z9hG4bKnashds8' });
  assert.equal(listOf(message, 'via').length, 2);
  assert.deepEqual(cseqOf(message), { number: 314159, method: 'INVITE' });
  assert.deepEqual([tagOf(message, 'from'), tagOf(message, 'to')], ['1928301774', '']);
  assert.equal(parseAddress(headerOf(message, 'from')!).uri, 'sip:alice@atlanta.com;x=1');
  const again = parseMessage(writeMessage(message));
  assert.deepEqual(again?.headers.slice(0, 8), message.headers.slice(0, 8), 'what was written is read the same');
  assert.match(writeMessage(message), /\r\nCall-ID: a84b4c76e66710\r\n[\s\S]*\r\nContent-Length: 4\r\n\r\nv=0\r$/);
});

test('what is no message is refused', () => {
  const wrong = {
    'no end of the head': invite.split('\r\n\r\n')[0]!,
    'another protocol': invite.replace('SIP/2.0', 'HTTP/1.1'),
    'a method in small letters': invite.replace('INVITE sip', 'invite sip'),
    'a status of four digits': invite.replace('INVITE sip:bob@biloxi.com SIP/2.0', 'SIP/2.0 2000 OK'),
    'no Call-ID': invite.replace('i: a84', 'X: a84'),
    'a line without a colon': invite.replace('Max-Forwards: 70', 'Max-Forwards'),
    'a body shorter than it says': invite.replace('l: 4', 'l: 400'),
    'a length that is no number': invite.replace('l: 4', 'l: -4'),
    'more than the limit': invite + 'x'.repeat(20_000),
    'too many fields': invite.replace('Max-Forwards: 70', Array(101).fill('X: y').join('\r\n')),
  };
  for (const [what, text] of Object.entries(wrong)) assert.equal(parseMessage(text), undefined, what);
});

test('addresses: a bracket in a quoted name or in a parameter is none', () => {
  const contact = '"a <b>, \\"c" <sip:201@192.0.2.1>;expires=60;+sip.instance="<urn:uuid:1>"';
  const { uri, parameters } = parseAddress(contact);
  assert.deepEqual([uri, parameters['expires']], ['sip:201@192.0.2.1', '60']);
  assert.deepEqual(parseAddress('sip:a@b;tag=1'), { uri: 'sip:a@b', parameters: { tag: '1' } });
});

test('URIs', () => {
  const uri = parseUri('sip:alice:pw@[2001:db8::1]:5070;transport=tcp?x=y');
  assert.deepEqual(uri, { user: 'alice', host: '2001:db8::1', port: 5070, parameters: { transport: 'tcp' } });
  assert.deepEqual(parseUri('SIP:192.0.2.1'), { user: '', host: '192.0.2.1', port: 5060, parameters: {} });
  for (const wrong of ['tel:123', 'sip:', 'sip:a@', 'sip:a@b:c', `sip:${'x'.repeat(600)}`])
    assert.equal(parseUri(wrong), undefined, wrong);
});

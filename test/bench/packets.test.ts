import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPcap, requestOf, userOf } from './packets.ts';

const header = (magic: number): Buffer => {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(magic, 0);
  return head;
};

const record = (seconds: number, fraction: number, text: string): Buffer => {
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(5060, 0);
  udp.writeUInt16BE(5070, 2);
  udp.writeUInt16BE(8 + text.length, 4);
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip[9] = 17;
  ip.set([198, 18, 0, 2], 12);
  ip.set([198, 18, 0, 10], 16);
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(0x0800, 12);
  // Ethernet pads short frames: what is behind the UDP length is no payload
  const frame = Buffer.concat([ethernet, ip, udp, Buffer.from(text), Buffer.alloc(4)]);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(seconds, 0);
  head.writeUInt32LE(fraction, 4);
  head.writeUInt32LE(frame.length, 8);
  head.writeUInt32LE(frame.length, 12);
  return Buffer.concat([head, frame]);
};

test('datagrams come with time, ends and payload; a torn last record is left out', () => {
  const whole = record(12, 345_678, 'INVITE sip:9001@b.test SIP/2.0\r\n');
  const found = readPcap(Buffer.concat([header(0xa1b2c3d4), whole, whole.subarray(0, 40)]));
  assert.equal(found.length, 1);
  const { payload, ...ends } = found[0]!;
  assert.deepEqual(ends, { atMs: 12345.678, from: '198.18.0.2', fromPort: 5060, to: '198.18.0.10', toPort: 5070 });
  assert.equal(payload.toString(), 'INVITE sip:9001@b.test SIP/2.0\r\n');
  assert.deepEqual(requestOf(found[0]!), { method: 'INVITE', uri: 'sip:9001@b.test' });
  assert.equal(userOf('sip:9001@b.test'), '9001');
});

test('nanosecond files are read as such, other files are refused', () => {
  assert.equal(readPcap(Buffer.concat([header(0xa1b23c4d), record(1, 500_000, 'x')]))[0]?.atMs, 1000.5);
  assert.throws(() => readPcap(header(0x0a0d0d0a)), /no pcap file/);
});

test('an answer is no request', () => {
  const [datagram] = readPcap(Buffer.concat([header(0xa1b2c3d4), record(1, 0, 'SIP/2.0 200 OK\r\n')]));
  assert.equal(requestOf(datagram!), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datagram } from './packets.ts';
import { loudSamples, skippedFrames, voiceStreams } from './streams.ts';

const packet = (sequence: number, timestamp: number, payloadType = 8, fill = 0xd5): Datagram => {
  const payload = Buffer.alloc(172, fill);
  payload.writeUInt16BE(0x8000 | payloadType, 0);
  payload.writeUInt16BE(sequence & 0xffff, 2);
  payload.writeUInt32BE(timestamp >>> 0, 4);
  payload.writeUInt32BE(7, 8);
  return { atMs: sequence, from: '198.18.0.2', fromPort: 10000, to: '198.18.0.20', toPort: 26000, payload };
};

test('a stream counts on over the wrap of both its numbers, and nothing is skipped', () => {
  const all = Array.from({ length: 100 }, (_, i) => packet(65500 + i, 2 ** 32 - 3200 + i * 160));
  const [stream] = voiceStreams(all, '198.18.0.2');
  assert.equal(stream!.packets.at(-1)!.sequence, 65599);
  assert.equal(stream!.packets.at(-1)!.timestamp - stream!.packets[0]!.timestamp, 99 * 160);
  assert.equal(skippedFrames(stream!), 0);
});

test('a lost packet and a jump of the timestamp are skipped frames', () => {
  const lost = voiceStreams([packet(1, 160), packet(3, 480), packet(4, 640)], '198.18.0.2')[0]!;
  assert.equal(skippedFrames(lost), 1);
  const jumped = voiceStreams([packet(1, 160), packet(2, 640)], '198.18.0.2')[0]!;
  assert.equal(skippedFrames(jumped), 2);
});

test('events, RTCP and what others sent are no voice', () => {
  const others = [packet(1, 0, 101), packet(2, 0, 72), { ...packet(3, 0), from: '198.18.0.20' }];
  assert.deepEqual(voiceStreams(others, '198.18.0.2'), []);
});

test('loud samples are found in both laws, silence has none', () => {
  const loud = (type: number, fill: number) =>
    loudSamples(voiceStreams([packet(1, 0, type, fill)], '198.18.0.2')[0]!.packets[0]!);
  // greatest magnitude, then silence, of A-law and of mu-law (ITU-T G.711)
  assert.deepEqual([loud(8, 0xaa), loud(8, 0x2a), loud(8, 0xd5)], [160, 160, 0]);
  assert.deepEqual([loud(0, 0x80), loud(0, 0x00), loud(0, 0xff)], [160, 160, 0]);
});

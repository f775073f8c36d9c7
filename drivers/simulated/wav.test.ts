import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromALaw, fromULaw, readWav, WavError, writeWav } from './wav.ts';

const samples = Int16Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 65536) - 32768);

/** A file as `writeWav` makes it, with its fmt chunk changed and its data as given. */
function other(format: { coding?: number; channels?: number; rate?: number; bits?: number }, data: Buffer): Buffer {
  const head = writeWav(new Int16Array(0));
  head.writeUInt16LE(format.coding ?? 1, 20);
  head.writeUInt16LE(format.channels ?? 1, 22);
  head.writeUInt32LE(format.rate ?? 8000, 24);
  head.writeUInt16LE(format.bits ?? 16, 34);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

test('what was written is read', () => assert.deepEqual(readWav(writeWav(samples)), samples));

test('other chunks are passed over, of odd length too', () => {
  const file = writeWav(samples);
  const extra = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
  assert.deepEqual(readWav(Buffer.concat([file.subarray(0, 36), extra, file.subarray(36)])), samples);
});

test('u-law and A-law are read (G.711 tables 1a to 2b)', () => {
  assert.deepEqual([0x80, 0x00, 0xff, 0x7f].map(fromULaw), [32124, -32124, 0, -0]);
  assert.deepEqual([0xaa, 0x2a, 0xd5, 0x55].map(fromALaw), [32256, -32256, 8, -8]);
  const law = Buffer.from([0x80, 0xff]);
  assert.deepEqual([...readWav(other({ coding: 7, bits: 8 }, law))], [32124, 0]);
  assert.deepEqual([...readWav(other({ coding: 6, bits: 8 }, Buffer.from([0xaa])))], [32256]);
});

test('other formats are refused with the way out', () => {
  const data = Buffer.alloc(16);
  assert.throws(() => readWav(other({ rate: 44100 }, data)), /44100 samples a second.*sox/);
  assert.throws(() => readWav(other({ channels: 2 }, data)), /2 channels.*sox/);
  assert.throws(() => readWav(other({ bits: 24 }, data)), /24 bits.*sox/);
});

test('damaged files are refused, whatever is cut off or changed', () => {
  const file = writeWav(samples);
  for (let length = 0; length < 44; length++) assert.throws(() => readWav(file.subarray(0, length)), WavError);
  for (let i = 0; i < 44; i++)
    for (const value of [0, 0x7f, 0xff]) {
      const changed = Buffer.from(file);
      changed[i] = value;
      try {
        assert.ok(readWav(changed).length <= samples.length);
      } catch (thrown) {
        assert.ok(thrown instanceof WavError, String(thrown));
      }
    }
});

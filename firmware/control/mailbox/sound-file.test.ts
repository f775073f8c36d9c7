import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LARGEST_GREETING } from '../../config/greeting.ts';
import { GatewayError } from '../../core/error.ts';
import { decodeWav, muLawHeader as headerOfTheEngine } from '../../engine/sound/wav.ts';
import { greetingOf, muLawHeader, soundOf } from './sound-file.ts';

type Shape = {
  format?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  seconds?: number;
  before?: Buffer;
  promised?: number;
};

const chunk = (name: string, content: Buffer, length = content.length): Buffer => {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
};

const wav = (shape: Shape = {}): Buffer => {
  const { format = 1, channels = 1, rate = 8000, bits = format === 1 ? 16 : 8, seconds = 2 } = shape;
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(format, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(rate, 4);
  fmt.writeUInt16LE(bits, 14);
  const sound = Buffer.alloc(Math.round(seconds * rate * channels * (bits / 8)), 0x21);
  const chunks = [shape.before ?? Buffer.alloc(0), chunk('fmt ', fmt), chunk('data', sound, shape.promised)];
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), ...chunks, chunk('LIST', Buffer.from('behind'))]);
};

for (const [name, format] of [
  ['linear', 1],
  ['A-law', 6],
  ['u-law', 7],
] as const) {
  test(`${name} is kept with its sound and nothing beside it, and the engine plays it`, () => {
    const uploaded = wav({ format, before: chunk('JUNK', Buffer.alloc(33)) });
    const kept = greetingOf(uploaded);
    assert.equal(kept.length, 58 + 16_000 * (format === 1 ? 2 : 1));
    assert.deepEqual(decodeWav(kept, 'kept'), decodeWav(uploaded, 'uploaded'));
    assert.equal(decodeWav(kept, 'kept').length, 16_000);
  });
}

const refusals: [string, Buffer, RegExp][] = [
  ['nothing', Buffer.alloc(0), /no WAV file/],
  ['an MP3', Buffer.from(`ID3${'x'.repeat(200)}`), /no WAV file/],
  ['two channels', wav({ channels: 2 }), /2 channels, not one/],
  ['44.1 kHz', wav({ rate: 44_100 }), /44100 samples a second, not 8000/],
  ['linear 8 bit', wav({ bits: 8 }), /8 bits of format 1/],
  ['linear 24 bit', wav({ bits: 24 }), /24 bits/],
  ['GSM', wav({ format: 49, bits: 0 }), /format 49/],
  ['no sound', wav().subarray(0, 36), /holds no sound/],
  ['a format that is cut off', wav().subarray(0, 30), /does not say its format|holds no sound/],
  [
    'a sound before its format',
    Buffer.concat([wav().subarray(0, 12), chunk('data', Buffer.alloc(9000))]),
    /before its/,
  ],
  ['less than a second', wav({ seconds: 0.9 }), /shorter than a second/],
  ['more than a minute', wav({ format: 7, seconds: 60.5 }), /61 s long, 60 s at most/],
  ['too many octets', Buffer.alloc(LARGEST_GREETING + 1), /1025537 octets, 1025536 are the limit/],
];

for (const [what, octets, why] of refusals) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => greetingOf(octets),
      (error: unknown) => {
        assert.ok(error instanceof GatewayError && error.code === 'sound-file');
        assert.match(error.detail, why);
        assert.match(error.detail, /Wanted is WAV, 8 kHz, mono.*sox in\.wav/);
        return true;
      },
    );
  });
}

test('a minute is taken in each format', () => {
  for (const format of [1, 6, 7]) assert.ok(greetingOf(wav({ format, seconds: 60 })).length > 480_000);
});

test('the length is what is there, not what was promised', () => {
  const octets = wav({ format: 7, promised: 0xffff_ffff });
  assert.equal(soundOf(octets.subarray(0, 100), 44 + 12_000).seconds, 1.5);
});

test('any octets are refused or read within their bounds', () => {
  const base = wav({ format: 7 }).subarray(0, 90);
  const change = fc.tuple(fc.nat(89), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), fc.nat(100_000), (changes, size) => {
      const octets = Buffer.from(base);
      for (const [at, octet] of changes) octets[at] = octet;
      try {
        const { dataAt, dataOctets } = soundOf(octets, Math.max(size, octets.length));
        assert.ok(dataAt <= octets.length && dataOctets >= 0 && dataAt + dataOctets <= Math.max(size, octets.length));
      } catch (error) {
        assert.ok(error instanceof GatewayError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('a header that is mended is the header that the engine writes', () => {
  for (const count of [0, 1, 8000, 123_457]) assert.deepEqual(muLawHeader(count), headerOfTheEngine(count));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aLaw, encodeG711, muLaw } from './g711.ts';

/** Decision values of ITU-T G.711 tables 1 and 2, scaled to 16 bits: octet of the wire and its linear value. */
const aLawPoints = [
  [0xd5, 8],
  [0x55, -8],
  [0xaa, 32256],
  [0x2a, -32256],
  [0x80, 5504],
  [0x00, -5504],
] as const;
const muLawPoints = [
  [0xff, 0],
  [0x7f, 0],
  [0x80, 32124],
  [0x00, -32124],
  [0xfe, 8],
  [0x7e, -8],
  [0xf0, 120],
  [0x90, 15996],
] as const;

describe('G.711', () => {
  for (const [octet, value] of aLawPoints) {
    it(`A-law ${octet.toString(16)} is ${value}`, () => assert.equal(aLaw.decode[octet], value));
  }
  for (const [octet, value] of muLawPoints) {
    it(`u-law ${octet.toString(16)} is ${value}`, () => assert.ok(Math.abs(muLaw.decode[octet]! - value) === 0));
  }

  for (const [name, law] of [
    ['A-law', aLaw],
    ['u-law', muLaw],
  ] as const) {
    it(`${name} encodes each sample to the octet whose value is nearest, as far as the steps allow`, () => {
      for (let sample = -32768; sample < 32768; sample++) {
        const value = law.decode[law.encode[sample & 0xffff]!]!;
        const step = Math.max(16, Math.abs(sample) / 16);
        assert.ok(Math.abs(value - sample) <= Math.max(step, Math.abs(sample) - 32124), `${sample} became ${value}`);
      }
    });

    it(`${name} octets survive decoding and encoding`, () => {
      for (let octet = 0; octet < 256; octet++) {
        const again = law.encode[law.decode[octet]! & 0xffff]!;
        assert.equal(law.decode[again], law.decode[octet]);
      }
    });

    it(`${name} silence is the octet of zero`, () => assert.equal(law.encode[0], law.silence));
  }

  it('encodes a part of a frame to a place in a packet', () => {
    const octets = new Uint8Array(6);
    encodeG711(muLaw, Int16Array.from([1, 0, 32767, 0]), 1, 2, octets, 3);
    assert.deepEqual([...octets], [0, 0, 0, 0xff, 0x80, 0]);
  });
});

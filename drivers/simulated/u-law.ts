/** Telephone sound as octets of u-law (ITU-T G.711 table 2), by tables: the simulator's own, as its tones are. */

import { fromULaw } from './wav.ts';

const BIAS = 0x84;
const CLIP = 32635;

/** One sample of 16 bits as an octet of u-law. */
export function toULaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const segment = 24 - Math.clz32(magnitude);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
}

const expanded = Int16Array.from({ length: 256 }, (_, octet) => fromULaw(octet));
const compressed = Uint8Array.from({ length: 65536 }, (_, index) => toULaw((index << 16) >> 16));

/** Fills `octets` with the samples, one for one. */
export function compress(samples: Int16Array, octets: Uint8Array): void {
  for (let i = 0; i < octets.length; i++) octets[i] = compressed[samples[i]! & 0xffff]!;
}

export const expand = (octet: number): number => expanded[octet]!;

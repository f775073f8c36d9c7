/** Telephone sound as octets of u-law (ITU-T G.711 table 2), to and from samples between -1 and 1. */

const BIAS = 0x84;
const CLIP = 32635;

function expand(octet: number): number {
  const code = ~octet & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + BIAS) << ((code >> 4) & 7)) - BIAS;
  return (code & 0x80 ? -magnitude : magnitude) / 32768;
}

const samples = Float32Array.from({ length: 256 }, (_, octet) => expand(octet));

export const fromULaw = (octet: number): number => samples[octet]!;

/** What is louder than full scale is clipped. */
export function toULaw(sample: number): number {
  const linear = Math.round(sample * 32768);
  const sign = linear < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(linear), CLIP) + BIAS;
  const segment = 24 - Math.clz32(magnitude);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
}

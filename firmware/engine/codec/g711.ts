/** Linear value of each A-law octet (ITU-T G.711 table 1; even bits inverted), scaled to 16 bits. */
const expandALaw = (octet: number): number => {
  const code = octet ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = (code & 0x0f) << 4;
  const magnitude = segment === 0 ? step + 8 : (step + 0x108) << (segment - 1);
  return code & 0x80 ? magnitude : -magnitude;
};

/** Linear value of each u-law octet (ITU-T G.711 table 2; all bits inverted), scaled to 16 bits. */
const expandMuLaw = (octet: number): number => {
  const code = ~octet & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
  return code & 0x80 ? -magnitude : magnitude;
};

const MU_BIAS = 0x84;
const MU_CLIP = 32635;

const compressMuLaw = (sample: number): number => {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), MU_CLIP) + MU_BIAS;
  const segment = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
};

const compressALaw = (sample: number): number => {
  const sign = sample < 0 ? 0 : 0x80;
  const magnitude = sample < 0 ? ~sample >> 4 : sample >> 4;
  const segment = magnitude < 32 ? (magnitude < 16 ? 0 : 1) : 31 - Math.clz32(magnitude) - 3;
  const step = segment < 2 ? magnitude & 0x0f : (magnitude >> (segment - 1)) & 0x0f;
  return (sign | (segment << 4) | step) ^ 0x55;
};

const compression = (compress: (sample: number) => number): Uint8Array =>
  Uint8Array.from({ length: 65536 }, (_, index) => compress((index << 16) >> 16));
const expansion = (expand: (octet: number) => number): Int16Array =>
  Int16Array.from({ length: 256 }, (_, octet) => expand(octet));

/** One law of ITU-T G.711 as tables: a linear 16-bit sample (as unsigned index) to its octet, and back. */
export type G711 = { readonly encode: Uint8Array; readonly decode: Int16Array; readonly silence: number };

export const aLaw: G711 = { encode: compression(compressALaw), decode: expansion(expandALaw), silence: 0xd5 };
export const muLaw: G711 = { encode: compression(compressMuLaw), decode: expansion(expandMuLaw), silence: 0xff };

/** Encodes `count` samples from `samples[from]` into `octets[at]`. */
export const encodeG711 = (
  law: G711,
  samples: Int16Array,
  from: number,
  count: number,
  octets: Uint8Array,
  at: number,
): void => {
  const table = law.encode;
  for (let index = 0; index < count; index++) octets[at + index] = table[samples[from + index]! & 0xffff]!;
};

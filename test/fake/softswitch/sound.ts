/** G.711 by its definition (ITU-T G.711) and the sounds that the softswitch makes. */

/** Segments of u-law from a linear sample of 16 bits: 14 bits, bias 33. */
const toMu = (sample: number): number => {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(8158, Math.abs(sample) >> 2) + 33;
  const segment = 31 - Math.clz32(magnitude) - 5;
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 1)) & 15)) & 0xff;
};

const fromMu = (code: number): number => {
  const bits = ~code & 0xff;
  const segment = (bits >> 4) & 7;
  const magnitude = ((((bits & 15) << 1) + 33) << segment) - 33;
  return (bits & 0x80 ? -magnitude : magnitude) * 4;
};

/** A-law: 13 bits, even bits inverted; in it a set sign bit means positive. */
const toA = (sample: number): number => {
  const positive = sample >= 0;
  const magnitude = Math.min(4095, (positive ? sample : -sample - 1) >> 3);
  const segment = magnitude < 32 ? 0 : 31 - Math.clz32(magnitude) - 4;
  const step = segment === 0 ? magnitude >> 1 : (magnitude >> segment) & 15;
  return ((positive ? 0x80 : 0) | (segment << 4) | step) ^ 0x55;
};

const fromA = (code: number): number => {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = bits & 15;
  const magnitude = segment === 0 ? step * 2 + 1 : (step * 2 + 33) << (segment - 1);
  return (bits & 0x80 ? magnitude : -magnitude) * 8;
};

const table = (from: (code: number) => number): Int16Array => Int16Array.from({ length: 256 }, (_, code) => from(code));

export type Law = 'PCMU' | 'PCMA';
const decoding: Readonly<Record<Law, Int16Array>> = { PCMU: table(fromMu), PCMA: table(fromA) };
const encoding: Readonly<Record<Law, (sample: number) => number>> = { PCMU: toMu, PCMA: toA };

/** Linear samples of 16 bits to bytes. */
export const encode = (law: Law, samples: Int16Array): Buffer => {
  const bytes = Buffer.allocUnsafe(samples.length);
  for (let i = 0; i < samples.length; i++) bytes[i] = encoding[law](samples[i]!);
  return bytes;
};

export const decode = (law: Law, bytes: Uint8Array): Int16Array =>
  Int16Array.from(bytes, (code) => decoding[law][code]!);

/** Sounds are sine waves in turn, each for so long; the last is followed by the first. */
export type Sound = readonly { readonly hertz: number; readonly ms: number }[];

export const steadyTone = (hertz: number): Sound => [{ hertz, ms: 1000 }];
/** The second party "speaks": a motif that is no tone of any exchange. */
export const speech: Sound = [
  { hertz: 523, ms: 240 },
  { hertz: 659, ms: 240 },
  { hertz: 784, ms: 240 },
  { hertz: 0, ms: 120 },
];

const RATE = 8000;
/** -13 dBm0 or so: as loud as a voice, far from clipping. */
const AMPLITUDE = 5000;

/** Samples from sample `from` on, `count` of them. */
export const samplesOf = (sound: Sound, from: number, count: number): Int16Array => {
  const length = sound.reduce((sum, { ms }) => sum + (ms * RATE) / 1000, 0);
  const hertzAt = (sample: number): number => {
    let left = sample % length;
    for (const { hertz, ms } of sound) {
      left -= (ms * RATE) / 1000;
      if (left < 0) return hertz;
    }
    return 0;
  };
  return Int16Array.from({ length: count }, (_, i) =>
    Math.round(AMPLITUDE * Math.sin((2 * Math.PI * hertzAt(from + i) * (from + i)) / RATE)),
  );
};

import { readFileSync, writeFileSync } from 'node:fs';

/** Linear 16-bit mono sound. */
export type Sound = { readonly rate: number; readonly samples: Int16Array };

/** ITU-T G.711 by its definition, not by a table: this is the judge's own decoder. */
const fromMuLaw = (byte: number): number => {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
  return code & 0x80 ? -magnitude : magnitude;
};

const fromALaw = (byte: number): number => {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return code & 0x80 ? magnitude : -magnitude;
};

const decode = (data: Buffer, format: number, channels: number): Int16Array => {
  const bytes = format === 1 ? 2 : 1;
  const samples = new Int16Array(Math.floor(data.length / (bytes * channels)));
  for (let i = 0; i < samples.length; i++) {
    const at = i * bytes * channels;
    samples[i] = format === 1 ? data.readInt16LE(at) : format === 7 ? fromMuLaw(data[at]!) : fromALaw(data[at]!);
  }
  return samples;
};

/** Octets of G.711 as they go over the wire, at 8 kHz. */
export const fromG711 = (octets: Buffer, law: 'mu' | 'a'): Sound => ({
  rate: 8000,
  samples: decode(octets, law === 'mu' ? 7 : 6, 1),
});

/**
 * Reads a WAV file of 16-bit PCM, mu-law or A-law; of several channels the first. A file whose writer was killed
 * (sizes still zero) is read to its end.
 */
export const readWav = (path: string): Sound => {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, 4) !== 'RIFF') throw new Error(`${path} is no WAV file`);
  let format = 1;
  let channels = 1;
  let rate = 8000;
  for (let at = 12; at + 8 <= file.length; ) {
    const id = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (id === 'fmt ') {
      format = file.readUInt16LE(body);
      channels = file.readUInt16LE(body + 2);
      rate = file.readUInt32LE(body + 4);
    } else if (id === 'data') {
      const end = size === 0 || body + size > file.length ? file.length : body + size;
      return { rate, samples: decode(file.subarray(body, end), format, channels) };
    }
    at = body + size + (size & 1);
  }
  throw new Error(`${path} holds no sound`);
};

/** Writes 16-bit mono PCM. */
export const writeWav = (path: string, { rate, samples }: Sound): void => {
  const header = Buffer.alloc(44);
  const bytes = samples.length * 2;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(bytes, 40);
  writeFileSync(path, Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, bytes)]));
};

/** A sine; `level` is the peak against full scale in dB. A whole frequency repeats itself each second. */
export const sine = (hertz: number, seconds: number, level = -10, rate = 8000): Sound => {
  const peak = 32767 * 10 ** (level / 20);
  const samples = new Int16Array(Math.round(seconds * rate));
  const own = Number.isInteger(hertz) ? Math.min(rate, samples.length) : samples.length;
  for (let i = 0; i < own; i++) samples[i] = Math.round(peak * Math.sin((2 * Math.PI * hertz * i) / rate));
  for (let at = own; at > 0 && at < samples.length; at *= 2)
    samples.copyWithin(at, 0, Math.min(at, samples.length - at));
  return { rate, samples };
};

/** A part of a sound, by milliseconds from its beginning. */
export const part = ({ rate, samples }: Sound, fromMs: number, toMs = Number.POSITIVE_INFINITY): Sound => ({
  rate,
  samples: samples.subarray(
    Math.round((fromMs * rate) / 1000),
    Math.min(samples.length, Math.round((toMs * rate) / 1000)),
  ),
});

export const durationMs = ({ rate, samples }: Sound): number => (samples.length * 1000) / rate;

/** Root mean square against full scale in dB; -Infinity for silence. */
export const levelDb = ({ samples }: Sound): number => {
  let power = 0;
  for (const sample of samples) power += sample * sample;
  return 10 * Math.log10(power / Math.max(1, samples.length) / 32768 ** 2);
};

/** Power of one frequency in a Hann window around it (Goertzel's recurrence as a plain sum). */
const powerAt = (samples: Int16Array, rate: number, hertz: number): number => {
  let re = 0;
  let im = 0;
  const turn = (2 * Math.PI * hertz) / rate;
  for (let i = 0; i < samples.length; i++) {
    const windowed = samples[i]! * (1 - Math.cos((2 * Math.PI * i) / samples.length));
    re += windowed * Math.cos(turn * i);
    im += windowed * Math.sin(turn * i);
  }
  return re * re + im * im;
};

/** What part of the power of a sound one frequency has: 1 for a pure tone of it. */
export const shareOf = ({ rate, samples }: Sound, hertz: number): number => {
  let energy = 0;
  // a sine of amplitude a, N samples, Hann: |X|^2 = (a N / 2)^2, power = a^2 N / 2
  for (const sample of samples) energy += sample * sample;
  return energy === 0 ? 0 : (powerAt(samples, rate, hertz) * 2) / (energy * samples.length);
};

/**
 * The strongest frequency between 200 and 3600 Hz, from the loudest stretch of at most 400 ms, to about 0.1 Hz.
 * Sound below -60 dB has none.
 */
export const dominantFrequency = (sound: Sound): number | undefined => {
  const stretch = loudestStretch(sound, 400);
  if (levelDb(stretch) < -60) return undefined;
  const { rate, samples } = stretch;
  let best = 0;
  let bestPower = -1;
  const scan = (from: number, to: number, stepHertz: number): void => {
    for (let hertz = from; hertz <= to; hertz += stepHertz) {
      const power = powerAt(samples, rate, hertz);
      if (power > bestPower) [best, bestPower] = [hertz, power];
    }
  };
  scan(200, 3600, 4);
  for (const step of [1, 0.25, 0.1]) scan(best - 4 * step, best + 4 * step, step);
  return best;
};

const loudestStretch = (sound: Sound, lengthMs: number): Sound => {
  let best = part(sound, 0, lengthMs);
  let bestLevel = levelDb(best);
  for (let at = lengthMs / 2; at + lengthMs <= durationMs(sound); at += lengthMs / 2) {
    const candidate = part(sound, at, at + lengthMs);
    const level = levelDb(candidate);
    if (level > bestLevel) [best, bestLevel] = [candidate, level];
  }
  return best;
};

/** A stretch of sound, by milliseconds from the beginning. */
export type Span = { readonly atMs: number; readonly lengthMs: number };

const spans = (sound: Sound, windowMs: number, minimumMs: number, wanted: (window: Sound) => boolean): Span[] => {
  const found: Span[] = [];
  let start: number | undefined;
  const end = durationMs(sound);
  for (let at = 0; at < end; at += windowMs) {
    const hit = wanted(part(sound, at, at + windowMs));
    if (hit) start ??= at;
    if (start !== undefined && (!hit || at + windowMs >= end)) {
      const lengthMs = Math.min(hit ? end : at, end) - start;
      if (lengthMs >= minimumMs) found.push({ atMs: start, lengthMs });
      start = undefined;
    }
  }
  return found;
};

/** Stretches below `thresholdDb` that last at least `minimumMs`, found in windows of 5 ms. */
export const gaps = (sound: Sound, minimumMs: number, thresholdDb = -45): Span[] =>
  spans(sound, 5, minimumMs, (window) => levelDb(window) < thresholdDb);

/** Stretches in which `hertz` carries most of the power, found in windows of 40 ms. */
export const toneSpans = (sound: Sound, hertz: number, minimumMs = 80): Span[] =>
  spans(sound, 40, minimumMs, (window) => {
    if (levelDb(window) < -50) return false;
    const power = window.samples.reduce((sum, sample) => sum + sample * sample, 0);
    // a pure sine of amplitude a, N samples, Hann: |X|^2 = (a N / 2)^2, power = a^2 N / 2
    const share = (powerAt(window.samples, window.rate, hertz) * 2) / (power * window.samples.length);
    return share > 0.5;
  });

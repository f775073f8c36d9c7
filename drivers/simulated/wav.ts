/** WAV files of telephone sound: 8 kHz, one channel; PCM of 16 bits, A-law and u-law are read, PCM is written. */

import { SAMPLE_RATE } from '../contract/line-card.ts';

const PCM = 1;
const A_LAW = 6;
const U_LAW = 7;
const HEADER_BYTES = 44;

/** A file that cannot be used; the message says what it holds, what is wanted and how to get there. */
export class WavError extends Error {
  override readonly name = 'WavError';
}

/** One octet of u-law as a 16-bit sample (ITU-T G.711 table 2). */
export function fromULaw(octet: number): number {
  const bits = ~octet & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
  return bits & 0x80 ? -magnitude : magnitude;
}

/** One octet of A-law as a 16-bit sample (ITU-T G.711 table 1). */
export function fromALaw(octet: number): number {
  const bits = octet ^ 0x55;
  const segment = (bits & 0x70) >> 4;
  const mantissa = (bits & 0x0f) << 4;
  const magnitude = segment === 0 ? mantissa + 8 : (mantissa + 0x108) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

type Format = { readonly coding: number; readonly channels: number; readonly rate: number; readonly bits: number };

function formatOf(file: Buffer, at: number, size: number): Format {
  if (size < 16) throw new WavError('the fmt chunk is too short: the file is damaged');
  return {
    coding: file.readUInt16LE(at),
    channels: file.readUInt16LE(at + 2),
    rate: file.readUInt32LE(at + 4),
    bits: file.readUInt16LE(at + 14),
  };
}

function refuseOthers(format: Format): void {
  const remedy = 'convert it: sox FILE -r 8000 -c 1 -b 16 OUT.wav';
  if (format.channels !== 1) throw new WavError(`it has ${format.channels} channels, 1 is wanted; ${remedy}`);
  if (format.rate !== SAMPLE_RATE)
    throw new WavError(`it has ${format.rate} samples a second, 8000 are wanted; ${remedy}`);
  const bits = format.coding === PCM ? 16 : 8;
  if (![PCM, A_LAW, U_LAW].includes(format.coding) || format.bits !== bits)
    throw new WavError(`coding ${format.coding} with ${format.bits} bits is not known; ${remedy}`);
}

function decode(format: Format, data: Buffer): Int16Array {
  if (format.coding === PCM) {
    const samples = new Int16Array(data.length >> 1);
    for (let i = 0; i < samples.length; i++) samples[i] = data.readInt16LE(i * 2);
    return samples;
  }
  const expand = format.coding === A_LAW ? fromALaw : fromULaw;
  return Int16Array.from(data, expand);
}

/** The samples of a WAV file's bytes. Throws {@link WavError} for anything but 8 kHz mono PCM16, A-law or u-law. */
export function readWav(file: Buffer): Int16Array {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    throw new WavError('it is no WAV file');
  let format: Format | undefined;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const end = Math.min(file.length, at + 8 + size);
    if (name === 'fmt ') format = formatOf(file, at + 8, end - at - 8);
    if (name === 'data') {
      if (format === undefined) throw new WavError('the data come before their format: the file is damaged');
      refuseOthers(format);
      return decode(format, file.subarray(at + 8, end));
    }
    // Chunks are padded to an even length.
    at += 8 + size + (size & 1);
  }
  throw new WavError('it holds no sound');
}

/** The bytes of a WAV file with these samples: 8 kHz, mono, PCM of 16 bits. */
export function writeWav(samples: Int16Array): Buffer {
  const file = Buffer.alloc(HEADER_BYTES + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(PCM, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  for (let i = 0; i < samples.length; i++) file.writeInt16LE(samples[i]!, HEADER_BYTES + i * 2);
  return file;
}

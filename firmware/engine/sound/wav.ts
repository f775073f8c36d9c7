import { GatewayError } from '../../core/error.ts';
import { aLaw, muLaw } from '../codec/g711.ts';

const PCM = 1;
const A_LAW = 6;
const MU_LAW = 7;
const SAMPLE_RATE = 8000;
/** Octets of the header that `muLawHeader` makes. */
export const MU_LAW_HEADER = 58;

const refuse = (file: string, why: string): never => {
  throw new GatewayError(
    'engine-request',
    `${file} cannot be played: ${why}; wanted is WAV, 8 kHz, mono, 16-bit, A-law or u-law`,
  );
};

/** Decodes a WAV file in memory: 8 kHz, mono, linear 16 bits, A-law or u-law. Throws GatewayError `engine-request`. */
export const decodeWav = (octets: Buffer, file: string): Int16Array => {
  if (octets.length < 12 || octets.toString('latin1', 0, 4) !== 'RIFF' || octets.toString('latin1', 8, 12) !== 'WAVE') {
    return refuse(file, 'it is no WAV file');
  }
  let format: number | undefined;
  for (let at = 12; at + 8 <= octets.length; ) {
    const name = octets.toString('latin1', at, at + 4);
    const length = octets.readUInt32LE(at + 4);
    const from = at + 8;
    if (name === 'fmt ' && from + 16 <= octets.length) format = formatOf(octets, from, file);
    if (name === 'data') {
      if (format === undefined) return refuse(file, 'its format is not said before its data');
      return samplesOf(octets.subarray(from, Math.min(octets.length, from + length)), format);
    }
    at = from + length + (length % 2);
  }
  return refuse(file, 'it has no data');
};

const formatOf = (octets: Buffer, at: number, file: string): number => {
  const format = octets.readUInt16LE(at);
  const bits = octets.readUInt16LE(at + 14);
  if (octets.readUInt16LE(at + 2) !== 1) return refuse(file, 'it has more than one channel');
  if (octets.readUInt32LE(at + 4) !== SAMPLE_RATE) return refuse(file, `its rate is ${octets.readUInt32LE(at + 4)} Hz`);
  if ((format === PCM && bits === 16) || ((format === A_LAW || format === MU_LAW) && bits === 8)) return format;
  return refuse(file, `its format ${format} with ${bits} bits is not known`);
};

const samplesOf = (data: Buffer, format: number): Int16Array => {
  if (format === PCM) return Int16Array.from({ length: data.length >> 1 }, (_, index) => data.readInt16LE(index * 2));
  const table = (format === A_LAW ? aLaw : muLaw).decode;
  return Int16Array.from(data, (octet) => table[octet]!);
};

/** Header of a u-law WAV file with `count` samples (with the `fact` chunk that non-PCM formats carry). */
export const muLawHeader = (count: number): Buffer => {
  const header = Buffer.alloc(MU_LAW_HEADER);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(MU_LAW_HEADER - 8 + count + (count % 2), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(MU_LAW, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.writeUInt16LE(0, 36);
  header.write('fact', 38, 'latin1');
  header.writeUInt32LE(4, 42);
  header.writeUInt32LE(count, 46);
  header.write('data', 50, 'latin1');
  header.writeUInt32LE(count, 54);
  return header;
};

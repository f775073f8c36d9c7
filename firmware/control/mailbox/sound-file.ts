import { LARGEST_GREETING, LONGEST_GREETING_S } from '../../config/greeting.ts';
import { GatewayError } from '../../core/error.ts';

const PCM = 1;
const A_LAW = 6;
const MU_LAW = 7;
const SAMPLE_RATE = 8000;
/** Octets of the header that `muLawHeader` makes; a recording of the engine has one of this size. */
export const MU_LAW_HEADER = 58;
/** Chunks before the data that are looked at. */
const MOST_CHUNKS = 32;

const REMEDY =
  'Wanted is WAV, 8 kHz, mono, linear 16 bit, A-law or u-law; `sox in.wav -r 8000 -c 1 -e mu-law out.wav` makes one.';

const refuse = (why: string): never => {
  throw new GatewayError('sound-file', `${why}. ${REMEDY}`);
};

/** `dataAt`: where the samples begin; `seconds`: how long they are, by what is there and not by what was promised. */
export type Sound = {
  readonly format: typeof PCM | typeof A_LAW | typeof MU_LAW;
  readonly dataAt: number;
  readonly dataOctets: number;
  readonly seconds: number;
};

/**
 * Reads the header of a WAV file (RIFF, little endian) of which `head` is the begin and `size` all octets. Rejects
 * with `sound-file` what is no WAV of 8 kHz, mono, linear 16 bit, A-law or u-law.
 */
export const soundOf = (head: Buffer, size: number): Sound => {
  if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') {
    return refuse('This is no WAV file');
  }
  let format: Sound['format'] | undefined;
  let at = 12;
  for (let chunks = 0; chunks < MOST_CHUNKS && at + 8 <= head.length; chunks++) {
    const name = head.toString('latin1', at, at + 4);
    const length = head.readUInt32LE(at + 4);
    if (name === 'fmt ') format = formatOf(head.subarray(at + 8, Math.min(head.length, at + 8 + length)));
    if (name === 'data') {
      if (format === undefined) return refuse('The file does not say its format before its sound');
      return measured(format, at + 8, Math.min(length, size - at - 8));
    }
    at += 8 + length + (length % 2);
  }
  return refuse('The file holds no sound');
};

const formatOf = (chunk: Buffer): Sound['format'] => {
  if (chunk.length < 16) return refuse('The file does not say its format');
  const format = chunk.readUInt16LE(0);
  const channels = chunk.readUInt16LE(2);
  const rate = chunk.readUInt32LE(4);
  const bits = chunk.readUInt16LE(14);
  if (channels !== 1) return refuse(`The file has ${channels} channels, not one`);
  if (rate !== SAMPLE_RATE) return refuse(`The file has ${rate} samples a second, not ${SAMPLE_RATE}`);
  if ((format === PCM && bits === 16) || ((format === A_LAW || format === MU_LAW) && bits === 8)) return format;
  return refuse(`The file has ${bits} bits of format ${format}`);
};

const measured = (format: Sound['format'], dataAt: number, dataOctets: number): Sound => ({
  format,
  dataAt,
  dataOctets,
  seconds: dataOctets / (SAMPLE_RATE * (format === PCM ? 2 : 1)),
});

/**
 * What is kept of an uploaded greeting: its sound with a plain header. Rejects with `sound-file`, which names what is
 * wrong, the limit and the remedy.
 */
export const greetingOf = (wav: Buffer): Buffer => {
  if (wav.length > LARGEST_GREETING) {
    return refuse(`The file has ${wav.length} octets, ${LARGEST_GREETING} are the limit (${LONGEST_GREETING_S} s)`);
  }
  const { format, dataAt, dataOctets, seconds } = soundOf(wav, wav.length);
  if (seconds > LONGEST_GREETING_S)
    return refuse(`It is ${Math.ceil(seconds)} s long, ${LONGEST_GREETING_S} s at most`);
  if (seconds < 1) return refuse('It is shorter than a second');
  const whole = format === PCM ? dataOctets - (dataOctets % 2) : dataOctets;
  return Buffer.concat([header(format, whole), wav.subarray(dataAt, dataAt + whole)]);
};

/** Header of a u-law file with `count` samples, as the recorder of the engine writes it. */
export const muLawHeader = (count: number): Buffer => header(MU_LAW, count);

/** With the `fact` chunk that formats other than linear carry. */
const header = (format: Sound['format'], dataOctets: number): Buffer => {
  const width = format === PCM ? 2 : 1;
  const octets = Buffer.alloc(MU_LAW_HEADER);
  octets.write('RIFF', 0, 'latin1');
  octets.writeUInt32LE(MU_LAW_HEADER - 8 + dataOctets + (dataOctets % 2), 4);
  octets.write('WAVEfmt ', 8, 'latin1');
  octets.writeUInt32LE(18, 16);
  octets.writeUInt16LE(format, 20);
  octets.writeUInt16LE(1, 22);
  octets.writeUInt32LE(SAMPLE_RATE, 24);
  octets.writeUInt32LE(SAMPLE_RATE * width, 28);
  octets.writeUInt16LE(width, 32);
  octets.writeUInt16LE(8 * width, 34);
  octets.write('fact', 38, 'latin1');
  octets.writeUInt32LE(4, 42);
  octets.writeUInt32LE(dataOctets / width, 46);
  octets.write('data', 50, 'latin1');
  octets.writeUInt32LE(dataOctets, 54);
  return octets;
};

import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Language, SentenceName } from './names.ts';

/** Where sentences are: the language, the folder that comes with the box, and a folder of own recordings (or empty). */
export type SentenceSet = { readonly language: Language; readonly folder: string; readonly own: string };

const SAMPLE_RATE = 8000;
const LINEAR = 1;
const A_LAW = 6;
const MU_LAW = 7;
/** In front of its sound a file may say more about itself; so many octets of it are looked at. */
export const RECORDING_HEAD = 4096;

/**
 * What is wrong with a recording by the beginning of its file, in words; undefined when the engine can play it: WAV,
 * 8 kHz, mono, linear 16 bit, A-law or u-law.
 */
export const recordingFault = (head: Buffer): string | undefined => {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return 'it is no WAV file';
  const chunk = head.indexOf('fmt ', 12, 'latin1');
  if (chunk < 0 || chunk + 24 > head.length) return 'it does not say its format';
  const [format, channels] = [head.readUInt16LE(chunk + 8), head.readUInt16LE(chunk + 10)];
  const [rate, bits] = [head.readUInt32LE(chunk + 12), head.readUInt16LE(chunk + 22)];
  if (channels !== 1) return `it has ${channels} channels, not one`;
  if (rate !== SAMPLE_RATE) return `it has ${rate} samples a second, not ${SAMPLE_RATE}`;
  const known = format === LINEAR ? bits === 16 : (format === A_LAW || format === MU_LAW) && bits === 8;
  if (!known) return `it has ${bits} bits of format ${format}`;
  return head.includes('data', chunk + 8 + head.readUInt32LE(chunk + 4), 'latin1') ? undefined : 'it holds no sound';
};

const headOf = (file: string): Buffer | undefined => {
  try {
    const handle = openSync(file, 'r');
    try {
      const head = Buffer.alloc(RECORDING_HEAD);
      return head.subarray(0, readSync(handle, head, 0, RECORDING_HEAD, 0));
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
};

const canBePlayed = (file: string): boolean => {
  const head = headOf(file);
  return head !== undefined && recordingFault(head) === undefined;
};

/**
 * The file of a recording of the office that settings name, in its folder of own recordings, whatever folder the name has
 * itself; undefined where there is none that can be played, so that something else is heard and not silence.
 */
export const officeRecording = (folder: string, name: string): string | undefined => {
  const file = join(folder, basename(name));
  return folder !== '' && name !== '' && canBePlayed(file) ? file : undefined;
};

/**
 * The sound file of a sentence: the own recording `<name>.wav` where there is one that can be played, else the one of
 * the language, else the English one. The path is given even where nothing is; playing it then says so.
 */
export const sentenceFile = (name: SentenceName, { language, folder, own }: SentenceSet): string => {
  const recorded = join(own, `${name}.wav`);
  if (own !== '' && canBePlayed(recorded)) return recorded;
  const spoken = join(folder, language, `${name}.wav`);
  return existsSync(spoken) ? spoken : join(folder, 'en', `${name}.wav`);
};

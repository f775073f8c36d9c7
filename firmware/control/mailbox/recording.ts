import * as fs from 'node:fs/promises';
import type { Files } from '../../store/file-primitives.ts';
import { renameDurably } from '../../store/file-primitives.ts';
import { OCTETS_A_SECOND } from './message-index.ts';
import { MU_LAW_HEADER, muLawHeader, soundOf } from './sound-file.ts';

/** Shorter is no message: somebody hung up. */
export const SHORTEST_S = 1;

/** The header of a file stands in its first octets. */
const HEAD = 4096;

/**
 * Takes over a recording that has ended, or that a power cut or a full disk has ended: what stands only as
 * `<file>.part` gets a header that is true for what is there, is forced to disk and takes its name; so does one with
 * a damaged header. Returns its length in seconds, undefined if there is none.
 */
export const settleRecording = async (files: Files, file: string): Promise<number | undefined> => {
  const finished = await lengthOf(file);
  if (finished !== 'damaged' && finished !== undefined) return finished;
  const from = finished === 'damaged' ? file : `${file}.part`;
  const seconds = await mend(from);
  if (seconds !== undefined && from !== file) await renameDurably(files, from, file);
  return seconds;
};

/** Deletes a recording, also one that was not finished; once resolved it does not come back after a power cut. */
export const removeRecordings = async (files: Files, folder: string, paths: readonly string[]): Promise<void> => {
  for (const path of paths) {
    await files.unlink(path);
    await files.unlink(`${path}.part`);
  }
  await files.syncFolder(folder);
};

/** Names, without their ends, of all recordings in the folder of a mailbox, finished or not; greetings are none. */
export const recordingsIn = async (files: Files, folder: string): Promise<readonly string[]> => {
  const ids = (await files.list(folder)).flatMap((name) => /^([A-Za-z0-9]+)\.wav(\.part)?$/.exec(name)?.[1] ?? []);
  return [...new Set(ids)].filter((id) => id !== 'greeting');
};

/** When it was written last, in wall time. */
export const writtenAt = async (file: string): Promise<number> => {
  for (const path of [file, `${file}.part`]) {
    const found = await fs.stat(path).catch(() => undefined);
    if (found) return Math.round(found.mtimeMs);
  }
  return 0;
};

const lengthOf = async (path: string): Promise<number | 'damaged' | undefined> => {
  const found = await headOf(path);
  if (!found) return undefined;
  try {
    return soundOf(found.head, found.size).seconds;
  } catch {
    return 'damaged';
  }
};

const headOf = async (path: string): Promise<{ head: Buffer; size: number } | undefined> => {
  const handle = await openExisting(path, 'r');
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(Math.min(size, HEAD));
    await handle.read(head, 0, head.length, 0);
    return { head, size };
  } finally {
    await handle.close();
  }
};

const openExisting = async (path: string, flags: 'r' | 'r+'): Promise<fs.FileHandle | undefined> => {
  try {
    return await fs.open(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const mend = async (path: string): Promise<number | undefined> => {
  const found = await headOf(path);
  const handle = found && (await openExisting(path, 'r+'));
  if (!found || !handle) return undefined;
  try {
    const count = soundSamples(found.head, found.size);
    await handle.truncate(MU_LAW_HEADER + count);
    await handle.write(muLawHeader(count), 0, MU_LAW_HEADER, 0);
    await handle.sync();
    return count / OCTETS_A_SECOND;
  } finally {
    await handle.close();
  }
};

/**
 * Samples of a u-law recording that are known to be on disk. Its header is written after each second: what stands
 * behind it may be rubbish after a power cut. Without a header that can be read, whole seconds of what is there.
 */
export const soundSamples = (head: Buffer, size: number): number => {
  const there = Math.max(0, size - MU_LAW_HEADER);
  const whole = there - (there % OCTETS_A_SECOND);
  try {
    const { dataAt, dataOctets } = soundOf(head, size);
    return dataAt === MU_LAW_HEADER && dataOctets > 0 ? dataOctets : whole;
  } catch {
    return whole;
  }
};

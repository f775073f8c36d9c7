import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { wordsOf } from '../../core/error.ts';
import { sentenceNames } from './names.ts';
import { RECORDING_HEAD, recordingFault } from './sentence.ts';

/** An own recording that is there and cannot be played; `file` is its name, or the folder itself. */
export type Unusable = { readonly file: string; readonly why: string };

const faultOf = async (path: string): Promise<string | undefined> => {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    handle = await open(path);
    const head = Buffer.alloc(RECORDING_HEAD);
    const { bytesRead } = await handle.read(head, 0, RECORDING_HEAD, 0);
    return recordingFault(head.subarray(0, bytesRead));
  } catch (error) {
    // the one that comes with the box is meant to be used
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return `it cannot be read: ${wordsOf(error)}`;
  } finally {
    await handle?.close();
  }
};

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
};

/**
 * What is wrong with a folder of own recordings: only files whose names are sentences are looked at, one at a time,
 * the beginning of each. Empty for an empty `folder` (there are no own recordings).
 */
export const unusableRecordings = async (folder: string): Promise<readonly Unusable[]> => {
  if (folder === '') return [];
  if (!(await isFolder(folder))) return [{ file: folder, why: 'there is no such folder' }];
  const found: Unusable[] = [];
  for (const name of sentenceNames) {
    const why = await faultOf(join(folder, `${name}.wav`));
    if (why !== undefined) found.push({ file: `${name}.wav`, why });
  }
  return found;
};

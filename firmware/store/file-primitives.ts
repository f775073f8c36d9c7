import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';

/** An open file; `write` writes all octets or throws. */
export interface OpenFile {
  write(octets: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  truncate(octets: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * The few operations that everything durable is made of. They are an interface so that the power-cut test can stop
 * between any two of them.
 */
export interface Files {
  /** The whole file, `undefined` if there is none. Throws when it is longer than `longest` octets. */
  read(path: string, longest: number): Promise<Buffer | undefined>;
  /** Names in a folder, sorted. */
  list(folder: string): Promise<readonly string[]>;
  /** `create`: must not exist; `append`: may exist. Mode 0600. */
  open(path: string, how: 'create' | 'append'): Promise<OpenFile>;
  link(path: string, also: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** One that is not there is no error. */
  unlink(path: string): Promise<void>;
  /** Makes names in a folder durable: without it a new or renamed file may be gone after a power cut. */
  syncFolder(folder: string): Promise<void>;
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

const readBounded = async (path: string, longest: number): Promise<Buffer | undefined> => {
  try {
    const { size } = await fs.stat(path);
    if (size > longest) throw new Error(`${path} has ${size} octets; the limit is ${longest}`);
    return await fs.readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

const writeAll = async (file: fs.FileHandle, octets: Uint8Array): Promise<void> => {
  for (let done = 0; done < octets.length; ) {
    done += (await file.write(octets, done, octets.length - done)).bytesWritten;
  }
};

const openFile = async (path: string, how: 'create' | 'append'): Promise<OpenFile> => {
  const file = await fs.open(path, how === 'create' ? 'wx' : 'a', 0o600);
  return {
    write: (octets) => writeAll(file, octets),
    sync: () => file.sync(),
    truncate: (octets) => file.truncate(octets),
    close: () => file.close(),
  };
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

export const systemFiles: Files = {
  read: readBounded,
  list: async (folder) => (await fs.readdir(folder)).sort(),
  open: openFile,
  link: (path, also) => fs.link(path, also),
  rename: (from, to) => fs.rename(from, to),
  unlink: async (path) => {
    await fs.unlink(path).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  },
  syncFolder,
};

/** Writes a new file under a name that is free, and syncs its content (not yet its name). */
export const writeSynced = async (files: Files, path: string, octets: Uint8Array): Promise<void> => {
  const file = await files.open(path, 'create');
  try {
    await file.write(octets);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Gives a synced file its name, which survives a power cut once this has resolved. */
export const renameDurably = async (files: Files, from: string, to: string): Promise<void> => {
  await files.rename(from, to);
  await files.syncFolder(dirname(to));
};

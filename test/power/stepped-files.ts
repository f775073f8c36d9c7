import type { Files, OpenFile } from '../../firmware/store/file-primitives.ts';

type Pause = (step: string) => Promise<void>;

/** Files that pause after each operation, and in the middle of a write. */
export const steppedFiles = (files: Files, pause: Pause): Files => {
  const paused = async <T>(step: string, work: Promise<T>): Promise<T> => {
    const result = await work;
    await pause(step);
    return result;
  };
  return {
    read: (path, longest) => files.read(path, longest),
    list: (folder) => files.list(folder),
    open: async (path, how) => steppedFile(await paused(`open ${how}`, files.open(path, how)), paused),
    link: (path, also) => paused('link', files.link(path, also)),
    rename: (from, to) => paused('rename', files.rename(from, to)),
    unlink: (path) => paused('unlink', files.unlink(path)),
    syncFolder: (folder) => paused('folder sync', files.syncFolder(folder)),
  };
};

const steppedFile = (file: OpenFile, paused: <T>(step: string, work: Promise<T>) => Promise<T>): OpenFile => ({
  write: async (octets) => {
    const half = octets.length >> 1;
    await paused('half write', file.write(octets.subarray(0, half)));
    await paused('write', file.write(octets.subarray(half)));
  },
  sync: () => paused('sync', file.sync()),
  truncate: (octets) => paused('truncate', file.truncate(octets)),
  close: () => paused('close', file.close()),
});

/** The same files without any sync: what a store is that forgets it. */
export const withoutSync = (files: Files): Files => ({
  ...files,
  open: async (path, how) => ({ ...(await files.open(path, how)), sync: async () => {} }),
  syncFolder: async () => {},
});

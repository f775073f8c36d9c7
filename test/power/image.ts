import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IMAGE_OCTETS = 8 * 1024 * 1024;

const run = (command: string, ...words: string[]): void => {
  const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
  if (status === 0) return;
  const why = (error?.message ?? stderr).trim();
  throw new Error(`the power-cut test needs root, loop devices and mkfs.ext4; ${command} ${words.join(' ')}: ${why}`);
};

/**
 * An ext4 file system in a file. What has not been synced is only in memory, so a copy of the file taken at some
 * moment is what a medium holds after a power cut at that moment.
 */
export class Image {
  readonly #work = mkdtempSync(join(tmpdir(), 'power-'));
  readonly #file = join(this.#work, 'image');
  readonly #copy = join(this.#work, 'copy');
  /** Where the file system is mounted. */
  readonly folder = join(this.#work, 'mounted');
  readonly #after = join(this.#work, 'after');
  #mounted = false;

  /** `options` of mount(8); `commit` is long, so that nothing reaches the medium by the passing of time. */
  constructor(options: string) {
    const descriptor = openSync(this.#file, 'w');
    ftruncateSync(descriptor, IMAGE_OCTETS);
    closeSync(descriptor);
    mkdirSync(this.folder);
    mkdirSync(this.#after);
    run('mkfs.ext4', '-q', '-F', '-b', '1024', '-E', 'lazy_itable_init=0,lazy_journal_init=0', this.#file);
    run('mount', '-o', `loop,commit=300${options}`, this.#file, this.folder);
    this.#mounted = true;
  }

  /** Cuts the power now, in a copy; `look` sees what is there after mounting it (which replays the journal of ext4). */
  async cut<T>(look: (folder: string) => Promise<T>): Promise<T> {
    copyFileSync(this.#file, this.#copy);
    run('mount', '-o', 'loop', this.#copy, this.#after);
    try {
      return await look(this.#after);
    } finally {
      run('umount', this.#after);
    }
  }

  remove(): void {
    if (this.#mounted) run('umount', this.folder);
    rmSync(this.#work, { recursive: true });
  }
}

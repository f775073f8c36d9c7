import { renameSync, writeFileSync } from 'node:fs';
import type { Log } from '../../core/log.ts';

/** What is, as a file in memory for command lines and monitors: written whole, by rename. */
export class StatusFile {
  readonly #path: string;
  readonly #log: Log;
  #last = '';

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** Writes the snapshot unless it is what stands there already. A full memory file system must not stop calls. */
  write(snapshot: unknown): void {
    const text = `${JSON.stringify(snapshot, undefined, 1)}\n`;
    if (text === this.#last) return;
    try {
      writeFileSync(`${this.#path}.tmp`, text, { mode: 0o600 });
      renameSync(`${this.#path}.tmp`, this.#path);
      this.#last = text;
    } catch (error) {
      this.#log.warn({ err: error }, 'the status file could not be written');
    }
  }
}

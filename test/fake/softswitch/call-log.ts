import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The file is put aside (`.1`) when it has grown so large. */
const MOST_BYTES = 4_000_000;

/** The softswitch's own record: a line of JSON for each thing that happened to a call, for tests to read. */
export class CallLog {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
    if (path !== undefined) mkdirSync(dirname(path), { recursive: true });
  }

  /** `at` is CLOCK_MONOTONIC in milliseconds, the same clock in every process of the machine. */
  note(event: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#path === undefined) return;
    const [seconds, nanoseconds] = process.hrtime();
    const line = { at: seconds * 1000 + nanoseconds / 1e6, event, ...fields };
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
    if (statSync(this.#path).size > MOST_BYTES) renameSync(this.#path, `${this.#path}.1`);
  }
}

import * as fs from 'node:fs';
import type { Instant } from '../core/machine.ts';
import type { CascadeSink } from '../core/runner.ts';

/** At this size the file is written anew with the last state of each machine only. */
const COMPACT_AT = 4 * 1024 * 1024;

/** Last state of each machine, and the facts since the file was written anew. `damaged`: lines that were left out. */
export type Adoption = {
  readonly at: Instant | undefined;
  readonly states: ReadonlyMap<string, unknown>;
  readonly facts: readonly unknown[];
  readonly damaged: number;
};

type Line = {
  readonly at: Instant;
  readonly states: Readonly<Record<string, unknown>>;
  readonly facts: readonly unknown[];
};
type Cascade = Parameters<CascadeSink['write']>[0];

/**
 * States and facts of each cascade in a file in memory (`/run`): one line, one write, no fsync. It outlives the
 * process, not the power. Machines keep no secret in their states; what has the name of one is left out even so.
 */
export class AdoptionLog implements CascadeSink {
  readonly #path: string;
  readonly #states: Map<string, unknown>;
  /** What an earlier process left and nobody has taken over yet. */
  readonly #orphans: Set<string>;
  readonly #compactAt: number;
  #descriptor: number;
  #octets: number;
  #last: Instant | undefined;
  #torn: boolean;

  /** Opens or begins the file; `adopted` are the states of the process before (see `settle`). */
  constructor(path: string, adopted: Adoption, compactAt = COMPACT_AT) {
    this.#path = path;
    this.#compactAt = compactAt;
    this.#states = new Map(adopted.states);
    this.#orphans = new Set(adopted.states.keys());
    this.#descriptor = fs.openSync(path, 'a', 0o600);
    this.#octets = fs.fstatSync(this.#descriptor).size;
    this.#last = adopted.at;
    this.#torn = adopted.damaged > 0;
  }

  write({ at, states, facts }: Cascade): void {
    for (const [id, state] of states) {
      this.#orphans.delete(id);
      if (state === undefined) this.#states.delete(id);
      else this.#states.set(id, state);
    }
    this.#last = at;
    // After a line that was not finished, an empty one keeps the next from being glued to it.
    const line = (this.#torn ? '\n' : '') + lineOf({ at, states, facts });
    this.#torn = true;
    this.#octets += writeWhole(this.#descriptor, line);
    this.#torn = false;
    if (this.#octets > this.#compactAt) this.compact();
  }

  /** Adoption is over: states of the process before that no machine took over are forgotten. */
  settle(at: Instant): void {
    if (this.#orphans.size === 0) return;
    this.write({ at, states: new Map([...this.#orphans].map((id) => [id, undefined])), facts: [] });
  }

  /** Writes the file anew, by rename: a death in between leaves the old one. */
  compact(): void {
    const fresh = `${this.#path}.tmp`;
    const descriptor = fs.openSync(fresh, 'w', 0o600);
    const octets = writeWhole(
      descriptor,
      lineOf({ at: this.#last ?? (0 as Instant), states: this.#states, facts: [] }),
    );
    fs.renameSync(fresh, this.#path);
    fs.closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#octets = octets;
    this.#torn = false;
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }
}

/** Reads what an earlier process left; a torn last line, or one that is no JSON, is left out. */
export const readAdoption = (path: string): Adoption => {
  const states = new Map<string, unknown>();
  const facts: unknown[] = [];
  let damaged = 0;
  let at: Instant | undefined;
  for (const text of linesOf(path)) {
    const line = parsed(text);
    if (!line) {
      damaged++;
      continue;
    }
    at = line.at;
    facts.push(...line.facts);
    for (const [id, state] of Object.entries(line.states)) {
      if (state === null) states.delete(id);
      else states.set(id, state);
    }
  }
  return { at, states, facts, damaged };
};

const linesOf = (path: string): string[] => {
  try {
    return fs.readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

const parsed = (text: string): Line | undefined => {
  try {
    const line = JSON.parse(text) as Line;
    return typeof line.at === 'number' && Array.isArray(line.facts) && line.states ? line : undefined;
  } catch {
    return undefined;
  }
};

const SECRET = new Set(['password', 'ha1', 'secret']);

const lineOf = ({ at, states, facts }: Cascade): string => {
  const last = Object.fromEntries([...states].map(([id, state]) => [id, state ?? null]));
  return `${JSON.stringify({ at, states: last, facts }, (key, value) => (SECRET.has(key) ? undefined : value))}\n`;
};

/** Nearly always one system call; a rest that was not taken is written behind it. */
const writeWhole = (descriptor: number, text: string): number => {
  const octets = Buffer.from(text);
  for (let done = 0; done < octets.length; ) done += fs.writeSync(descriptor, octets, done);
  return octets.length;
};

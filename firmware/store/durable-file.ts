import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Adapter } from 'lowdb';
import { GatewayError } from '../core/error.ts';
import { type Files, renameDurably, systemFiles, writeSynced } from './file-primitives.ts';

/** Longest state in octets; small state only, what grows belongs into a journal. */
const LONGEST = 16 * 1024 * 1024;
const VERSION = 1;
/** Damaged files kept as evidence; a further one takes the place of the last. */
const MOST_EVIDENCE = 3;

/** What reading found damaged: the file, what is wrong, and where it was moved. */
export type Damage = { readonly path: string; readonly why: string; readonly evidence: string };

type Header = { readonly v: number; readonly gen: number; readonly sha256: string };
type Found<T> = { readonly data: T; readonly generation: number };

/**
 * A state in a file that survives a power cut at any moment: afterwards it holds the old or the new state, and the
 * new one once `write` has resolved. The file before is kept as `<path>.prev` and used when this one is damaged.
 * An adapter of lowdb.
 */
export class DurableFile<T> implements Adapter<T> {
  readonly path: string;
  readonly #files: Files;
  readonly #onDamage: (damage: Damage) => void;
  #generation = 0;
  #writing: Promise<void> | undefined;
  #next: { body: string; done: Promise<void> } | undefined;

  constructor(path: string, onDamage: (damage: Damage) => void, files: Files = systemFiles) {
    this.path = path;
    this.#onDamage = onDamage;
    this.#files = files;
  }

  /** Generation of the state that was read or written last; 0 when there is none. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * The state, or `null` when there is none that can be read. Damaged files are moved aside and reported; files left
   * over from an interrupted write are removed.
   */
  async read(): Promise<T | null> {
    await this.#removeLeftovers();
    const found = (await this.#load(this.path)) ?? (await this.#load(`${this.path}.prev`));
    if (!found) return null;
    this.#generation = found.generation;
    return found.data;
  }

  /**
   * Resolves when this state, or a later one, is on disk. States that come while a write is under way are written
   * together: only the last of them. Rejects with `store-unwritable`; the state before then stands.
   */
  write(data: T): Promise<void> {
    const body = JSON.stringify(data);
    if (this.#next) {
      this.#next.body = body;
      return this.#next.done;
    }
    if (!this.#writing) return this.#start(body);
    const next = { body, done: this.#writing.then(later, later) };
    const self = this;
    this.#next = next;
    return next.done;

    function later(): Promise<void> {
      self.#next = undefined;
      return self.#start(next.body);
    }
  }

  #start(body: string): Promise<void> {
    const work = this.#replace(body).finally(() => {
      if (this.#writing === work) this.#writing = undefined;
    });
    this.#writing = work;
    return work;
  }

  async #replace(body: string): Promise<void> {
    const generation = this.#generation + 1;
    const header: Header = { v: VERSION, gen: generation, sha256: digest(body) };
    try {
      await this.#removeLeftovers();
      await writeSynced(this.#files, `${this.path}.tmp`, Buffer.from(`${JSON.stringify(header)}\n${body}`));
      await this.#keepPrevious();
      await renameDurably(this.#files, `${this.path}.tmp`, this.path);
    } catch (error) {
      // Half a file on a full disk would keep the space that the next write needs.
      await this.#removeLeftovers().catch(() => {});
      throw new GatewayError('store-unwritable', this.path, error);
    }
    this.#generation = generation;
  }

  /** A second name for the file before; by rename, so that there is a previous one at every moment. */
  async #keepPrevious(): Promise<void> {
    const name = `${this.path}.prev`;
    try {
      await this.#files.link(this.path, `${name}.tmp`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    await this.#files.rename(`${name}.tmp`, name);
  }

  async #removeLeftovers(): Promise<void> {
    await this.#files.unlink(`${this.path}.tmp`);
    await this.#files.unlink(`${this.path}.prev.tmp`);
  }

  async #load(path: string): Promise<Found<T> | undefined> {
    let why: string;
    try {
      const octets = await this.#files.read(path, LONGEST);
      if (!octets) return undefined;
      return verified<T>(octets);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    this.#onDamage({ path, why, evidence: await this.#moveAside(path) });
    return undefined;
  }

  async #moveAside(path: string): Promise<string> {
    const names = new Set(await this.#files.list(dirname(path)));
    const base = path.slice(dirname(path).length + 1);
    let number = 1;
    while (number < MOST_EVIDENCE && names.has(`${base}.damaged-${number}`)) number++;
    const evidence = `${path}.damaged-${number}`;
    await renameDurably(this.#files, path, evidence).catch(() => {});
    return evidence;
  }
}

const digest = (body: string | Uint8Array): string => createHash('sha256').update(body).digest('hex');

/** Throws with the reason when the file is not what was written. Its content is never in the reason. */
const verified = <T>(octets: Buffer): Found<T> => {
  const end = octets.indexOf(0x0a);
  if (end < 0) throw new Error('the header is missing');
  const header = headerOf(octets.subarray(0, end));
  const body = octets.subarray(end + 1);
  if (digest(body) !== header.sha256) throw new Error('the checksum does not fit');
  return { data: JSON.parse(body.toString('utf8')) as T, generation: header.gen };
};

const headerOf = (octets: Buffer): Header => {
  let header: Partial<Header> | null = null;
  try {
    header = JSON.parse(octets.toString('utf8')) as Partial<Header>;
  } catch {
    // Told below: the words of JSON.parse would repeat what stands in the file.
  }
  if (typeof header?.gen !== 'number' || typeof header.sha256 !== 'string') throw new Error('the header is damaged');
  if (header.v !== VERSION) throw new Error(`the file is of version ${header.v}, not ${VERSION}`);
  return header as Header;
};

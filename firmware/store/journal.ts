import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/error.ts';
import { after } from '../core/machine.ts';
import { type Files, type OpenFile, systemFiles } from './file-primitives.ts';
import { lineOf, type Numbered, scan, scanBackwards } from './journal-line.ts';

export type JournalLimits = {
  /** A segment that has reached this size is followed by a new one. */
  readonly segmentOctets: number;
  /** The oldest segments beyond this number are removed. */
  readonly segments: number;
};

export type JournalOptions = {
  readonly folder: string;
  /** First part of the names of its files. */
  readonly name: string;
  readonly clock: Clock;
  /** `each`: synced at once. `group`: after 20 records or 1 s, whichever is first. */
  readonly sync: 'each' | 'group';
  readonly limits?: JournalLimits;
  readonly files?: Files;
};

const usualLimits: JournalLimits = { segmentOctets: 1024 * 1024, segments: 32 };
const GROUP = 20;
const GROUP_MS = 1000;
/** Longest record in octets of its line. */
const LONGEST_LINE = 64 * 1024;
/** Records that wait for the disk; more are refused, memory is bounded. */
const MOST_WAITING = 2000;

type Waiting = { readonly line: Buffer; readonly stored: () => void; readonly failed: (error: unknown) => void };
type Segment = { readonly path: string; readonly firstId: number };

/**
 * Records on flash: lines of JSON with a number and a checksum, in segments of bounded size and number. What has
 * been acknowledged survives a power cut; a torn tail is cut off at the next start.
 */
export class Journal<T> {
  readonly #options: JournalOptions;
  readonly #files: Files;
  readonly #limits: JournalLimits;
  readonly #segments: Segment[];
  #nextId: number;
  #file: OpenFile | undefined;
  /** Octets of the last segment that are known to be sound. */
  #octets: number;
  #waiting: Waiting[] = [];
  #committing: Promise<void> | undefined;
  #cancelGroup: (() => void) | undefined;
  #closed = false;

  private constructor(options: JournalOptions, found: { segments: Segment[]; nextId: number; octets: number }) {
    this.#options = options;
    this.#files = options.files ?? systemFiles;
    this.#limits = options.limits ?? usualLimits;
    this.#segments = found.segments;
    this.#nextId = found.nextId;
    this.#octets = found.octets;
  }

  /** Opens or begins a journal; cuts off what an interrupted write left at its end. The folder must exist. */
  static async open<T>(options: JournalOptions): Promise<Journal<T>> {
    const files = options.files ?? systemFiles;
    const segments = await segmentsOf(options, files);
    const last = segments.at(-1);
    if (!last) return new Journal(options, { segments, nextId: 1, octets: 0 });
    const octets = (await files.read(last.path, longestSegment(options))) ?? Buffer.alloc(0);
    const { lines, soundOctets } = scan<T>(octets);
    const journal = new Journal<T>(options, {
      segments,
      nextId: (lines.at(-1)?.id ?? last.firstId - 1) + 1,
      octets: soundOctets,
    });
    if (soundOctets < octets.length) await journal.#reopen();
    return journal;
  }

  /**
   * Resolves with the record's number when it is on disk. Rejects with `store-unwritable` when it could not be
   * written, or when too many wait; it may still be found after a restart then.
   */
  append(record: T): Promise<number> {
    if (this.#closed || this.#waiting.length >= MOST_WAITING) {
      const why = this.#closed ? 'is closed' : 'has too many records that wait for the disk';
      return Promise.reject(new GatewayError('store-unwritable', `the journal ${this.#options.name} ${why}`));
    }
    const id = this.#nextId;
    const line = lineOf({ id, record });
    if (line.length > LONGEST_LINE) {
      return Promise.reject(new GatewayError('store-unwritable', `a record of ${line.length} octets is too long`));
    }
    this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, stored: () => resolve(id), failed: reject });
      this.#plan();
    });
  }

  /** Up to `limit` records after number `after`, oldest first. */
  async read(cursor: { readonly after: number; readonly limit: number }): Promise<readonly Numbered<T>[]> {
    const found: Numbered<T>[] = [];
    for (const [index, segment] of this.#segments.entries()) {
      const next = this.#segments[index + 1];
      if (next && next.firstId <= cursor.after + 1) continue;
      found.push(...(await this.#lines(segment)).filter(({ id }) => id > cursor.after));
      if (found.length >= cursor.limit) break;
    }
    return found.slice(0, cursor.limit);
  }

  /** The last `count` records, oldest first. */
  async last(count: number): Promise<readonly Numbered<T>[]> {
    let found: Numbered<T>[] = [];
    for (const segment of this.#segments.toReversed()) {
      found = [...(await this.#lines(segment)), ...found];
      if (found.length >= count) break;
    }
    return found.slice(Math.max(0, found.length - count));
  }

  /**
   * Records below the number `before`, newest first; only lines in which `holds` is found as JSON text are looked at
   * any closer. One segment at a time is in memory, and one is read only when the one after it was gone through.
   */
  async *newestFirst(before = Number.POSITIVE_INFINITY, holds = ''): AsyncGenerator<Numbered<T>> {
    for (const segment of this.#segments.toReversed()) {
      if (segment.firstId >= before) continue;
      const octets = await this.#files.read(segment.path, longestSegment(this.#options));
      for (const line of octets ? scanBackwards<T>(octets, holds) : []) if (line.id < before) yield line;
    }
  }

  /** Writes what waits, then closes. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelGroup?.();
    while (this.#committing || this.#waiting.length > 0) await (this.#committing ?? this.#commit());
    await this.#file?.close();
    this.#file = undefined;
  }

  async #lines(segment: Segment): Promise<Numbered<T>[]> {
    const octets = await this.#files.read(segment.path, longestSegment(this.#options));
    return octets ? scan<T>(octets).lines : [];
  }

  #plan(): void {
    if (this.#committing) return;
    if (this.#options.sync === 'each' || this.#waiting.length >= GROUP) {
      void this.#commit();
      return;
    }
    const { clock } = this.#options;
    this.#cancelGroup ??= clock.at(after(clock.now(), GROUP_MS), () => void this.#commit());
  }

  #commit(): Promise<void> {
    this.#cancelGroup?.();
    this.#cancelGroup = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#committing = this.#write(batch).finally(() => {
      this.#committing = undefined;
      if (this.#waiting.length > 0) this.#plan();
    });
    return this.#committing;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#store(Buffer.concat(batch.map(({ line }) => line)));
      for (const { stored } of batch) stored();
    } catch (error) {
      await this.#abandon();
      const told = new GatewayError('store-unwritable', `the journal ${this.#options.name}`, error);
      for (const { failed } of batch) failed(told);
    }
  }

  async #store(octets: Buffer): Promise<void> {
    if (this.#segments.length === 0 || this.#octets >= this.#limits.segmentOctets) await this.#begin(octets);
    if (!this.#file) await this.#reopen();
    await this.#file!.write(octets);
    await this.#file!.sync();
    this.#octets += octets.length;
  }

  /** A new segment, named after the first record that it will hold. */
  async #begin(octets: Buffer): Promise<void> {
    await this.#abandon();
    const { folder, name } = this.#options;
    const firstId = scan<T>(octets).lines[0]!.id;
    const path = join(folder, `${name}-${String(firstId).padStart(12, '0')}.ndjson`);
    this.#file = await this.#files.open(path, 'create');
    this.#segments.push({ path, firstId });
    this.#octets = 0;
    await this.#files.syncFolder(folder);
    while (this.#segments.length > this.#limits.segments) await this.#files.unlink(this.#segments.shift()!.path);
  }

  /** Opens the last segment again, without what may stand behind its sound part. */
  async #reopen(): Promise<void> {
    this.#file = await this.#files.open(this.#segments.at(-1)!.path, 'append');
    await this.#file.truncate(this.#octets);
    await this.#file.sync();
    await this.#files.syncFolder(this.#options.folder);
  }

  async #abandon(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
  }
}

const longestSegment = ({ limits = usualLimits }: JournalOptions): number =>
  limits.segmentOctets + MOST_WAITING * LONGEST_LINE;

const segmentsOf = async ({ folder, name }: JournalOptions, files: Files): Promise<Segment[]> =>
  (await files.list(folder)).flatMap((file) => {
    const number = file.startsWith(`${name}-`) && file.endsWith('.ndjson') ? file.slice(name.length + 1, -7) : '';
    return /^\d{12}$/.test(number) ? [{ path: join(folder, file), firstId: Number(number) }] : [];
  });

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../core/log.ts';
import { DurableFile } from '../../store/durable-file.ts';
import type { Unproved } from './drill-age.ts';
import type { DrillPlan } from './drill-machine.ts';
import type { DrillSheet } from './drill-sheet.ts';
import type { ProofSheet } from './inbound-proof.ts';

/** Five years of monthly drills. */
const MOST_SHEETS = 60;

type Kept = {
  /** A drill that had begun and not ended when this was written. */
  readonly underWay?: DrillPlan;
  /** Newest first. */
  readonly sheets: readonly DrillSheet[];
  /** The last proof that our own numbers arrive. */
  readonly proof?: ProofSheet;
  /** What brought calls in when that proof was made, as one word. */
  readonly provedWith?: string;
  /** Left out: nothing counts. */
  readonly unproved?: Unproved;
};

/** The sheets of all drills and the last proof of our numbers, in one file that survives a power cut; newest first. */
export class DrillShelf {
  readonly #folder: string;
  readonly #file: DurableFile<Kept>;
  #kept: Kept = { sheets: [] };

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#file = new DurableFile(join(folder, 'sheets.json'), ({ path, why }) =>
      log.error({ path }, `the sheets of drills were damaged: ${why}`),
    );
  }

  /** Reads what is kept; to be awaited before anything else is asked. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    this.#kept = (await this.#file.read()) ?? { sheets: [] };
  }

  get sheets(): readonly DrillSheet[] {
    return this.#kept.sheets;
  }

  /** A drill that was cut off, by a power cut or a restart. */
  get underWay(): DrillPlan | undefined {
    return this.#kept.underWay;
  }

  /** Resolves when it is on disk that this drill has begun. */
  async begin(underWay: DrillPlan): Promise<void> {
    await this.#write({ ...this.#kept, underWay });
  }

  /** Resolves when the sheet is on disk. */
  async keep(sheet: DrillSheet): Promise<void> {
    const { underWay: _, ...rest } = this.#kept;
    await this.#write({ ...rest, sheets: [sheet, ...this.#kept.sheets].slice(0, MOST_SHEETS) });
  }

  get proof(): ProofSheet | undefined {
    return this.#kept.proof;
  }

  get unproved(): Unproved | undefined {
    return this.#kept.unproved;
  }

  async keepUnproved(unproved: Unproved | undefined): Promise<void> {
    const { unproved: _, ...rest } = this.#kept;
    await this.#write({ ...rest, ...(unproved === undefined ? {} : { unproved }) });
  }

  get provedWith(): string | undefined {
    return this.#kept.provedWith;
  }

  async keepProof(proof: ProofSheet, provedWith: string): Promise<void> {
    await this.#write({ ...this.#kept, proof, provedWith });
  }

  #write(kept: Kept): Promise<void> {
    this.#kept = kept;
    return this.#file.write(kept);
  }
}

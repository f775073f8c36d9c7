import { join } from 'node:path';
import { type Damage, DurableFile } from '../../store/durable-file.ts';
import { type Files, systemFiles } from '../../store/file-primitives.ts';

/** How many earlier configurations can be gone back to. */
const KEPT = 10;
const NAME = /^generation-[0-9a-z-]{1,40}$/;

/** A configuration as it is stored: secrets are encrypted in `written`, which has only what somebody has set. */
export type Stored = {
  readonly revision: string;
  /** Wall time in ms since 1970. */
  readonly at: number;
  readonly by: string;
  readonly written: unknown;
};

/** The last configurations, a file each, named by their revision (`<count>-<digest>`, or `0-factory`). */
export class Generations {
  readonly #folder: string;
  readonly #files: Files;
  readonly #onDamage: (damage: Damage) => void;

  constructor(folder: string, onDamage: (damage: Damage) => void, files: Files = systemFiles) {
    this.#folder = folder;
    this.#onDamage = onDamage;
    this.#files = files;
  }

  /** Keeps one and forgets the oldest. */
  async keep(stored: Stored): Promise<void> {
    await this.#file(stored.revision).write(stored);
    const revisions = await this.revisions();
    for (const old of revisions.slice(0, Math.max(0, revisions.length - KEPT))) {
      await this.#files.unlink(this.#file(old).path);
    }
  }

  /** The revisions that are kept, oldest first. */
  async revisions(): Promise<readonly string[]> {
    const names = (await this.#files.list(this.#folder)).filter((name) => NAME.test(name));
    const revisions = names.map((name) => name.slice('generation-'.length));
    return revisions.sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
  }

  /** `undefined` for one that is not kept (any more), or is damaged. */
  async get(revision: string): Promise<Stored | undefined> {
    if (!NAME.test(`generation-${revision}`)) return undefined;
    return (await this.#file(revision).read()) ?? undefined;
  }

  #file(revision: string): DurableFile<Stored> {
    return new DurableFile<Stored>(join(this.#folder, `generation-${revision}`), this.#onDamage, this.#files);
  }
}

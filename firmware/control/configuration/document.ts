import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkConfiguration, type DriverSettings, isBounded, tooLarge } from '../../config/check.ts';
import { confirmedForAnother } from '../../config/confirmed-numbers.ts';
import { describe } from '../../config/describe.ts';
import { factoryConfiguration } from '../../config/factory.ts';
import { type Refusal, refusalWords } from '../../config/refusal.ts';
import { type Configuration, configuration } from '../../config/schema.ts';
import { type DeviceKey, deviceKey, redacted, sealed, unsealed } from '../../config/secret.ts';
import type { Clock } from '../../core/clock.ts';
import { GatewayError } from '../../core/error.ts';
import { Exclusive } from '../../core/exclusive.ts';
import { DurableFile } from '../../store/durable-file.ts';
import { type Files, systemFiles } from '../../store/file-primitives.ts';
import type { Fact } from '../facts.ts';
import { applySteps, type Executors, type FailedStep } from './applier.ts';
import { Generations, type Stored } from './generations.ts';
import { type Change, merge } from './merge.ts';
import { changedPaths, conflictPaths } from './revision.ts';
import { stepsBetween, wordsOfStep } from './steps.ts';

export type Proposal = {
  /** Who proposes, for the record: page, fleet, command line. */
  readonly by: string;
  /** The revision that the change was made from. */
  readonly base: string;
  readonly change: Change;
};

export type Outcome =
  /** Stored and done; `failed` are the steps that could not be done and will be at the next start. */
  | {
      readonly is: 'applied';
      readonly revision: string;
      readonly steps: readonly string[];
      readonly failed: readonly FailedStep[];
    }
  | { readonly is: 'unchanged'; readonly revision: string }
  | { readonly is: 'refused'; readonly refused: readonly Refusal[] }
  | { readonly is: 'conflict'; readonly revision: string; readonly paths: readonly string[] };

/** What a proposal would do, or why it would not be taken. */
export type DryRun =
  | { readonly is: 'possible'; readonly steps: readonly string[] }
  | Exclude<Outcome, { is: 'applied' }>;

export type DocumentOptions = {
  /** Folder of the settings; made when it is missing. */
  readonly folder: string;
  readonly drivers: DriverSettings;
  readonly clock: Clock;
  /** Damage and other things a person should hear of. */
  readonly alarm: (text: string) => void;
  readonly onFact: (fact: Fact) => void;
  /** What to begin with where nothing is stored, in place of the factory's; refused settings keep the box from starting. */
  readonly seed?: () => unknown;
  readonly files?: Files;
};

/** What somebody has set (`written`, with secrets readable) and what follows from it with all defaults. */
type Standing = { readonly revision: string; readonly written: object; readonly configuration: Configuration };
type Judged = { readonly is: 'good'; readonly next: Standing } | Exclude<Outcome, { is: 'applied' }>;

/** Every list of things that the settings have. */
const noLists = Object.fromEntries(
  describe(configuration).flatMap(({ path }) => {
    const [list = '', each, name, ...deeper] = path.split('/');
    return each === '*' && name === 'id' && deeper.length === 0 ? [[list, []]] : [];
  }),
);

/** Lists are always there, so that a change can name their things. */
const withLists = (written: unknown): object => ({ ...noLists, ...(written as object) });

/** The one door to the settings: everything that changes them comes through `propose`. */
export class ConfigurationDocument {
  readonly #options: DocumentOptions;
  readonly #file: DurableFile<Stored>;
  readonly #generations: Generations;
  readonly #key: DeviceKey;
  readonly #exclusive = new Exclusive();
  #executors: Executors | undefined;
  #standing: Standing;

  private constructor(
    options: DocumentOptions,
    parts: { file: DurableFile<Stored>; generations: Generations; key: DeviceKey; standing: Standing },
  ) {
    this.#options = options;
    this.#file = parts.file;
    this.#generations = parts.generations;
    this.#key = parts.key;
    this.#standing = parts.standing;
  }

  /**
   * Reads the settings. Without any it begins with those of the factory; so it does, with an alarm, when neither
   * generation can be read: the damaged files stay as evidence and telephony runs.
   */
  static async open(options: DocumentOptions): Promise<ConfigurationDocument> {
    const files = options.files ?? systemFiles;
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const key = await deviceKey(join(options.folder, 'key'));
    let damages = 0;
    const damaged = (damage: { path: string; why: string; evidence: string }) => {
      damages++;
      options.alarm(`store-damaged: ${damage.path}: ${damage.why}; kept as ${damage.evidence}`);
    };
    const file = new DurableFile<Stored>(join(options.folder, 'configuration'), damaged, files);
    const generations = new Generations(options.folder, damaged, files);
    const standing = await readStanding(file, key, options);
    if (damages > 0) options.alarm(wordsOfDamage(standing.revision));
    return new ConfigurationDocument(options, { file, generations, key, standing });
  }

  get configuration(): Configuration {
    return this.#standing.configuration;
  }

  get revision(): string {
    return this.#standing.revision;
  }

  /** The configuration as it may be shown: no secret is in it. */
  get shown(): unknown {
    return redacted(this.configuration, this.#options.drivers);
  }

  /** Who does the steps; until then changes are stored only. */
  executeBy(executors: Executors): void {
    this.#executors = executors;
  }

  /**
   * Takes a change, or says why not; proposals are taken one after the other. What is refused or in conflict changes
   * nothing. Rejects with `store-unwritable` when it could not be stored: what ran goes on then, too.
   */
  propose(proposal: Proposal): Promise<Outcome> {
    return this.#exclusive.run(async () => {
      const judged = await this.#judge(proposal);
      return judged.is === 'good' ? this.#take(judged.next, proposal.by) : judged;
    });
  }

  /** What `propose` would answer and do, without doing it. */
  async dryRun(proposal: Omit<Proposal, 'by'>): Promise<DryRun> {
    const judged = await this.#judge(proposal);
    if (judged.is !== 'good') return judged;
    const steps = stepsBetween(this.configuration, judged.next.configuration);
    return { is: 'possible', steps: steps.map(wordsOfStep) };
  }

  async #judge({ base, change }: Omit<Proposal, 'by'>): Promise<Judged> {
    if (!isBounded(change)) return { is: 'refused', refused: [tooLarge] };
    const { revision, written } = this.#standing;
    if (base !== revision) {
      const paths = await this.#conflicts(base, change);
      if (paths.length > 0) return { is: 'conflict', revision, paths };
    }
    const wanted = withLists(merge(written, change));
    const checked = await checkConfiguration(wanted, this.#options.drivers);
    if (!checked.ok) return { is: 'refused', refused: checked.refused };
    const unsaid = confirmedForAnother(this.configuration, checked.configuration);
    if (unsaid.length > 0) return { is: 'refused', refused: unsaid };
    if (changedPaths(written, wanted).length === 0) return { is: 'unchanged', revision };
    return {
      is: 'good',
      next: { revision: nextRevision(revision, wanted), written: wanted, configuration: checked.configuration },
    };
  }

  /** With a base that is not kept any more, everything that the change names could be in conflict. */
  async #conflicts(base: string, change: Change): Promise<readonly string[]> {
    const { written } = this.#standing;
    const kept = await this.#generations.get(base);
    if (!kept) return Object.keys(change);
    const before = withLists(unsealed(kept.written, this.#options.drivers, this.#key, () => {}));
    return conflictPaths(before, written, withLists(merge(before, change)));
  }

  async #take(next: Standing, by: string): Promise<Outcome> {
    const { onFact } = this.#options;
    const before = this.#standing;
    const stored = this.#stored(next, by);
    await this.#file.write(stored);
    const steps = stepsBetween(before.configuration, next.configuration);
    this.#standing = next;
    // what the box began with was never stored: with it two first changes are told apart, and can be gone back from
    if (before.revision === FACTORY_REVISION) await this.#keepGeneration(this.#stored(before, 'factory'));
    await this.#keepGeneration(stored);
    const failed = this.#executors ? await applySteps(steps, next.configuration, this.#executors) : [];
    for (const { step, why } of failed) this.#options.alarm(`the step "${step}" failed: ${why}`);
    const words = steps.map(wordsOfStep);
    onFact({ fact: 'configured', revision: next.revision, by, steps: words });
    return { is: 'applied', revision: next.revision, steps: words, failed };
  }

  #stored({ revision, written }: Standing, by: string): Stored {
    const { drivers, clock } = this.#options;
    return { revision, at: clock.wall(), by, written: sealed(written, drivers, this.#key) };
  }

  /** The change is stored and stands already; only going back to it would be missing. */
  async #keepGeneration(stored: Stored): Promise<void> {
    try {
      await this.#generations.keep(stored);
    } catch (error) {
      this.#options.alarm(`the settings of revision ${stored.revision} could not be kept for later: ${String(error)}`);
    }
  }
}

const FACTORY_REVISION = '0-factory';

/** What a person must know after damage: which settings run now. */
const wordsOfDamage = (revision: string): string =>
  revision === FACTORY_REVISION
    ? 'store-damaged: no stored settings can be read; the box runs with its first settings. Enter yours again.'
    : `store-damaged: the settings before the last change run (revision ${revision}). Check them, and repeat the change.`;

/** The count goes on; the digest tells apart what two boxes, or one after damage, made of the same count. */
const nextRevision = (revision: string, written: object): string => {
  const digest = createHash('sha256')
    .update(`${revision} ${JSON.stringify(written)}`)
    .digest('hex');
  return `${Number.parseInt(revision, 10) + 1}-${digest.slice(0, 8)}`;
};

const readStanding = async (
  file: DurableFile<Stored>,
  key: DeviceKey,
  { drivers, alarm, seed }: DocumentOptions,
): Promise<Standing> => {
  const stored = await file.read();
  if (!stored) return seed === undefined ? fromFactory(drivers) : fromSeed(seed(), drivers);
  const lost = (error: Error) => alarm(`${error.message}; enter it again`);
  const written = withLists(unsealed(stored.written, drivers, key, lost));
  const checked = await checkConfiguration(written, drivers);
  if (checked.ok) return { revision: stored.revision, written, configuration: checked.configuration };
  alarm(
    `setting-refused: the stored settings do not fit this version, those of the factory run. ${refusalWords(checked.refused)}`,
  );
  return fromFactory(drivers);
};

const fromSeed = async (seed: unknown, drivers: DriverSettings): Promise<Standing> => {
  const checked = await checkConfiguration(seed, drivers);
  if (!checked.ok) throw new GatewayError('setting-refused', refusalWords(checked.refused));
  return { revision: FACTORY_REVISION, written: withLists(seed), configuration: checked.configuration };
};

const fromFactory = async (drivers: DriverSettings): Promise<Standing> => {
  const written = factoryConfiguration();
  const checked = await checkConfiguration(written, drivers);
  if (!checked.ok) throw new Error(`the factory configuration is refused: ${refusalWords(checked.refused)}`);
  return { revision: FACTORY_REVISION, written, configuration: checked.configuration };
};

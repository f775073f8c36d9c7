import type { Clock } from '../../core/clock.ts';
import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import { type Unusable, unusableRecordings } from '../../profiles/sentence/own-recordings.ts';
import type { Fact } from '../facts.ts';

/** When own recordings are in use, they are looked at again no more often than this. */
const AGAIN_MS = 60_000;
/** The alarm names so many; the log has them all. */
const MOST_NAMED = 3;

const namedOf = (unusable: readonly Unusable[]): string => {
  const named = unusable.slice(0, MOST_NAMED).map(({ file, why }) => `${file}: ${why}`);
  const more = unusable.length - named.length;
  return `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
};

/**
 * Looks through the folder of own recordings, so that one that cannot be played is not passed over in silence: a
 * warning for each, once, and a fact for the alarm. The disk is not waited for.
 */
export class OwnSentences {
  readonly #options: { readonly runner: Runner; readonly clock: Clock; readonly log: Log };
  #folder = '';
  #checkedAt = Number.NEGATIVE_INFINITY;
  /** The latest look; an older one that a slow disk held up says nothing any more. */
  #look = 0;
  #known: ReadonlySet<string> = new Set();

  constructor(options: { readonly runner: Runner; readonly clock: Clock; readonly log: Log }) {
    this.#options = options;
  }

  /** Looks through `folder`, an empty one being none. Never rejects. */
  async check(folder: string): Promise<void> {
    const look = ++this.#look;
    this.#folder = folder;
    this.#checkedAt = this.#options.clock.now();
    try {
      const unusable = await unusableRecordings(folder);
      if (look === this.#look) this.#found(unusable);
    } catch (error) {
      this.#options.log.warn({ folder, why: wordsOf(error) }, 'the own recordings were not looked through');
    }
  }

  /** Looks through `folder` if it is another than before; to be called whenever settings change. */
  async configured(folder: string): Promise<void> {
    if (folder !== this.#folder) await this.check(folder);
  }

  /** To be called when a sentence of `folder` is wanted: somebody may have mended a file since the last look. */
  async used(folder: string): Promise<void> {
    if (folder !== '' && this.#options.clock.now() - this.#checkedAt >= AGAIN_MS) await this.check(folder);
  }

  #found(unusable: readonly Unusable[]): void {
    const { log, runner } = this.#options;
    const now = new Set(unusable.map((each) => namedOf([each])));
    const fresh = unusable.filter((each) => !this.#known.has(namedOf([each])));
    const changed = fresh.length > 0 || now.size !== this.#known.size;
    this.#known = now;
    if (!changed) return;
    for (const { file, why } of fresh) log.warn({ file, why }, 'an own recording cannot be played');
    const fact: Fact =
      unusable.length === 0 ? { fact: 'ownSentencesUsable' } : { fact: 'ownSentenceUnusable', why: namedOf(unusable) };
    runner.cascade(() => runner.fact(fact));
  }
}

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Program } from './program.ts';
import type { Site } from './site.ts';

/** Seconds since 1970. */
export type Stall = { readonly from: number; readonly to: number };

const WATCH = fileURLToPath(new URL('./stall-watch.mjs', import.meta.url));
/** Above the engine's own. */
const PRIORITY = '11';

/** A bare clock on each processor: when the machine under us stood still, whatever ran on it. */
export class Stalls {
  readonly #watches: readonly Program[];

  private constructor(watches: readonly Program[]) {
    this.#watches = watches;
  }

  static async start(site: Site): Promise<Stalls> {
    const watches = cpus().map((_, cpu) =>
      site.start(`stalls-${cpu}`, 'taskset', ['-c', `${cpu}`, 'chrt', '-f', PRIORITY, process.execPath, WATCH]),
    );
    await Promise.all(watches.map((each) => each.prints(/^WATCHING$/m, 5_000)));
    return new Stalls(watches);
  }

  /** Ends the clocks and gives what they saw. */
  async stop(): Promise<readonly Stall[]> {
    for (const each of this.#watches) each.signal('SIGTERM');
    await Promise.all(this.#watches.map((each) => each.ended));
    return this.#watches.flatMap(({ logPath }) =>
      [...readFileSync(logPath, 'utf8').matchAll(/^STALL (\S+) (\S+)$/gm)].map(([, from, to]) => ({
        from: Number(from),
        to: Number(to),
      })),
    );
  }
}

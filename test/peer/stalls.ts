import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gaps, type Sound } from './audio.ts';
import type { Stream } from './capture.ts';
import type { Gateway } from './gateway.ts';
import type { Program } from './program.ts';
import type { Site } from './site.ts';

/** Seconds since 1970. */
export type Stall = { readonly from: number; readonly to: number };

/** Two frames: what an ear takes for a cut. */
export const LONGEST_GAP_MS = 40;

const WATCH = fileURLToPath(new URL('./stall-watch.mjs', import.meta.url));
/**
 * Threads that collect garbage would stand behind the clock on its own processor, while it waits for them by doing
 * over and over again what it can do alone: nothing else ran for 950 ms of each second.
 */
const ONE_THREAD = '--single-threaded-gc';
/** Above the engine's own. */
const PRIORITY = '11';

/**
 * A bare clock on each processor: when the machine under us stood still, whatever ran on it. With a gateway also when
 * its engine waited for a processor that another box of the same machine had: nothing of its own box comes before it.
 */
export class Stalls {
  readonly #watches: readonly Program[];

  private constructor(watches: readonly Program[]) {
    this.#watches = watches;
  }

  static async start(site: Site, gateway?: Gateway): Promise<Stalls> {
    const watch = ['-f', PRIORITY, process.execPath, ONE_THREAD, WATCH];
    const watches = cpus().map((_, cpu) => site.start(`stalls-${cpu}`, 'taskset', ['-c', `${cpu}`, 'chrt', ...watch]));
    if (gateway) watches.push(site.start('stalls-engine', 'chrt', [...watch, `${gateway.planes().engine}`]));
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

/** Where nothing came for too long. */
export const gapsIn = ({ packets }: Stream): Stall[] =>
  packets.slice(1).flatMap(({ at }, index) => {
    const from = packets[index]!.at;
    return (at - from) * 1000 > LONGEST_GAP_MS ? [{ from, to: at }] : [];
  });

/** Silence that lasts too long in what was recorded from `beganAt` on (seconds since 1970). */
export const silencesIn = (sound: Sound, beganAt: number): Stall[] =>
  gaps(sound, LONGEST_GAP_MS + 1).map(({ atMs, lengthMs }) => {
    const from = beganAt + atMs / 1000;
    return { from, to: from + lengthMs / 1000 };
  });

/** Between the wire and an ear: what a jitter buffer holds back, and how well the begin of a recording is known. */
export const EAR_S = 0.5;

/** The gaps that nobody else had in the same moment, give or take `aroundS`. */
export const ownGaps = (gaps: readonly Stall[], others: readonly Stall[], aroundS = 0): Stall[] =>
  gaps.filter(({ from, to }) => !others.some((other) => other.from < to + aroundS && from < other.to + aroundS));

/** How long the machine stood still between two moments (seconds since 1970), on any of its processors; ms. */
export const stoodStillMs = (stalls: readonly Stall[], from: number, to: number): number => {
  let [still, until] = [0, from];
  for (const stall of [...stalls].sort((one, other) => one.from - other.from)) {
    const [begin, end] = [Math.max(stall.from, until), Math.min(stall.to, to)];
    if (end <= begin) continue;
    still += end - begin;
    until = end;
  }
  return still * 1000;
};

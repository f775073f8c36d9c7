import { readdirSync, readFileSync } from 'node:fs';
import { sleep } from '../peer/wait.ts';

/** Often enough to see a process that lives for a fraction of a second. */
const SAMPLED_EACH_MS = 50;

const kilobytes = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);

/** Proportional and resident set size of one process in octets. */
export type Size = { readonly pss: number; readonly rss: number };
export type Sized = Size & { readonly pid: number };

export const sizeOf = (pid: number): Size => {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return { pss: kilobytes(rollup, 'Pss') * 1024, rss: kilobytes(rollup, 'Rss') * 1024 };
};

/** A process and all that it and its children have started and that still runs. */
export const familyOf = (pid: number): number[] => {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap((each) => orNothing(() => familyOf(each)) ?? [])];
};

/** A process may end while it is looked at. */
const orNothing = <T>(look: () => T): T | undefined => {
  try {
    return look();
  } catch {
    return undefined;
  }
};

/** Sizes of a whole family now. */
export const familySizes = (pid: number): Sized[] =>
  familyOf(pid).flatMap((each) => orNothing(() => ({ pid: each, ...sizeOf(each) })) ?? []);

export const sumOf = (sizes: readonly Size[], what: keyof Size): number =>
  sizes.reduce((sum, each) => sum + each[what], 0);

const larger = (one: readonly Sized[], other: readonly Sized[]): readonly Sized[] =>
  sumOf(one, 'pss') > sumOf(other, 'pss') ? one : other;

/**
 * The largest that a family was while `work` was done: its sizes at that moment, the same of the moments at which it
 * had the most members, and how often it was looked at.
 */
export const peakWhile = async (
  pid: number,
  work: Promise<unknown>,
): Promise<{ readonly peak: readonly Sized[]; readonly crowded: readonly Sized[]; readonly samples: number }> => {
  let [peak, crowded, samples]: [readonly Sized[], readonly Sized[], number] = [[], [], 0];
  let isOver = false;
  const watch = (async () => {
    while (!isOver) {
      const now = familySizes(pid);
      samples++;
      peak = larger(now, peak);
      if (now.length >= crowded.length) crowded = now.length > crowded.length ? now : larger(now, crowded);
      await sleep(SAMPLED_EACH_MS);
    }
  })();
  await work.finally(() => {
    isOver = true;
  });
  await watch;
  return { peak, crowded, samples };
};

/**
 * What the processes would have as PSS with nobody else on the machine, in octets: their private pages, and each
 * shared part of a file once. Other Node processes (this one is one) share the program's own pages and so make PSS
 * look smaller than on a box.
 */
export const aloneOf = (pids: readonly number[]): number => {
  const shared = new Map<string, number>();
  let sum = 0;
  for (const pid of pids) {
    for (const mapping of readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/(?=^[0-9a-f]+-[0-9a-f]+ )/m)) {
      const [, , offset, , inode] = mapping.split(/\s+/, 6);
      const common = kilobytes(mapping, 'Shared_Clean') + kilobytes(mapping, 'Shared_Dirty');
      const own = kilobytes(mapping, 'Private_Clean') + kilobytes(mapping, 'Private_Dirty');
      const key = `${inode} ${offset}`;
      sum += own;
      shared.set(key, Math.max(shared.get(key) ?? 0, common));
    }
  }
  return (sum + [...shared.values()].reduce((all, each) => all + each, 0)) * 1024;
};

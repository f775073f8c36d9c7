import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { Log } from '../core/log.ts';

/**
 * Heap limits of both planes: the box has 512 MB, and small young generations keep collections short. Source maps lie
 * beside the bundles for whoever reads a trace; loading them would cost the planes 2 and 4 MB.
 */
export const NODE_FLAGS = ['--max-old-space-size=96', '--max-semi-space-size=1'] as const;

/**
 * The engine stands above everything else, so that the threads which V8 lets collect garbage stand behind it: on a box
 * with one processor, or one whose others are taken, it waits for them by looking again and again, never sleeps, and is
 * ended by its limit (RLIMIT_RTTIME). It collects its few megabytes alone.
 */
export const ENGINE_FLAGS = [...NODE_FLAGS, '--single-threaded-gc'] as const;

const works = (program: string, words: readonly string[]): boolean =>
  spawnSync(program, words, { stdio: 'ignore', timeout: 2_000 }).status === 0;

/** Real-time CPU without one blocking system call, in microseconds, after which the kernel steps in (RLIMIT_RTTIME). */
const RTTIME_US = 3_000_000;

/**
 * The words before `node` that put the engine above everything else: `SCHED_FIFO` 10 where the system lets us,
 * else nice -10, else nothing, each said in the log.
 */
export const engineScheduling = (log: Log): readonly string[] => {
  const fifo = ['prlimit', `--rttime=${RTTIME_US}`, 'chrt', '-f', '10'];
  if (works('prlimit', [...fifo.slice(1), 'true'])) return fifo;
  const nice = ['nice', '-n', '-10'];
  // `nice` only warns when it may not, so what it gave is asked of the niced program itself.
  const given = spawnSync('nice', ['-n', '-10', 'nice'], { encoding: 'utf8', timeout: 2_000 });
  if (given.status === 0 && Number(given.stdout) <= -10) {
    log.warn({}, `real-time scheduling is not permitted; the engine runs at nice ${given.stdout.trim()}`);
    return nice;
  }
  log.warn({}, 'neither real-time scheduling nor a higher priority is permitted; audio may stutter under load');
  return [];
};

/**
 * Above whatever else a box runs, and below the engine: while no control plane lives nobody is called and no call is
 * ended, and a start is all computing.
 */
const PRIORITY = -10;

/** Raises the supervisor, and by it the control plane that it starts, where the system lets us; tells how it went. */
export const raisePriority = (log: Log): void => {
  try {
    setPriority(PRIORITY);
    raiseSession();
  } catch {
    log.warn({}, 'a higher priority is not permitted: on a busy machine a control plane takes longer to be replaced');
  }
};

/**
 * Where the kernel shares processors out by session first (autogroup, sched(7)), as Debian's does, a nice value counts
 * within a session only, and the session has one of its own. It is raised where it is ours alone, as under a service
 * manager; that of a shell is not ours.
 */
const raiseSession = (): void => {
  const own = '/proc/self/autogroup';
  if (sessionOf(readFileSync('/proc/self/stat', 'latin1')) !== process.pid || !existsSync(own)) return;
  writeFileSync(own, String(PRIORITY));
};

/** Process id of the leader of a session, from a line of proc(5) `stat`: the name in it may hold anything. */
const sessionOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')')).split(' ')[4]);

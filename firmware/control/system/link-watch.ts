import { type ChildProcess, spawn } from 'node:child_process';
import { backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { after } from '../../core/machine.ts';

export type LinkWatchOptions = {
  readonly clock: Clock;
  readonly log: Log;
  /** A link, an address or a route has changed, or may have while nobody watched. */
  readonly changed: () => void;
  /** Programs that write a line for each change, tried in turn; left out: that of iproute2. */
  readonly commands?: readonly (readonly [program: string, ...words: string[]])[];
};

const IP = ['ip', '-oneline', 'monitor', 'link', 'address', 'route'] as const;
/** A plane that is killed leaves no child behind. Where the one is missing the other is tried. */
const COMMANDS = [['setpriv', '--pdeathsig', 'KILL', '--', ...IP], IP] as const;
/** One event of the kernel comes as many lines; a storm of them is looked at ten times a second. */
const STORM_MS = 100;
const RESTART = { baseMs: 1_000, capMs: 60_000 };

/**
 * Hears from the kernel (rtnetlink(7), through `ip monitor`) that something has changed in the network. What it says is
 * not read: whoever is told looks for himself, so that a lost line costs nothing.
 */
export class LinkWatch {
  readonly #options: LinkWatchOptions;
  #child: ChildProcess | undefined;
  #closed = false;
  #failures = 0;
  #waits = false;
  #again = false;
  #cancelRestart: () => void = () => {};

  constructor(options: LinkWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const commands = this.#options.commands ?? COMMANDS;
    const [program, ...words] = commands[this.#failures % commands.length]!;
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    child.stdout?.on('data', () => {
      this.#failures = 0;
      this.#heard();
    });
    child.once('error', (error) => this.#ended(child, error.message));
    child.once('exit', (code, signal) => this.#ended(child, signal ?? `exit code ${code}`));
    this.#heard();
  }

  close(): void {
    this.#closed = true;
    this.#cancelRestart();
    this.#child?.kill('SIGKILL');
  }

  #ended(child: ChildProcess, why: string): void {
    if (this.#closed || child !== this.#child) return;
    const { clock, log } = this.#options;
    this.#child = undefined;
    const waitMs = backoffMs(this.#failures++, RESTART, Math.random);
    if (this.#failures === (this.#options.commands ?? COMMANDS).length)
      log.warn({ why }, 'links of the network are not watched: a lost one is noticed by probes alone');
    this.#cancelRestart = clock.at(after(clock.now(), waitMs), () => this.start());
  }

  /** At once, and once more at the end of a storm. */
  #heard(): void {
    if (this.#waits) {
      this.#again = true;
      return;
    }
    this.#waits = true;
    this.#options.changed();
    const { clock } = this.#options;
    clock.at(after(clock.now(), STORM_MS), () => {
      this.#waits = false;
      if (!this.#again || this.#closed) return;
      this.#again = false;
      this.#heard();
    });
  }
}

/** Watches until the function that it returns is called. */
export const watchLinks = (options: LinkWatchOptions): (() => void) => {
  const watch = new LinkWatch(options);
  watch.start();
  return () => watch.close();
};

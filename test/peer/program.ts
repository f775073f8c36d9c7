import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { bounded, eventually } from './wait.ts';

export type ProgramOptions = {
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** A pipe to the program's standard input is kept open; without it the input is /dev/null. */
  readonly input?: boolean;
};

/** How a program ended: its exit code, or the signal that ended it. */
export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/**
 * A real program that a test started, in a process group of its own, writing into a log file. It is ended by its
 * process id, with all that it forked into its group.
 */
export class Program {
  readonly name: string;
  readonly logPath: string;
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  #ending: Ending | undefined;

  constructor(name: string, logPath: string, command: string, args: readonly string[], options: ProgramOptions = {}) {
    this.name = name;
    this.logPath = logPath;
    const log = openSync(logPath, 'a');
    this.#child = spawn(command, args, {
      stdio: [options.input ? 'pipe' : 'ignore', log, log],
      detached: true,
      env: { ...process.env, NODE_V8_COVERAGE: '', NODE_TEST_CONTEXT: '', ...options.environment },
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
    });
    closeSync(log);
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(this.#note({ code, signal })));
      this.#child.once('error', () => resolve(this.#note({ code: 127, signal: null })));
    });
  }

  #note(ending: Ending): Ending {
    this.#ending = ending;
    return ending;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} could not be started`);
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#ending === undefined;
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Everything the program has printed so far, standard output and errors together. */
  output(): string {
    return readFileSync(this.logPath, 'utf8');
  }

  /** Waits until the output matches; fails at once when the program ends before it does. */
  async prints(pattern: RegExp, withinMs: number): Promise<RegExpMatchArray> {
    let dead = false;
    const match = await eventually(`${pattern} from ${this.name}`, withinMs, () => {
      const found = this.output().match(pattern);
      dead = !this.running;
      return found ?? (dead ? 'dead' : undefined);
    });
    if (match === 'dead') throw new Error(`${this.name} ended before printing ${pattern}:\n${this.tail()}`);
    return match;
  }

  /** The end of the output, for an error message. */
  tail(lines = 15): string {
    return this.output().trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** Sends a signal to the program and to all processes of its group. */
  signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Sends a signal to the program's first process only. */
  signal(signal: NodeJS.Signals): void {
    if (this.running) process.kill(this.pid, signal);
  }

  /** Asks the program to end, and kills its whole group after `patienceMs`. */
  async stop(patienceMs = 1000): Promise<Ending> {
    if (this.running) {
      this.signalGroup('SIGCONT');
      this.signal('SIGTERM');
      await bounded(`the end of ${this.name}`, patienceMs, this.ended).catch(() => {});
    }
    return this.kill();
  }

  async kill(): Promise<Ending> {
    if (this.#child.pid !== undefined) this.signalGroup('SIGKILL');
    return await bounded(`the end of ${this.name} after SIGKILL`, 5000, this.ended);
  }
}

/** Runs a short program to its end and gives what it printed; throws when it fails or takes too long. */
export const run = (command: string, args: readonly string[], withinMs = 10_000): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: withinMs, killSignal: 'SIGKILL' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const text = Buffer.concat(out).toString('utf8');
      if (code === 0) resolve(text);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}: ${Buffer.concat(err)}${text}`));
    });
  });

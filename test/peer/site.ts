import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Program, type ProgramOptions } from './program.ts';
import { bounded } from './wait.ts';

/**
 * Who lives where in the network namespace of a test. The addresses are of the benchmarking range (RFC 2544) and
 * stand on the namespace's own loopback: nothing can leave, and no port can clash with another program.
 */
export const address = {
  gateway: '198.18.0.2',
  softswitchA: '198.18.0.10',
  softswitchB: '198.18.0.11',
  farEnd: '198.18.0.20',
  secondFarEnd: '198.18.0.21',
  caller: '198.18.0.22',
  relayA: '198.18.0.30',
  relayB: '198.18.0.31',
  attacker: '198.18.0.66',
} as const;

/** Throws unless this process is in a namespace laid out by `test/namespace.mjs`. */
export const requireNamespace = (): void => {
  const here = Object.values(networkInterfaces()).flat();
  if (!here.some((each) => each?.address === address.gateway)) {
    throw new Error('this test needs a network namespace of its own; run it by: npm run scenario -- NAME');
  }
};

/** The place of one test: a folder for files and logs, and everything that must be ended when the test ends. */
export class Site {
  readonly directory: string;
  readonly #programs: Program[] = [];
  readonly #judgements: (() => void)[] = [];
  readonly #endings: { readonly what: string; readonly work: () => unknown }[] = [];

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  }

  /** A path in the site's folder; the folders above it are made. */
  path(...parts: readonly string[]): string {
    const path = join(this.directory, ...parts);
    mkdirSync(join(path, '..'), { recursive: true });
    return path;
  }

  folder(...parts: readonly string[]): string {
    const path = join(this.directory, ...parts);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Starts a program that is stopped with the site. Its log is `NAME.log`, further starts append to it. */
  start(name: string, command: string, args: readonly string[], options: ProgramOptions = {}): Program {
    const program = new Program(name, this.path(`${name}.log`), command, args, options);
    this.#programs.push(program);
    this.atEnd(`stop ${name}`, () => program.stop());
    return program;
  }

  /** Adds to what is done when the test is over, last added first. */
  atEnd(what: string, work: () => unknown): void {
    this.#endings.push({ what, work });
  }

  /** Adds a judgement that is made when the body of the test has passed, while everything still runs. */
  afterwards(judge: () => void): void {
    this.#judgements.push(judge);
  }

  judge(): void {
    for (const judge of this.#judgements) judge();
  }

  /** Ends everything, each within 10 s; a part that cannot be ended is reported and the others are ended all the same. */
  async close(): Promise<string[]> {
    const complaints: string[] = [];
    for (const { what, work } of this.#endings.splice(0).reverse()) {
      try {
        await bounded(what, 10_000, Promise.resolve(work()));
      } catch (error) {
        complaints.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return complaints;
  }

  /** The end of every program's log, for the report of a failed test. */
  logs(): string {
    return this.#programs.map((program) => `--- ${program.name}\n${program.tail()}`).join('\n');
  }

  /** Files of the site with their sizes, for the report of a failed test. */
  files(): string {
    return readdirSync(this.directory)
      .map((name) => `${name} (${statSync(join(this.directory, name)).size} bytes)`)
      .join(', ');
  }
}

/**
 * Wraps a test with real programs: `test('name', onSite(async (site) => …))`. Everything that was started is ended
 * afterwards; logs and captures are removed when the test passed, and kept and named when it failed or when
 * HOLDFAST_KEEP is set.
 */
export const onSite =
  (body: (site: Site, context: TestContext) => Promise<void>) =>
  async (context: TestContext): Promise<void> => {
    requireNamespace();
    const site = new Site();
    let failed = true;
    try {
      await body(site, context);
      site.judge();
      failed = false;
    } catch (error) {
      context.diagnostic(`files kept in ${site.directory}: ${site.files()}\n${site.logs()}`);
      throw error;
    } finally {
      const complaints = await site.close();
      if (complaints.length > 0) context.diagnostic(`could not be ended in order: ${complaints.join('; ')}`);
      if (!failed && process.env['HOLDFAST_KEEP'] === undefined) rmSync(site.directory, { recursive: true });
    }
  };

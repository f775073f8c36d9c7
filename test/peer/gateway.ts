import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchClient } from '../../drivers/simulated/bench-client.ts';
import type { GatewayConfiguration } from './configuration.ts';
import { type Ending, type Program, run } from './program.ts';
import type { Site } from './site.ts';
import { eventually, patience } from './wait.ts';

export type GatewayOptions = {
  /** The first settings, as a JSON document; left out, the box starts as it comes from the factory. */
  readonly configuration?: GatewayConfiguration;
  readonly name?: string;
  /** Folder of another build than that of this run. */
  readonly bundles?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that runs the gateway: its words stand before those of the gateway's own. */
  readonly through?: readonly string[];
  /** Socket of a lab that the page may drive. */
  readonly lab?: string;
  /** Left out or true: waits until calls are possible and the bench is connected. */
  readonly waits?: boolean;
};

/** Process ids as the supervisor wrote them; a plane that is not running has none. */
export type Planes = { readonly supervisor: number; readonly engine?: number; readonly control?: number };
export type PlaneName = 'engine' | 'control';

/** Where the bundles are: of this run, or `dist/` as `npm run build` made it. */
export const bundles = process.env['HOLDFAST_BUNDLES'] ?? fileURLToPath(new URL('../../dist', import.meta.url));
const mainOf = (folder: string): string => join(folder, 'main.js');

const alive = (pid: number | undefined): pid is number => {
  if (pid === undefined) return false;
  try {
    // a zombie still has a process id
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Simulated cards get the bench socket of this run unless they name one. */
const withBench = (configuration: GatewayConfiguration, bench: string): GatewayConfiguration => ({
  ...configuration,
  cards: (configuration.cards ?? []).map((card) =>
    card.driver === 'simulated' ? { ...card, settings: { bench, ...card.settings } } : card,
  ),
});

/** The gateway as it is delivered: `dist/main.js` with both planes, simulated lines and a data folder of its own. */
export class Gateway {
  readonly name: string;
  readonly data: string;
  readonly run: string;
  readonly program: Program;
  readonly #site: Site;
  #bench: BenchClient | undefined;

  private constructor(site: Site, options: GatewayOptions) {
    this.#site = site;
    this.name = options.name ?? 'gateway';
    this.data = site.folder(this.name, 'data');
    this.run = site.folder(this.name, 'run');
    const words = ['--data', this.data, '--run', this.run];
    if (options.configuration) {
      const path = site.path(this.name, 'configuration.json');
      writeFileSync(path, JSON.stringify(withBench(options.configuration, this.benchPath), undefined, 2));
      words.push('--configuration', path);
    }
    if (options.lab !== undefined) words.push('--lab', options.lab);
    const environment = { HOLDFAST_LOG: 'debug', ...options.environment };
    const own = [process.execPath, mainOf(options.bundles ?? bundles), ...words];
    const [command = '', ...rest] = [...(options.through ?? []), ...own];
    this.program = site.start(this.name, command, rest, { environment });
  }

  static async start(site: Site, options: GatewayOptions = {}): Promise<Gateway> {
    const bundle = mainOf(options.bundles ?? bundles);
    if (!existsSync(bundle)) throw new Error(`${bundle} is missing; build it by: npm run build`);
    const gateway = new Gateway(site, options);
    site.afterwards(() => {
      const faults = gateway.faults();
      if (faults.length > 0) throw new Error(`${gateway.name} reported faults of its own: ${JSON.stringify(faults)}`);
    });
    if (options.waits ?? true) {
      await gateway.ready();
      await gateway.connectBench();
    }
    return gateway;
  }

  /** Waits until calls are possible. */
  async ready(withinMs = 10_000): Promise<void> {
    await eventually(
      `${this.name} to be ready`,
      patience(withinMs),
      () => !this.program.running || existsSync(join(this.run, 'ready')),
    );
    if (!this.program.running) throw new Error(`${this.name} did not start:\n${this.program.tail(30)}`);
  }

  get benchPath(): string {
    return join(this.run, 'bench.sock');
  }

  /** The people at the simulated phones and exchange lines. */
  get bench(): BenchClient {
    if (!this.#bench) throw new Error(`the bench of ${this.name} is not connected`);
    return this.#bench;
  }

  /** Connects (again, after the engine was killed) to the bench socket. */
  async connectBench(withinMs = 5000): Promise<BenchClient> {
    this.#bench?.close();
    const bench = await eventually(`the bench of ${this.name}`, patience(withinMs), () =>
      BenchClient.connect(this.benchPath),
    );
    this.#site.atEnd(`close the bench of ${this.name}`, () => bench.close());
    this.#bench = bench;
    return bench;
  }

  planes(): Planes {
    const planes: Planes = JSON.parse(readFileSync(join(this.run, 'planes.json'), 'utf8'));
    return planes;
  }

  /** Sends a signal to one plane; SIGKILL waits until it is gone. Gives the process id it had. */
  async signalPlane(plane: PlaneName, signal: NodeJS.Signals = 'SIGKILL'): Promise<number> {
    const pid = this.planes()[plane];
    if (!alive(pid)) throw new Error(`the ${plane} plane of ${this.name} is not running`);
    process.kill(pid, signal);
    if (signal === 'SIGKILL') await eventually(`the end of the ${plane} plane`, 2000, () => !alive(pid));
    return pid;
  }

  /** Waits until another process than `formerPid` is a plane; gives its process id. */
  async planeReplaced(plane: PlaneName, formerPid: number, withinMs: number): Promise<number> {
    return await eventually(`a new ${plane} plane`, patience(withinMs), () => {
      const pid = this.planes()[plane];
      return pid !== formerPid && alive(pid) ? pid : undefined;
    });
  }

  /** For how long the main thread of a plane has been ready to run while others had the processors, ms (schedstat). */
  waitedMs(plane: PlaneName): number {
    const pid = this.planes()[plane];
    return alive(pid) ? Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6 : 0;
  }

  /** Proportional set size of supervisor and both planes together, and their resident sizes, in bytes. */
  memory(): { readonly pss: number; readonly rss: number } {
    let [pss, rss] = [0, 0];
    for (const pid of Object.values(this.planes()).filter(alive)) {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      pss += 1024 * Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]);
      rss += 1024 * Number(/^Rss:\s+(\d+)/m.exec(rollup)?.[1]);
    }
    return { pss, rss };
  }

  /** The call records so far, oldest first. */
  records(): Record<string, unknown>[] {
    const folder = join(this.data, 'records');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.ndjson') && statSync(join(folder, name)).isFile())
      .sort()
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { record: Record<string, unknown> }).record);
  }

  /** Waits until `count` call records are there. */
  async recorded(count: number, withinMs = 5000): Promise<Record<string, unknown>[]> {
    return await eventually(`${count} call record(s)`, patience(withinMs), () => {
      const records = this.records();
      return records.length >= count ? records : undefined;
    });
  }

  /** Log lines of all its processes, parsed; lines that are no JSON are left out. */
  log(): Record<string, unknown>[] {
    return this.program
      .output()
      .split('\n')
      .flatMap((line) => {
        try {
          return line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : [];
        } catch {
          return [];
        }
      });
  }

  /** Errors of its own making: what a machine or a handler threw, whatever else a scenario did to it. */
  faults(): Record<string, unknown>[] {
    return this.log().filter((line) => /\bthrew\b|uncaught|unhandled|without end/i.test(String(line['msg'])));
  }

  /** Ends it in order. */
  async stop(patienceMs = 5000): Promise<Ending> {
    this.#bench?.close();
    return await this.program.stop(patienceMs);
  }

  /** A command of the bench's own command line, as a person would type it. */
  async typed(...words: readonly string[]): Promise<string> {
    return await run(process.execPath, [join(bundles, 'bench.js'), this.benchPath, ...words]);
  }
}

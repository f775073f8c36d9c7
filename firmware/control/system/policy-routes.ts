import { spawn } from 'node:child_process';
import { wordsOf } from '../../core/error.ts';
import { Exclusive } from '../../core/exclusive.ts';
import type { Log } from '../../core/log.ts';

/** Runs `ip` with these words and this input; gives what it printed, rejects with what it complained of. */
export type RunIp = (words: readonly string[], input?: string) => Promise<string>;

const FAMILIES = ['-4', '-6'] as const;
type Family = (typeof FAMILIES)[number];
/** Table and priority of the rules of an interface: this and its index. Numbers of our own, above those of people. */
const FIRST = 7_000;
const MOST_OUTPUT = 64 * 1024;
const PATIENCE_MS = 3_000;

type Interface = { readonly index: number; readonly addresses: readonly string[]; readonly routes: readonly string[] };

/**
 * What leaves from an address of a named interface goes by this interface, whatever the system's default route says
 * (ip-rule(8)). Binding to the address alone does not see to that: Linux would send it by the best route all the same,
 * and a provider drops what comes from a foreign address.
 */
export class PolicyRoutes {
  readonly #run: RunIp;
  readonly #log: Log;
  readonly #exclusive = new Exclusive();
  readonly #laid = new Map<string, { readonly index: number; readonly key: string }>();
  #names: readonly string[] = [];

  constructor(log: Log, run: RunIp = runIp) {
    this.#log = log;
    this.#run = run;
  }

  /** From now on for these interfaces, and no others. */
  bind(names: readonly string[]): void {
    this.#names = [...new Set(names)];
    this.changed();
  }

  /** Addresses or routes may have changed. */
  changed(): void {
    if (this.#names.length + this.#laid.size > 0) void this.#exclusive.run(() => this.#layAll());
  }

  /** Resolves when what was asked for until now is done. */
  async settled(): Promise<void> {
    await this.#exclusive.idle();
  }

  async #layAll(): Promise<void> {
    const wanted = new Set(this.#names);
    for (const family of FAMILIES) {
      for (const name of wanted) await this.#lay(family, name);
      for (const [key, { index }] of [...this.#laid])
        if (key.startsWith(family) && !wanted.has(key.slice(3))) await this.#take(family, key, index);
    }
  }

  async #lay(family: Family, name: string): Promise<void> {
    const id = `${family} ${name}`;
    try {
      const found = await this.#look(family, name);
      const before = this.#laid.get(id);
      const key = JSON.stringify(found);
      if (!found || before?.key === key) return;
      this.#laid.set(id, { index: found.index, key });
      if (found.addresses.length + (before ? 1 : 0) === 0) return;
      await this.#batch(family, [
        ...(before ? [`route flush table ${FIRST + found.index}`] : []),
        ...found.routes.map((route) => `route replace ${route} dev ${name} table ${FIRST + found.index}`),
        ...(await this.#ruleLines(family, found)),
      ]);
    } catch (error) {
      this.#log.warn(
        { interface: name, why: wordsOf(error) },
        'the policy route of a network path could not be laid; without one its traffic takes the default route',
      );
    }
  }

  /** Nobody names it any more. */
  async #take(family: Family, id: string, index: number): Promise<void> {
    this.#laid.delete(id);
    // without the right to lay them none stand
    await this.#ruleLines(family, { index, addresses: [], routes: [] })
      .then((rules) => this.#batch(family, [...rules, `route flush table ${FIRST + index}`]))
      .catch(() => {});
  }

  /** Index, addresses that can be answered, and the system's own routes over it; `undefined`: there is no such interface. */
  async #look(family: Family, name: string): Promise<Interface | undefined> {
    const shown = await this.#run(['-o', family, 'address', 'show', 'dev', name]).catch(() => '');
    const lines = [...shown.matchAll(/^(\d+): \S+ +inet6? ([0-9a-fA-F.:]+).* scope (\S+)/gm)];
    const index = Number(lines[0]?.[1]);
    if (!Number.isInteger(index)) return undefined;
    const addresses = lines.filter(([, , , scope]) => scope !== 'link').map(([, , address = '']) => address);
    const routes = await this.#run([family, 'route', 'show', 'dev', name]);
    return { index, addresses, routes: routes.split('\n').map(asAsked).filter(Boolean) };
  }

  /** Takes the rules that stand and lays those for these addresses, unless they are the same. */
  async #ruleLines(family: Family, { index, addresses }: Interface): Promise<string[]> {
    const priority = FIRST + index;
    const standing = (await this.#run([family, 'rule', 'show', 'pref', String(priority)]))
      .split('\n')
      .flatMap((line) => /from (\S+) lookup/.exec(line)?.[1] ?? []);
    if (JSON.stringify([...standing].sort()) === JSON.stringify([...addresses].sort())) return [];
    return [
      ...standing.map((from) => `rule del pref ${priority} from ${from}`),
      ...addresses.map((from) => `rule add pref ${priority} from ${from} lookup ${priority}`),
    ];
  }

  async #batch(family: Family, lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.#run([family, '-batch', '-'], `${lines.join('\n')}\n`);
  }
}

/** A route in the words in which it can be asked for: without what only the kernel says of it. */
const asAsked = (line: string): string =>
  line
    .trim()
    .replace(/ (linkdown|dead|expires \S+|error \S+)/g, '')
    .trim();

const runIp: RunIp = (words, input = '') =>
  new Promise((resolve, reject) => {
    const child = spawn('ip', words, { stdio: ['pipe', 'pipe', 'pipe'], timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
    let [output, complaint] = ['', ''];
    child.stdout.on('data', (text) => {
      if (output.length < MOST_OUTPUT) output += text;
    });
    child.stderr.on('data', (text) => {
      if (complaint.length < MOST_OUTPUT) complaint += text;
    });
    child.stdin.on('error', () => {});
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(complaint.trim() || `exit ${code}`)),
    );
    child.stdin.end(input);
  });

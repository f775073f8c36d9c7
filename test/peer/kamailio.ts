import { fileURLToPath } from 'node:url';
import { type Program, run } from './program.ts';
import type { Site } from './site.ts';
import { eventually, sleep } from './wait.ts';

export type KamailioOptions = {
  readonly name: string;
  readonly host: string;
  readonly port?: number;
  readonly algorithm?: 'MD5' | 'SHA-256';
  readonly realm?: string;
  /** The one password of all its accounts. */
  readonly password?: string;
  /** Source ports (a regular expression) that are let in without a digest. */
  readonly freePorts?: string;
  /** Where numbers beginning with 9 go, as a SIP URI. */
  readonly trunk?: string;
  /** Where the world sees it when a relay stands before it: goes into Via and Record-Route. */
  readonly advertise?: { readonly host: string; readonly port: number };
};

/** A contact that the registrar holds for an account. */
export type Binding = {
  readonly account: string;
  readonly contact: string;
  readonly received: string;
  readonly expiresS: number;
};

/** A call that the softswitch believes to be up or on its way. */
export type Dialog = { readonly callId: string; readonly state: string; readonly from: string; readonly to: string };

const configuration = fileURLToPath(new URL('kamailio/softswitch.cfg', import.meta.url));
const quoted = (text: string): string => JSON.stringify(text);

/** An answer that is on its way, on a busy machine. */
const SETTLING_MS = 5_000;

/** A real Kamailio as softswitch. Each start begins with an empty registrar. */
export class Kamailio {
  readonly host: string;
  readonly port: number;
  readonly realm: string;
  readonly #site: Site;
  readonly #options: KamailioOptions;
  #program: Program | undefined;

  private constructor(site: Site, options: KamailioOptions) {
    this.#site = site;
    this.#options = options;
    this.host = options.host;
    this.port = options.port ?? 5060;
    this.realm = options.realm ?? `${options.name}.test`;
  }

  static async start(site: Site, options: KamailioOptions): Promise<Kamailio> {
    const kamailio = new Kamailio(site, options);
    await kamailio.start();
    return kamailio;
  }

  get #control(): string {
    return this.#site.path(this.#options.name, 'control');
  }

  #sockets(): string[] {
    const at = `${this.host}:${this.port}`;
    const { advertise } = this.#options;
    const seen = advertise ? `/${advertise.host}:${advertise.port}` : '';
    return ['-l', `udp:${at}${seen}`, '-l', `tcp:${at}${seen}`];
  }

  #defines(): string[] {
    const { algorithm = 'MD5', password = 'secret', freePorts = '^0$', trunk = 'sip:127.0.0.1:9' } = this.#options;
    const defines = {
      REALM: this.realm,
      ALGORITHM: algorithm,
      PASSWORD: password,
      FREE_PORTS: freePorts,
      TRUNK: trunk,
      CONTROL: `unix:${this.#control}`,
    };
    const args = Object.entries(defines).flatMap(([name, value]) => ['-A', `${name}=${quoted(value)}`]);
    return this.#options.advertise ? [...args, '-A', 'RELAYED'] : args;
  }

  /** Starts it (again), empty, and waits until it answers its control socket. */
  async start(): Promise<void> {
    const folder = this.#site.folder(this.#options.name);
    const memory = ['-m', '32', '-M', '4'];
    const place = ['-f', configuration, '-Y', folder, '-w', folder, '-P', `${folder}/pid`];
    const args = ['-DD', '-E', '-e', ...place, ...memory, ...this.#sockets(), ...this.#defines()];
    const program = this.#site.start(this.#options.name, 'kamailio', args);
    this.#program = program;
    await eventually(`${this.#options.name} to be ready`, 10_000, async () => {
      if (!program.running) return 'dead';
      return await this.#rpc('core.uptime');
    });
    if (!program.running) throw new Error(`${this.#options.name} did not start:\n${program.tail()}`);
  }

  /** Ends all its processes in order. */
  async stop(): Promise<void> {
    await this.#program?.stop(3000);
  }

  /** Kills all its processes at once. */
  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  /** Stops all its processes where they are: packets queue in its sockets until `thaw`. */
  freeze(): void {
    this.#program?.signalGroup('SIGSTOP');
  }

  thaw(): void {
    this.#program?.signalGroup('SIGCONT');
  }

  /** Makes it refuse a method (or `all`) with a status, drop it silently, or behave again. */
  async answer(
    method: 'INVITE' | 'REGISTER' | 'OPTIONS' | 'BYE' | 'all',
    how: number | 'drop' | 'normally',
    options: { readonly retryAfterS?: number } = {},
  ): Promise<void> {
    const { retryAfterS } = options;
    if (how === 'normally') await this.#rpc('htable.delete', 'control', method).catch(() => '');
    else await this.#rpc('htable.sets', 'control', method, String(how));
    if (retryAfterS === undefined) await this.#rpc('htable.delete', 'control', 'retryAfter').catch(() => '');
    else await this.#rpc('htable.sets', 'control', 'retryAfter', String(retryAfterS));
  }

  /** From now on it answers an INVITE for `486` with 486, and so on, with this `Reason` header if one is given. */
  async numbersAreStatuses(reason?: string): Promise<void> {
    await this.#rpc('htable.sets', 'control', 'numbersAreStatuses', 'yes');
    if (reason === undefined) await this.#rpc('htable.delete', 'control', 'reason').catch(() => '');
    else await this.#rpc('htable.sets', 'control', 'reason', reason);
  }

  /** From now on it answers an INVITE for any other number with 302 and this one. */
  async leadsTo(number: string): Promise<void> {
    // `s:`: digits alone would be taken for a number of 32 bits
    await this.#rpc('htable.sets', 'control', 'leadsTo', `s:${number}`);
  }

  /** From now on it answers an INVITE for any other number with 484. */
  async whole(number: string): Promise<void> {
    await this.#rpc('htable.sets', 'control', 'whole', `s:${number}`);
  }

  /** From now on it hides every caller (RFC 3325 §9.3). */
  async hides(): Promise<void> {
    await this.#rpc('htable.sets', 'control', 'hides', 'yes');
  }

  /** From now on all numbers are this account's. */
  async everyNumberIs(user: string): Promise<void> {
    await this.#rpc('htable.sets', 'control', 'everyNumber', user);
  }

  async bindings(): Promise<Binding[]> {
    const dump = await this.#rpc('ul.dump');
    const found: Binding[] = [];
    let account = '';
    for (const block of dump.split(/(?=\bAoR: )|(?=\bAddress: )/)) {
      account = /^AoR: (\S+)/.exec(block)?.[1] ?? account;
      const contact = /^Address: (\S+)/.exec(block)?.[1];
      if (!contact) continue;
      const received = /\bReceived: (\S+)/.exec(block)?.[1] ?? '';
      found.push({ account, contact, received, expiresS: Number(/\bExpires: (-?\d+)/.exec(block)?.[1] ?? 0) });
    }
    return found;
  }

  /** Dialogs that are not over (states unconfirmed, early, confirmed). */
  async dialogs(): Promise<Dialog[]> {
    const list = await this.#rpc('dlg.list');
    return list
      .split(/(?=\bh_entry: )/)
      .filter((block) => block.startsWith('h_entry'))
      .map((block) => ({
        callId: /\bcall-id: (\S+)/.exec(block)?.[1] ?? '',
        state: /\bstate: (\d+)/.exec(block)?.[1] ?? '',
        from: /\bfrom_uri: (\S+)/.exec(block)?.[1] ?? '',
        to: /\bto_uri: (\S+)/.exec(block)?.[1] ?? '',
      }))
      .filter((dialog) => dialog.state !== '5');
  }

  /** Waits until the registrar holds `count` contacts of an account. */
  async holds(account: string, withinMs: number, count = 1): Promise<Binding[]> {
    return await eventually(`${count} binding(s) of ${account} at ${this.#options.name}`, withinMs, async () => {
      const held = (await this.bindings()).filter((binding) => binding.account.split('@')[0] === account);
      return held.length === count ? held : undefined;
    });
  }

  /** Waits until the registrar holds one contact of each account. */
  async holdsAll(accounts: readonly string[], withinMs: number): Promise<void> {
    await eventually(`a binding of each of ${accounts.join(', ')} at ${this.#options.name}`, withinMs, async () => {
      const held = (await this.bindings()).map(({ account }) => account.split('@')[0]);
      return accounts.every((account) => held.filter((each) => each === account).length === 1);
    });
  }

  /** Every request it heard since its first start, as `METHOD URI from HOST:PORT cseq=… call=… tag=…`, the tag of From. */
  heard(): string[] {
    return [...(this.#program?.output().matchAll(/heard (.*)/g) ?? [])].map((match) => match[1]!);
  }

  async #rpc(...words: readonly string[]): Promise<string> {
    return await run('kamcmd', ['-s', `unix:${this.#control}`, ...words], 3000);
  }
}

/** Waits, for some seconds at least, until a softswitch has no dialog left; what is left is in the error. */
export const noDialogs = async (kamailio: Kamailio, withinMs: number): Promise<void> => {
  const end = performance.now() + Math.max(withinMs, SETTLING_MS);
  for (;;) {
    const left = await kamailio.dialogs();
    if (left.length === 0) return;
    if (performance.now() > end) throw new Error(`dialogs left at ${kamailio.realm}: ${JSON.stringify(left)}`);
    await sleep(25);
  }
};

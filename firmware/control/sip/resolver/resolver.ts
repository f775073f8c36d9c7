import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, isIPv4 } from 'node:net';
import type { Clock } from '../../../core/clock.ts';
import { GatewayError, wordsOf } from '../../../core/error.ts';
import type { Instant } from '../../../core/machine.ts';

/** The literal address in a host text (brackets taken off), `undefined` for a name. */
export const literal = (host: string): string | undefined => {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return isIP(bare) === 0 ? undefined : bare;
};

export type Lookup = (name: string) => Promise<readonly string[]>;
const bothFamilies: Lookup = async (name) => (await systemLookup(name, { all: true })).map((found) => found.address);

const FRESH_MS = 30_000;
/** Names come from settings and from Contacts of trusted far ends; the oldest is forgotten above this many. */
const MOST_NAMES = 500;

/**
 * Names to addresses. The last good answer stays when the DNS fails: a softswitch that was reachable yesterday is
 * not lost because a name server is.
 */
export class Resolver {
  readonly #clock: Clock;
  readonly #lookup: Lookup;
  readonly #known = new Map<string, { readonly address: string; readonly at: Instant }>();
  readonly #asking = new Map<string, Promise<string>>();

  constructor(clock: Clock, lookup: Lookup = bothFamilies) {
    this.#clock = clock;
    this.#lookup = lookup;
  }

  /** The literal itself or the last good answer, at once; an old answer is asked for again behind it. */
  known(host: string): string | undefined {
    const address = literal(host);
    if (address !== undefined) return address;
    const found = this.#known.get(host);
    if (found && this.#clock.now() - found.at > FRESH_MS) this.refresh(host);
    return found?.address;
  }

  refresh(host: string): void {
    if (literal(host) === undefined) this.#ask(host).catch(() => {});
  }

  /** Rejects with GatewayError `sip-message` when the name is unknown and was never known. */
  async address(host: string): Promise<string> {
    return this.known(host) ?? this.#ask(host);
  }

  #ask(host: string): Promise<string> {
    const running = this.#asking.get(host);
    if (running) return running;
    const asking = this.#lookup(host)
      .then((addresses) => this.#learn(host, addresses))
      .catch((error) => {
        const before = this.#known.get(host);
        if (before) return before.address;
        throw new GatewayError('sip-message', `the name ${host} was not found: ${wordsOf(error)}`, error);
      })
      .finally(() => this.#asking.delete(host));
    this.#asking.set(host, asking);
    return asking;
  }

  /** Of both families IPv4 is taken, whatever the name server prefers: the flow and whoever asks mean the same one. */
  #learn(host: string, addresses: readonly string[]): string {
    const before = this.#known.get(host)?.address;
    const first = addresses.find(isIPv4) ?? addresses[0];
    const address = before !== undefined && addresses.includes(before) ? before : first;
    if (address === undefined) throw new Error('no address');
    this.#known.delete(host);
    this.#known.set(host, { address, at: this.#clock.now() });
    if (this.#known.size > MOST_NAMES) this.#known.delete(this.#known.keys().next().value!);
    return address;
  }
}

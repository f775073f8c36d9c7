import type { Clock } from '../../../core/clock.ts';
import { keepState } from '../../../core/kept-state.ts';
import { after } from '../../../core/machine.ts';
import type { Runner } from '../../../core/runner.ts';
import type { Endpoint } from '../face.ts';

/** The ports from which a carrier has connections. */
export interface PortBook {
  /** Ports from which the plane before us had connections of this local address and port. */
  former(local: Endpoint): readonly number[];
  /** They are of no use any more: `then` is called. Returns how to take that back. */
  untilUseless(then: () => void): () => void;
  opened(local: Endpoint, port: number): void;
  closed(local: Endpoint, port: number): void;
}

export type FormerPortsOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  /** States that a plane before us left. */
  readonly before: ReadonlyMap<string, unknown>;
};

const PORTS = 'sip/tcp-ports';
/** Nobody waits longer for the answer of a request that is under way (Timer C, RFC 3261 §16.6). */
const USEFUL_MS = 180_000;
const MOST_PORTS = 32;

/**
 * A far end that cannot answer over a connection that is gone opens one to where that came from (RFC 3261 §18.2.2 with
 * RFC 3581 §4), and a proxy sends its CANCEL there too. So a plane listens at the ports from which the plane before it
 * had its connections, as long as something may be under way there.
 */
export class FormerPorts implements PortBook {
  readonly #options: FormerPortsOptions;
  readonly #former: ReadonlyMap<string, readonly number[]>;
  readonly #open = new Map<string, Set<number>>();
  readonly #endsAt;

  constructor(options: FormerPortsOptions) {
    this.#options = options;
    this.#former = readPorts(options.before.get(PORTS));
    this.#endsAt = after(options.clock.now(), USEFUL_MS);
    this.#keep();
  }

  former(local: Endpoint): readonly number[] {
    return this.#options.clock.now() < this.#endsAt ? (this.#former.get(keyOf(local)) ?? []) : [];
  }

  untilUseless(then: () => void): () => void {
    return this.#options.clock.at(this.#endsAt, then);
  }

  opened(local: Endpoint, port: number): void {
    const key = keyOf(local);
    this.#open.set(key, (this.#open.get(key) ?? new Set()).add(port));
    this.#keep();
  }

  closed(local: Endpoint, port: number): void {
    if (this.#open.get(keyOf(local))?.delete(port)) this.#keep();
  }

  /** Those of the plane before us as well, while they are of use: it may be our turn to die. */
  #keep(): void {
    const { runner, clock } = this.#options;
    const former = clock.now() < this.#endsAt ? this.#former : new Map<string, readonly number[]>();
    const keys = new Set([...former.keys(), ...this.#open.keys()]);
    const all = [...keys].map((key) => [key, [...(this.#open.get(key) ?? []), ...(former.get(key) ?? [])]] as const);
    keepState(runner, PORTS, Object.fromEntries(all.map(([key, ports]) => [key, ports.slice(0, MOST_PORTS)])));
  }
}

const keyOf = ({ address, port }: Endpoint): string => `${address}|${port}`;
const isPort = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0;

const readPorts = (kept: unknown): ReadonlyMap<string, readonly number[]> =>
  new Map(
    Object.entries(kept ?? {}).map(([key, ports]) => [key, Array.isArray(ports) ? ports.filter(isPort) : []] as const),
  );

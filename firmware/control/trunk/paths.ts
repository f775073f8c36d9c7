import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Interfaces that have a link and are switched on, each with its addresses as literals. */
export type Interfaces = ReadonlyMap<string, readonly string[]>;

/** The kernel's word on links and addresses. */
export type Links = {
  now(): Interfaces;
  /** Tells of every change; returns how to stop that. */
  watch(changed: () => void): () => void;
  /** What leaves from the addresses of these interfaces is to go by them. */
  bind?(names: readonly string[]): void;
  /** Resolves when that is so, for what is known by now. */
  laid?(): Promise<void>;
};

/** Which network path a trunk takes, and whether it is there. */
export type PathSeen = { readonly interface: string; readonly up: boolean };

/** What the kernel says now: of an interface without a link, or that is switched off, nothing is listed. */
export const interfacesNow = (): Interfaces =>
  new Map(
    Object.entries(networkInterfaces()).map(([name, each]) => [name, (each ?? []).map(({ address }) => address)]),
  );

/** The interface that has this address. */
export const holderOf = (interfaces: Interfaces, address: string): string | undefined =>
  [...interfaces].find(([, addresses]) => addresses.includes(address))?.[0];

const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address);

/** The address of this interface from which `far` (a literal) can be reached; a link-local one cannot be answered. */
export const addressOn = (interfaces: Interfaces, name: string, far: string): string | undefined =>
  interfaces.get(name)?.find((address) => isIPv6(address) === isIPv6(far) && !isLinkLocal(address));

/** Whether an interface has anything to send from. */
export const usable = (interfaces: Interfaces, name: string): boolean =>
  interfaces.get(name)?.some((address) => !isLinkLocal(address)) ?? false;

export const noPathWords = (name: string): string => `the network path ${name} has no link or no address`;

export const noHolderWords = (address: string): string => `no interface has the address ${address}`;

/** The paths that trunks take, each stated once when it goes and once when it comes back (U18). */
export class Paths {
  readonly #state: (fact: 'pathUp' | 'pathDown', name: string, why: string) => void;
  readonly #down = new Set<string>();

  constructor(state: (fact: 'pathUp' | 'pathDown', name: string, why: string) => void) {
    this.#state = state;
  }

  /** `seen`: of each trunk that has or wants a path. */
  look(seen: readonly PathSeen[]): void {
    for (const { interface: name, up } of seen) {
      if (up === !this.#down.has(name)) continue;
      if (up) this.#down.delete(name);
      else this.#down.add(name);
      this.#state(up ? 'pathUp' : 'pathDown', name, up ? 'it has its link again' : noPathWords(name));
    }
    this.#forget(new Set(seen.map((each) => each.interface)));
  }

  /** No trunk takes it any more: whether it is there is nobody's concern. */
  #forget(taken: ReadonlySet<string>): void {
    for (const name of [...this.#down]) {
      if (taken.has(name)) continue;
      this.#down.delete(name);
      this.#state('pathUp', name, 'no softswitch takes it any more');
    }
  }
}

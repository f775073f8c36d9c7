import { isIPv4 } from 'node:net';
import type { Runner } from '../../core/runner.ts';
import type { Fact } from '../facts.ts';
import {
  GLOBAL_LIMITS,
  type Lockout,
  type LockoutEffect,
  type LockoutLimits,
  lockoutMachine,
  SOURCE_LIMITS,
  unlocked,
  waitOf,
} from './lockout-machine.ts';

const PREFIX = 'lockout/';
const ALL = 'all';
export const KNOWN = 'known ';
/** Sources that are remembered; beyond it the one that was wrong longest ago is forgotten, and all together count on. */
const MOST_SOURCES = 256;
/** Sources that have signed in; guesses from elsewhere do not keep them waiting. */
const MOST_TRUSTED = 32;

/** Wrong passwords by source and in all. What is counted lives on when the control plane is restarted. */
export class LockOut {
  readonly #runner: Runner;
  readonly #tell: (fact: Fact) => void;
  /** Oldest first. */
  readonly #sources = new Set<string>();
  readonly #trusted = new Set<string>();

  /** `before`: what the plane before this one has left. */
  constructor(runner: Runner, before: ReadonlyMap<string, unknown>, tell: (fact: Fact) => void) {
    this.#runner = runner;
    this.#tell = tell;
    for (const [id, state] of before) {
      if (id.startsWith(PREFIX)) this.#host(id.slice(PREFIX.length), state as Lockout);
    }
  }

  /**
   * Milliseconds that this source has to wait before its next try; 0 = none. A source that begins with `KNOWN` is one
   * browser that has signed in before: it waits for what it has done itself and for nothing else.
   */
  waitMs(source: string): number {
    const isTrusted = this.#trusted.has(source) || source.startsWith(KNOWN);
    const of = (name: string) => waitOf(this.#runner.state<Lockout>(PREFIX + name), this.#runner.now());
    return Math.max(of(source), isTrusted ? 0 : of(ALL));
  }

  wrong(source: string): void {
    this.#sources.delete(source);
    this.#count(source);
    this.#count(ALL);
    if (this.#sources.size <= MOST_SOURCES) return;
    const [oldest] = this.#sources;
    this.#sources.delete(oldest!);
    this.#runner.drop(PREFIX + oldest);
  }

  right(source: string): void {
    this.#runner.tell(PREFIX + source, { type: 'right' });
    this.#sources.delete(source);
    this.#trusted.delete(source);
    this.#trusted.add(source);
    if (this.#trusted.size > MOST_TRUSTED) this.#trusted.delete([...this.#trusted][0]!);
  }

  #count(name: string): void {
    const id = PREFIX + name;
    if (!this.#runner.has(id)) this.#host(name, unlocked(this.#runner.now(), limitsOf(name)));
    else if (name !== ALL) this.#sources.add(name);
    this.#runner.tell(id, { type: 'wrong' });
  }

  #host(name: string, state: Lockout): void {
    if (name !== ALL) this.#sources.add(name);
    const perform = ({ failures, waitMs }: LockoutEffect): void => {
      const source = name === ALL ? 'many sources' : name.startsWith(KNOWN) ? 'a browser that is known here' : name;
      this.#tell({ fact: 'sourceLocked', source, failures, seconds: Math.ceil(waitMs / 1000) });
    };
    this.#runner.host(PREFIX + name, lockoutMachine(limitsOf(name)), state, perform);
  }
}

const limitsOf = (name: string): LockoutLimits => (name === ALL ? GLOBAL_LIMITS : SOURCE_LIMITS);

const MAPPED = '::ffff:';
const GROUPS_OF_NETWORK = 4;

/**
 * What counts as one source: an IPv4 address, or the /64 of an IPv6 address, since each holder of one has 2^64
 * addresses to try from.
 */
export const sourceOf = (address: string | undefined): string => {
  if (address === undefined) return 'unknown';
  const plain = plainAddress(address);
  if (isIPv4(plain)) return plain;
  const [head = '', tail] = (plain.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - behind.length }, () => '0');
  return `${[...before, ...zeros, ...behind].slice(0, GROUPS_OF_NETWORK).join(':')}::/64`;
};

/** An IPv4 address that came over a socket for both families, as it is written otherwise. */
export const plainAddress = (address: string): string =>
  address.startsWith(MAPPED) && isIPv4(address.slice(MAPPED.length)) ? address.slice(MAPPED.length) : address;

import { createHash, randomBytes } from 'node:crypto';
import type { Instant } from '../../core/machine.ts';
import type { Runner } from '../../core/runner.ts';
import { type SessionEffect, type SessionState, sessionMachine } from './session-machine.ts';

const PREFIX = 'session/';
const ID_OCTETS = 32;
/** More people than this do not sign in at one box; the one that was used least recently makes room. */
const MOST_SESSIONS = 16;

export const COOKIE = '__Host-holdfast';
const LONGEST_COOKIE = 4096;
/** What `randomBytes(32).toString('base64url')` looks like. */
const ID_FORM = /^[A-Za-z0-9_-]{43}$/;

/** A session by its digest: what the box keeps tells nobody how to take it over. */
export type SessionKey = string;

/**
 * Who is signed in. The browser keeps a random id, the box only its digest; as machines of the runner, sessions
 * live on when the control plane is restarted, and end with the power.
 */
export class Sessions {
  readonly #runner: Runner;
  readonly #onEnd = new Map<SessionKey, Set<() => void>>();
  #keys: SessionKey[] = [];

  /** `before`: what the plane before this one has left. */
  constructor(runner: Runner, before: ReadonlyMap<string, unknown>) {
    this.#runner = runner;
    for (const [id, state] of before) {
      const session = id.startsWith(PREFIX) ? (state as SessionState | undefined) : undefined;
      // a time ahead is one of before the power went
      if (session?.is === 'open' && session.usedAt <= runner.now()) this.#host(id.slice(PREFIX.length), session);
    }
  }

  /** Opens a session and gives the id for the cookie; it is kept nowhere else. */
  open(source: string): string {
    const id = randomBytes(ID_OCTETS).toString('base64url');
    const now = this.#runner.now();
    while (this.#keys.length >= MOST_SESSIONS) this.end(this.#leastUsed()!);
    this.#host(digest(id), { is: 'open', beganAt: now, usedAt: now, source });
    return id;
  }

  /** The session of a request, which counts as a use of it; undefined for one that is not (or no longer) open. */
  of(cookieHeader: string | undefined): SessionKey | undefined {
    const id = idIn(cookieHeader);
    if (id === undefined) return undefined;
    const key = digest(id);
    if (!this.isOpen(key)) return undefined;
    this.use(key);
    return this.isOpen(key) ? key : undefined;
  }

  /** Puts off the end for want of use; the end after the longest time stays where it is. */
  use(key: SessionKey): void {
    this.#runner.tell(PREFIX + key, { type: 'used' });
  }

  isOpen(key: SessionKey): boolean {
    return this.#runner.has(PREFIX + key);
  }

  end(key: SessionKey): void {
    this.#runner.tell(PREFIX + key, { type: 'signedOut' });
  }

  /** All of them, as after a change of the password. */
  endAll(): void {
    for (const key of [...this.#keys]) this.end(key);
  }

  /**
   * Calls back when the session ends, for streams that must end with it, and soon where it has ended already (while a
   * stream was being opened); gives how to take that back.
   */
  onEnd(key: SessionKey, listener: () => void): () => void {
    if (!this.isOpen(key)) {
      let wanted = true;
      queueMicrotask(() => wanted && listener());
      return () => {
        wanted = false;
      };
    }
    const listeners = this.#onEnd.get(key) ?? new Set();
    this.#onEnd.set(key, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  #host(key: SessionKey, state: SessionState): void {
    this.#keys.push(key);
    const perform = (effect: SessionEffect) => effect.do === 'end' && this.#runner.outward(() => this.#ended(key));
    this.#runner.host(PREFIX + key, sessionMachine, state, perform);
  }

  #ended(key: SessionKey): void {
    this.#keys = this.#keys.filter((each) => each !== key);
    const listeners = this.#onEnd.get(key);
    this.#onEnd.delete(key);
    for (const listener of listeners ?? []) listener();
  }

  #leastUsed(): SessionKey | undefined {
    const usedAt = (key: SessionKey): Instant => {
      const state = this.#runner.state<SessionState>(PREFIX + key);
      return state?.is === 'open' ? state.usedAt : (0 as Instant);
    };
    return this.#keys.reduce((one, other) => (usedAt(other) < usedAt(one) ? other : one));
  }
}

const digest = (id: string): SessionKey => createHash('sha256').update(id).digest('hex');

/** The value of one cookie in a `Cookie` header. */
export const cookieIn = (header: string | undefined, name: string): string | undefined => {
  if (header === undefined || header.length > LONGEST_COOKIE) return undefined;
  const all = header.split(';').map((each) => each.trim());
  return all.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
};

/** The session id in a `Cookie` header. */
const idIn = (header: string | undefined): string | undefined => {
  const id = cookieIn(header, COOKIE);
  return id !== undefined && ID_FORM.test(id) ? id : undefined;
};

/** `__Host-` binds the cookie to this host and to HTTPS; without a life time it ends with the browser. */
export const cookieOf = (id: string): string => `${COOKIE}=${id}; Secure; HttpOnly; SameSite=Strict; Path=/`;
export const noCookie = `${COOKIE}=; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`;

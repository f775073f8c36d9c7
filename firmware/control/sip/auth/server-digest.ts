import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../../../core/machine.ts';
import type { Credentials } from '../face.ts';
import { parseParameters, quote } from '../message/headers.ts';
import type { Field, SipMessage } from '../message/message.ts';
import { octetsOf, textOf } from '../message/serializer.ts';
import type { Algorithm, Challenge } from './challenges.ts';
import { digestResponse } from './digest.ts';

/** Those that may be asked for, the preferred one first (RFC 8760 §2.3). */
const OFFERED = ['SHA-256', 'MD5'] as const satisfies readonly Algorithm[];
export type Offered = (typeof OFFERED)[number];
/** So long a nonce may be answered; then a right answer is asked for again, with `stale=true`. */
const NONCE_LIVES_S = 300;
/** Nonces whose counts are remembered: only those that were answered rightly cost memory. */
const MOST_REMEMBERED = 1_000;
const NONCE = /^[0-9a-f]{32}$/;
const COUNT = /^[0-9a-f]{8}$/i;

/**
 * What an Authorization header proves. `stale`: the password is right and the nonce is not; `missing`: there is none
 * for this realm. Who asks with a wrong password and who names nobody get the same.
 */
export type Proof = 'missing' | 'wrong' | 'stale' | 'good';

type Given = { readonly challenge: Challenge; readonly response: string; readonly cnonce: string; readonly nc: string };

/**
 * The asking side of digest (RFC 3261 §22, RFC 7616 §3.3, RFC 8760). Nonces are signed and not remembered, so that a
 * stranger costs no memory; only the counts of nonces that were answered rightly are, so that nothing is said twice.
 */
export class ServerDigest {
  readonly #now: () => Instant;
  readonly #key: Buffer;
  readonly #random: () => Buffer;
  /** Highest count of each nonce that was answered rightly. */
  readonly #counts = new Map<string, number>();
  /** Nonces made before this second are stale: their counts had to be forgotten. */
  #forgottenS = -1;

  constructor(now: () => Instant, random: () => Buffer = () => randomBytes(4)) {
    this.#now = now;
    this.#key = randomBytes(32);
    this.#random = random;
  }

  /** One WWW-Authenticate an algorithm, with a fresh nonce. */
  challenge(realm: string, stale: boolean, asked: readonly Offered[] = OFFERED): Field[] {
    const nonce = this.#nonce(realm);
    return asked.map((algorithm): Field => {
      const parts = [`realm=${quote(realm)}`, `nonce="${nonce}"`, `algorithm=${algorithm}`, 'qop="auth"'];
      return ['www-authenticate', `Digest ${[...parts, ...(stale ? ['stale=true'] : [])].join(', ')}`];
    });
  }

  /** What a request proves of this user; takes the same time for a user that there is not. */
  judge(
    request: SipMessage,
    realm: string,
    { user, password }: Credentials,
    asked: readonly Offered[] = OFFERED,
  ): Proof {
    const fields = request.fields.filter(([name]) => name === 'authorization');
    const mine = fields.map(([, value]) => read(value)).find((each) => each?.['realm'] === realm);
    if (mine === undefined) return 'missing';
    const { challenge, response, cnonce, nc } = answerOf(mine, realm);
    const wanted = digestResponse(challenge, { user, password }, request, cnonce, nc);
    const right = same(wanted, response) && textOf(mine['username'] ?? '') === user && mine['uri'] === request.uri;
    const known = asked.some((each) => each === challenge.algorithm) && !challenge.session;
    if (!right || !known || (challenge.qop && !COUNT.test(nc))) return 'wrong';
    return this.#isFresh(challenge, realm, nc) ? 'good' : 'stale';
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }

  #nonce(realm: string): string {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(this.#seconds() % 2 ** 32);
    this.#random().copy(head, 4);
    return head.toString('hex') + this.#sign(head, realm);
  }

  #sign(head: Buffer, realm: string): string {
    return createHmac('sha256', this.#key).update(head).update(octetsOf(realm), 'latin1').digest('hex').slice(0, 16);
  }

  /** Ours, young, and its count higher than all before; without qop it counts once (RFC 7616 §3.4.6 knows no such). */
  #isFresh({ nonce, qop }: Challenge, realm: string, nc: string): boolean {
    if (!NONCE.test(nonce)) return false;
    const head = Buffer.from(nonce.slice(0, 16), 'hex');
    const madeS = head.readUInt32BE();
    const ageS = this.#seconds() - madeS;
    if (!same(this.#sign(head, realm), nonce.slice(16)) || ageS < 0 || ageS > NONCE_LIVES_S) return false;
    if (madeS <= this.#forgottenS) return false;
    const count = qop ? Number.parseInt(nc, 16) : 1;
    if (count <= (this.#counts.get(nonce) ?? 0)) return false;
    this.#remember(nonce, count);
    return true;
  }

  #remember(nonce: string, count: number): void {
    this.#counts.delete(nonce);
    this.#counts.set(nonce, count);
    if (this.#counts.size <= MOST_REMEMBERED) return;
    const [oldest] = this.#counts.keys();
    if (oldest === undefined) return;
    this.#counts.delete(oldest);
    this.#forgottenS = Math.max(this.#forgottenS, Buffer.from(oldest.slice(0, 8), 'hex').readUInt32BE());
  }
}

/** Parameters of one Authorization value; undefined if it is no digest. */
const read = (value: string): Readonly<Record<string, string>> | undefined => {
  const gap = value.indexOf(' ');
  if (value.slice(0, gap).toLowerCase() !== 'digest') return undefined;
  return parseParameters(value.slice(gap + 1), 44);
};

/** What an algorithm that we do not know is counted as: it is refused, and takes as long. */
const answerOf = (parameters: Readonly<Record<string, string>>, realm: string): Given => {
  const named = (parameters['algorithm'] ?? 'MD5').toUpperCase();
  const algorithm = OFFERED.find((each) => each === named);
  const { nonce = '', qop, response = '', cnonce = '', nc = '' } = parameters;
  const challenge: Challenge = {
    ...{ realm, nonce, algorithm: algorithm ?? 'SHA-256', session: algorithm === undefined },
    ...{ qop: qop !== undefined, stale: false, proxy: false },
  };
  return { challenge, response: response.toLowerCase(), cnonce, nc };
};

const same = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1')];
  return a.length === b.length && timingSafeEqual(a, b);
};

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { splitList } from './message.ts';

/** Digest access authentication as the server asks and checks it (RFC 3261 §22.4, RFC 8760, RFC 7616). */

export type Algorithm = 'MD5' | 'SHA-256';

export type Answer = {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: Algorithm;
  readonly qop?: string;
  readonly nc?: string;
  readonly cnonce?: string;
};

const hashes: Readonly<Record<Algorithm, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

/** What the client must have computed (RFC 7616 §3.4.1). `method` and `uri` are those of the request. */
export const expectedResponse = (answer: Omit<Answer, 'response'>, method: string, password: string): string => {
  const hash = (text: string) => createHash(hashes[answer.algorithm]).update(text, 'latin1').digest('hex');
  const first = hash(`${answer.username}:${answer.realm}:${password}`);
  const second = hash(`${method}:${answer.uri}`);
  return answer.qop === undefined
    ? hash(`${first}:${answer.nonce}:${second}`)
    : hash(`${first}:${answer.nonce}:${answer.nc ?? ''}:${answer.cnonce ?? ''}:${answer.qop}:${second}`);
};

const unquoted = (text: string): string =>
  text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;

/** Reads an Authorization or Proxy-Authorization field; undefined when it is none of ours. */
export const parseAnswer = (value: string): Answer | undefined => {
  if (!/^digest /i.test(value)) return undefined;
  const fields = Object.fromEntries(
    splitList(value.slice('digest '.length)).map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim().toLowerCase(), unquoted(part.slice(at + 1).trim())];
    }),
  );
  const { username, realm, nonce, uri, response, qop, nc, cnonce } = fields;
  const algorithm = (fields['algorithm'] ?? 'MD5').toUpperCase();
  if (!username || !realm || !nonce || !uri || !response || !(algorithm in hashes)) return undefined;
  return {
    ...{ username, realm, nonce, uri, response, algorithm: algorithm as Algorithm },
    ...(qop === undefined ? {} : { qop }),
    ...(nc === undefined ? {} : { nc }),
    ...(cnonce === undefined ? {} : { cnonce }),
  };
};

export type Verdict = 'good' | 'stale' | 'wrong';

export type GuardOptions = {
  readonly realm: string;
  /** In order of preference; each gets a challenge of its own (RFC 8760 §2.3). */
  readonly algorithms: readonly Algorithm[];
  readonly nonceLifeMs: number;
  readonly now: () => number;
};

/** Nonces whose highest count is kept; more push out the oldest, which are then stale. */
const MOST_COUNTED = 2000;

/** Makes challenges and judges answers. Nonces carry their time, signed, so that asking costs no memory. */
export class Guard {
  readonly #options: GuardOptions;
  readonly #secret = randomBytes(16);
  readonly #counts = new Map<string, number>();
  #forgottenBefore = 0;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  #signed(time: string): string {
    return `${time}-${createHmac('sha256', this.#secret).update(time).digest('hex').slice(0, 24)}`;
  }

  /** The values of WWW-Authenticate or Proxy-Authenticate. */
  challenges(stale: boolean): string[] {
    const { realm, algorithms, now } = this.#options;
    return algorithms.map((algorithm) => {
      const nonce = this.#signed(`${Math.round(now())}.${randomBytes(6).toString('hex')}`);
      const note = stale ? ', stale=true' : '';
      return `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${note}`;
    });
  }

  /** Judges an answer of this user to a request of this method. */
  judge(answer: Answer, method: string, password: string): Verdict {
    const { realm, algorithms } = this.#options;
    if (answer.realm !== realm || !algorithms.includes(answer.algorithm)) return 'wrong';
    const expected = Buffer.from(expectedResponse(answer, method, password));
    const given = Buffer.from(answer.response.toLowerCase());
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return 'wrong';
    return answer.qop === 'auth' && this.#fresh(answer) ? 'good' : 'stale';
  }

  /** A nonce of ours, young enough, with a count that was not used before (RFC 7616 §3.4.6). */
  #fresh({ nonce, nc = '' }: Answer): boolean {
    const [time = ''] = nonce.split('-');
    const made = Number(time.split('.')[0]);
    const { now, nonceLifeMs } = this.#options;
    if (nonce !== this.#signed(time) || made < this.#forgottenBefore || now() - made > nonceLifeMs) return false;
    const count = Number.parseInt(nc, 16);
    if (!(count > (this.#counts.get(nonce) ?? 0))) return false;
    this.#counts.delete(nonce);
    this.#counts.set(nonce, count);
    if (this.#counts.size > MOST_COUNTED) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    const oldest = this.#counts.keys().next().value!;
    this.#counts.delete(oldest);
    this.#forgottenBefore = Math.max(this.#forgottenBefore, Number(oldest.split('.')[0]) + 1);
  }
}

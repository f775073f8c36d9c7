import { createHash } from 'node:crypto';
import type { Credentials } from '../face.ts';
import { quote } from '../message/headers.ts';
import type { Field } from '../message/message.ts';
import { octetsOf } from '../message/serializer.ts';
import type { Algorithm, Challenge } from './challenges.ts';

const hashNames: Readonly<Record<Algorithm, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

/** The answer to a challenge: the field to send (RFC 7616 §3.4). `count` is nc, from 1 on for each nonce. */
export const authorization = (
  challenge: Challenge,
  credentials: Credentials,
  request: { readonly method: string; readonly uri: string },
  cnonce: string,
  count: number,
): Field => {
  const nc = count.toString(16).padStart(8, '0');
  const response = digestResponse(challenge, credentials, request, cnonce, nc);
  const parts = [
    `username=${quote(octetsOf(credentials.user))}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
  ];
  if (challenge.spelling !== undefined) parts.push(`algorithm=${challenge.spelling}`);
  if (challenge.qop) parts.push('qop=auth', `nc=${nc}`);
  if (challenge.qop || challenge.session) parts.push(`cnonce="${cnonce}"`);
  if (challenge.opaque !== undefined) parts.push(`opaque=${quote(challenge.opaque)}`);
  return [challenge.proxy ? 'proxy-authorization' : 'authorization', `Digest ${parts.join(', ')}`];
};

/** The hash itself (RFC 7616 §3.4.1); without qop in the way of RFC 2069. `nc` is 8 hexadecimal digits. */
export const digestResponse = (
  challenge: Challenge,
  credentials: Credentials,
  request: { readonly method: string; readonly uri: string },
  cnonce: string,
  nc: string,
): string => {
  const hash = (text: string): string =>
    createHash(hashNames[challenge.algorithm]).update(Buffer.from(text, 'latin1')).digest('hex');
  const secret = hash(`${octetsOf(credentials.user)}:${challenge.realm}:${octetsOf(credentials.password)}`);
  const a1 = challenge.session ? hash(`${secret}:${challenge.nonce}:${cnonce}`) : secret;
  const a2 = hash(`${request.method}:${request.uri}`);
  if (!challenge.qop) return hash(`${a1}:${challenge.nonce}:${a2}`);
  return hash(`${a1}:${challenge.nonce}:${nc}:${cnonce}:auth:${a2}`);
};

/** A realm and a user come from settings; nonces of more than this many are not kept. */
const MOST_KEPT = 1_000;

type Kept = { readonly challenges: readonly Challenge[]; counts: number };

/**
 * Challenges that were answered well, by flow, user and kind of request: the next request carries its answer at once
 * and saves the round. Each use of a nonce counts (RFC 7616 §3.4.3), so that parallel requests differ.
 */
export class KeptChallenges {
  readonly #kept = new Map<string, Kept>();

  keep(key: string, challenges: readonly Challenge[]): void {
    this.#kept.delete(key);
    this.#kept.set(key, { challenges, counts: 0 });
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
  }

  forget(key: string): void {
    this.#kept.delete(key);
  }

  /** The fields that answer what is kept under this key, none if nothing is. */
  answer(
    key: string,
    credentials: Credentials,
    request: { readonly method: string; readonly uri: string },
    cnonce: () => string,
  ): Field[] {
    const kept = this.#kept.get(key);
    if (!kept) return [];
    kept.counts++;
    return kept.challenges.map((challenge) => authorization(challenge, credentials, request, cnonce(), kept.counts));
  }
}

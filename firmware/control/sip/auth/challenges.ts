import { parseParameters, splitList } from '../message/headers.ts';
import type { SipMessage } from '../message/message.ts';
import { isToken } from '../message/uri.ts';

/** Hash functions we answer with, the strongest first (RFC 8760 §2.3). */
export const algorithms = ['SHA-512-256', 'SHA-256', 'MD5'] as const;
export type Algorithm = (typeof algorithms)[number];
export type Challenge = {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: Algorithm;
  readonly session: boolean;
  /** As the challenge spelled it; written back only if it was there. */
  readonly spelling?: string;
  readonly qop: boolean;
  readonly opaque?: string;
  readonly stale: boolean;
  /** From a 407: answered in Proxy-Authorization. */
  readonly proxy: boolean;
};

/** The challenges of a 401 or 407 that can be answered: one for each realm, with the strongest algorithm offered. */
export const challengesOf = (response: SipMessage): Challenge[] => {
  const best = new Map<string, Challenge>();
  for (const name of ['www-authenticate', 'proxy-authenticate']) {
    for (const field of response.fields) {
      if (field[0] !== name) continue;
      for (const text of schemes(field[1])) {
        const challenge = parseChallenge(text, name === 'proxy-authenticate');
        if (!challenge) continue;
        const key = `${challenge.proxy}|${challenge.realm}`;
        const other = best.get(key);
        if (!other || strength(challenge) > strength(other)) best.set(key, challenge);
      }
    }
  }
  return [...best.values()];
};

const strength = (challenge: Challenge): number => -algorithms.indexOf(challenge.algorithm);

/** Cuts one field into its challenges: each begins with a scheme and a blank, `Digest realm=…`. */
const schemes = (value: string): string[] => {
  const found: string[] = [];
  for (const piece of splitList(value)) {
    const gap = piece.indexOf(' ');
    const begins = gap > 0 && isToken(piece.slice(0, gap)) && !piece.slice(gap).trimStart().startsWith('=');
    if (begins || found.length === 0) found.push(piece);
    else found[found.length - 1] += `,${piece}`;
  }
  return found;
};

const parseChallenge = (text: string, proxy: boolean): Challenge | undefined => {
  const gap = text.indexOf(' ');
  if (text.slice(0, gap).toLowerCase() !== 'digest') return undefined;
  const parameters = parseParameters(text.slice(gap + 1), 44);
  const realm = parameters?.['realm'];
  const nonce = parameters?.['nonce'];
  if (!parameters || realm === undefined || nonce === undefined) return undefined;
  const spelling = parameters['algorithm'];
  const wanted = (spelling ?? 'MD5').toUpperCase();
  const session = wanted.endsWith('-SESS');
  const algorithm = algorithms.find((each) => each === (session ? wanted.slice(0, -5) : wanted));
  const qops = parameters['qop']
    ?.toLowerCase()
    .split(',')
    .map((each) => each.trim());
  if (!algorithm || (qops && !qops.includes('auth'))) return undefined;
  return {
    realm,
    nonce,
    algorithm,
    session,
    ...(spelling === undefined ? {} : { spelling }),
    qop: qops !== undefined,
    ...(parameters['opaque'] === undefined ? {} : { opaque: parameters['opaque'] }),
    stale: parameters['stale']?.toLowerCase() === 'true',
    proxy,
  };
};

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { cookieIn } from './sessions.ts';

/**
 * The mark of a browser that has signed in before. Its wrong passwords are counted apart from those of its source, so
 * that nobody behind the same router or on the same network can keep the owner of the box out by guessing. It opens
 * nothing: the password is asked as ever. Keyed by the digest of the password, it ends when that is changed.
 */
const COOKIE = '__Host-holdfast-known';
const A_YEAR_S = 31_536_000;
const NONCE_OCTETS = 12;
/** 16 letters of the browser's own, then a SHA-256 in base64url. */
const FORM = /^([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{43})$/;

const seal = (nonce: string, secret: string): string =>
  createHmac('sha256', secret).update(`known ${nonce}`).digest('base64url');

/** A new mark, as a `Set-Cookie` header. */
export const knownCookie = (secret: string): string => {
  const nonce = randomBytes(NONCE_OCTETS).toString('base64url');
  return `${COOKIE}=${nonce}.${seal(nonce, secret)}; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=${A_YEAR_S}`;
};

/** A name of the browser that a request comes from, where it bears a mark of ours; undefined otherwise. */
export const knownBrowser = (cookieHeader: string | undefined, secret: string): string | undefined => {
  const [, nonce, sealed] = FORM.exec(cookieIn(cookieHeader, COOKIE) ?? '') ?? [];
  if (nonce === undefined || sealed === undefined) return undefined;
  return timingSafeEqual(Buffer.from(sealed), Buffer.from(seal(nonce, secret))) ? nonce : undefined;
};

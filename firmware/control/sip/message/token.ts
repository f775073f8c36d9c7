import { randomBytes } from 'node:crypto';

/** Makes tags, branches, Call-IDs and cnonces: 64 bits each, not to be guessed (RFC 3261 §19.3). */
export type TokenMaker = () => string;

/** Tests give a `random` (0 to below 1) of their own to know what comes; otherwise the system's generator is used. */
export const tokenMaker = (random?: () => number): TokenMaker => {
  if (!random) return () => randomBytes(8).toString('hex');
  const half = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return () => half() + half();
};

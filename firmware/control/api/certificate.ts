import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { GatewayError } from '../../core/error.ts';
import type { DurableFile } from '../../store/durable-file.ts';
import { type OwnNames, ownHostNames } from './origin.ts';

/** Both in PEM. */
export type KeyAndCertificate = { readonly key: string; readonly certificate: string };

/** A second on a laptop; a small board may take longer. */
const MAKING_MS = 60_000;
const LARGEST_ANSWER = 65_536;

/** Addresses of this box, as they are when the certificate is made. */
const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ scopeid }) => !scopeid)
    .map(({ address }) => address);

/**
 * Reads the certificate of the box, or makes one where there is none that can be used. It stays when address or name
 * change: a browser warns of a certificate that the box has made itself in any case, and a person who has compared
 * its fingerprint once should not have to do so again.
 * @param maker the program that makes one
 */
export const certificateOf = async (
  file: DurableFile<KeyAndCertificate>,
  maker: string,
  own: OwnNames,
): Promise<KeyAndCertificate> => {
  const found = await file.read();
  if (found && belongTogether(found)) return found;
  const made = await make(maker, own);
  if (!belongTogether(made)) throw new GatewayError('certificate-failed', 'key and certificate do not fit each other');
  await file.write(made);
  return made;
};

/** SHA-256 in pairs of hex digits, as a browser shows it. */
export const fingerprintOf = ({ certificate }: KeyAndCertificate): string =>
  new X509Certificate(certificate).fingerprint256;

const belongTogether = ({ key, certificate }: KeyAndCertificate): boolean => {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
};

const make = (maker: string, own: OwnNames): Promise<KeyAndCertificate> =>
  new Promise((resolve, reject) => {
    const names = ownHostNames(own);
    const words = [names[1] ?? 'holdfast', ...names, ...new Set(['127.0.0.1', '::1', ...ownAddresses()])];
    const limits = { timeout: MAKING_MS, maxBuffer: LARGEST_ANSWER };
    execFile(process.execPath, [maker, ...words], limits, (error, output) => {
      if (error) reject(new GatewayError('certificate-failed', `${maker} has failed`, error));
      else resolve(JSON.parse(output) as KeyAndCertificate);
    });
  });

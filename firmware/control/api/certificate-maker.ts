import { setPriority } from 'node:os';
import { generate, type SubjectAltNameEntry } from 'selfsigned';

/**
 * Makes a key and a certificate, writes both as JSON to standard output, and ends. A process of its own: what the
 * library takes of memory goes with it. Arguments: the common name, then host names and addresses.
 *
 * Valid from 2000 to 2049: a box whose clock is wrong at its first start would otherwise make one that is not valid
 * yet, or no more. 2049 is the last year that its form of time can say (RFC 5280 4.1.2.5).
 */
const VALID = { notBeforeDate: new Date('2000-01-01T00:00:00Z'), notAfterDate: new Date('2049-12-31T23:59:59Z') };

/** Calls come first: the planes are starting at that moment. */
setPriority(10);

const [name = 'holdfast', ...others] = process.argv.slice(2);

const isAddress = (text: string): boolean => text.includes(':') || /^[0-9.]+$/.test(text);
const altNames = others.map(
  (each): SubjectAltNameEntry => (isAddress(each) ? { type: 7, ip: each } : { type: 2, value: each }),
);

const made = await generate([{ name: 'commonName', value: name }], {
  ...VALID,
  keyType: 'ec',
  curve: 'P-256',
  algorithm: 'sha256',
  extensions: [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames },
  ],
});
process.stdout.write(JSON.stringify({ key: made.private, certificate: made.cert }));

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Refused } from './answer.ts';
import { plainAddress } from './lock-out.ts';

/** The names by which a browser may ask for the page. */
export type OwnNames = { readonly name: string; readonly names: readonly string[] };

const LONGEST_NAME = 63;

/** The name of the box as the first part of a host name: `Box at Main St.` is `box-at-main-st`. */
export const hostNameOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_NAME)
    .replace(/^-/, '')
    .replace(/-$/, '');

/** All host names that are ours, in small letters. */
export const ownHostNames = ({ name, names }: OwnNames): readonly string[] => {
  const own = hostNameOf(name);
  const byName = own === '' ? [] : [own, `${own}.local`];
  return ['localhost', ...byName, ...names.map((each) => each.toLowerCase())];
};

const HOST_FORM = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9.-]{1,255}))(?::[0-9]{1,5})?$/;

/** Host name or address in a `Host` header, without port; undefined where it is none. */
export const hostIn = (header: string | undefined): string | undefined => {
  const found = HOST_FORM.exec(header ?? '');
  return (found?.[1] ?? found?.[2])?.toLowerCase();
};

/**
 * True where the host that a request names is ours: the address it has come in at, or one of our names. A page
 * elsewhere whose name is made to lead to our address (DNS rebinding) is told apart by this.
 */
export const isOurHost = (header: string | undefined, arrivedAt: string | undefined, own: OwnNames): boolean => {
  const host = hostIn(header);
  if (host === undefined) return false;
  if (isIP(host) !== 0) return arrivedAt !== undefined && sameAddress(host, plainAddress(arrivedAt));
  return ownHostNames(own).includes(host.replace(/\.$/, ''));
};

const sameAddress = (one: string, other: string): boolean =>
  one === other || new URL(`http://${bracketed(one)}`).hostname === new URL(`http://${bracketed(other)}`).hostname;

const bracketed = (address: string): string => (isIP(address) === 6 ? `[${address.split('%')[0]}]` : address);

export const checkHost = (request: IncomingMessage, own: OwnNames): void => {
  // two of them are no request (RFC 9112 3.2): whoever stands between might have looked at the other
  const { length } = request.headersDistinct['host'] ?? [];
  if (length === 1 && isOurHost(request.headers.host, request.socket.localAddress, own)) return;
  throw new Refused('host-refused', 'The page answers by its address and its own names only; names are set in access.');
};

/** What a browser says of a request that another page has made; one at another port of this host is `same-site`. */
const FOREIGN: readonly unknown[] = ['cross-site', 'same-site'];

/**
 * `changes`: the request may change something, so it must say where it comes from. `path`: what is asked, in plain
 * form; another page may lead to the files of the page, as by a link, and to nothing else.
 */
export const checkOrigin = (request: IncomingMessage, changes: boolean, path: string): void => {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const elsewhere = origin !== undefined && origin.toLowerCase() !== `https://${host?.toLowerCase()}`;
  const unsaid = changes && origin === undefined && site !== 'same-origin';
  const forOthers = FOREIGN.includes(site) && path.startsWith('/api/');
  if (!elsewhere && !unsaid && !forOthers) return;
  throw new Refused('origin-refused', 'Only the page of this box itself may ask this.');
};

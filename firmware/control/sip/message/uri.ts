import { isIPv6 } from 'node:net';
import { LONGEST_URI, MOST_PARAMETERS } from './limits.ts';

/** A `sip:`, `sips:` or `tel:` URI. `host` is without brackets; a tel URI has its number in `user` and no host. */
export type SipUri = {
  readonly scheme: 'sip' | 'sips' | 'tel';
  /** As written, still with its %-escapes; `userOf` gives the plain text. */
  readonly user: string;
  readonly host: string;
  readonly port?: number;
  /** Names in lower case; a parameter without value is ''. */
  readonly parameters: Readonly<Record<string, string>>;
};

/** Why a text is no URI for us: `scheme` is another scheme (416), `syntax` is broken (400). */
export type UriFault = 'scheme' | 'syntax';

/** Reads a URI (RFC 3261 §19.1.1, RFC 3966 §3); headers behind `?` are dropped. */
export const parseUri = (text: string): SipUri | UriFault => {
  if (text.length > LONGEST_URI) return 'syntax';
  const colon = text.indexOf(':');
  if (colon < 1) return 'syntax';
  const scheme = text.slice(0, colon).toLowerCase();
  if (!isToken(scheme)) return 'syntax';
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') return 'scheme';
  if (hasControl(text)) return 'syntax';
  const rest = text.slice(colon + 1);
  return scheme === 'tel' ? parseTel(rest) : parseSip(scheme, rest);
};

export const isUri = (value: SipUri | UriFault): value is SipUri => typeof value !== 'string';

const parseTel = (rest: string): SipUri | UriFault => {
  const [number = '', ...pieces] = rest.split(';', MOST_PARAMETERS);
  const parameters = parametersOf(pieces);
  return number === '' || !parameters ? 'syntax' : { scheme: 'tel', user: number, host: '', parameters };
};

const parseSip = (scheme: 'sip' | 'sips', rest: string): SipUri | UriFault => {
  const at = rest.lastIndexOf('@');
  const question = rest.indexOf('?', at + 1);
  const tail = rest.slice(at + 1, question < 0 ? undefined : question);
  const [place = '', ...pieces] = tail.split(';', MOST_PARAMETERS);
  const hostPort = parseHostPort(place);
  const parameters = parametersOf(pieces);
  if (!hostPort || !parameters) return 'syntax';
  const userInfo = at < 0 ? '' : rest.slice(0, at);
  if (at === 0 || userInfo.includes('@')) return 'syntax';
  const password = userInfo.indexOf(':');
  return { scheme, user: password < 0 ? userInfo : userInfo.slice(0, password), ...hostPort, parameters };
};

/** `host`, `host:port`, `[v6]:port`; the brackets are taken off. `undefined` if it is none of them. */
export const parseHostPort = (text: string): { host: string; port?: number } | undefined => {
  const end = text.startsWith('[') ? text.indexOf(']') : -1;
  if (text.startsWith('[') && (end < 0 || !isIPv6(text.slice(1, end)))) return undefined;
  const colon = text.indexOf(':', end + 1);
  const host = end >= 0 ? text.slice(1, end) : colon < 0 ? text : text.slice(0, colon);
  if (end >= 0 && text.length > end + 1 && colon !== end + 1) return undefined;
  if (host === '' || (end < 0 && !isHostName(host))) return undefined;
  if (colon < 0) return { host };
  const port = wholeNumber(text.slice(colon + 1), 65_535);
  return port === undefined || port === 0 ? undefined : { host, port };
};

const parametersOf = (pieces: readonly string[]): Record<string, string> | undefined => {
  const parameters: Record<string, string> = Object.create(null);
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    const name = (equals < 0 ? piece : piece.slice(0, equals)).toLowerCase();
    if (name === '') return undefined;
    parameters[name] = equals < 0 ? '' : piece.slice(equals + 1);
  }
  return parameters;
};

/** A number of digits only, at most `highest`. */
export const wholeNumber = (text: string, highest: number): number | undefined => {
  if (text.length === 0 || text.length > 10) return undefined;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return undefined;
  }
  const value = Number(text);
  return value <= highest ? value : undefined;
};

const allowed = (characters: string): Uint8Array => {
  const table = new Uint8Array(256);
  for (const character of `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789${characters}`) {
    table[character.charCodeAt(0)] = 1;
  }
  return table;
};
const tokenTable = allowed("-.!%*_+`'~");
const hostTable = allowed('-._');
const every = (text: string, table: Uint8Array): boolean => {
  for (let at = 0; at < text.length; at++) if (table[text.charCodeAt(at)] !== 1) return false;
  return text.length > 0;
};
/** RFC 3261 §25.1 `token`. */
export const isToken = (text: string): boolean => every(text, tokenTable);
const isHostName = (text: string): boolean => every(text, hostTable);
const hasControl = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code === 127 || code === 60 || code === 62 || code === 34) return true;
  }
  return false;
};

/** The user part in plain text; a broken escape is left as it is. */
export const userOf = (uri: SipUri): string => {
  const bare = uri.user.split(';', 1)[0]!;
  if (!bare.includes('%')) return bare;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
};

/** An address as it is written in a URI or Via: IPv6 in brackets. */
export const hostText = (address: string): string => (address.includes(':') ? `[${address}]` : address);

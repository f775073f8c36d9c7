import { HIGHEST_CSEQ, MOST_PARAMETERS, MOST_VALUES } from './limits.ts';
import { isToken, parseHostPort, wholeNumber } from './uri.ts';

export type Parameters = Readonly<Record<string, string>>;
export type Via = {
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
  readonly branch: string;
  readonly parameters: Parameters;
};
/** From, To, Contact, Route …: an address with an optional name and the parameters of the header. */
export type NameAddressValue = { readonly name?: string; readonly uri: string; readonly parameters: Parameters };
export type Cseq = { readonly number: number; readonly method: string };

const noParameters: Parameters = Object.freeze(Object.create(null));
const QUOTE = 34;
const BACKSLASH = 92;

/** Index of the first `;` or `,` outside of quotes and angle brackets from `from` on, or -1; `plain` text has neither. */
const find = (text: string, wanted: number, from: number, plain: boolean): number => {
  if (plain) return text.indexOf(wanted === 59 ? ';' : ',', from);
  let quoted = false;
  let angle = false;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) quoted = false;
    } else if (code === wanted && !angle) return at;
    else if (code === QUOTE) quoted = true;
    else if (code === 60) angle = true;
    else if (code === 62) angle = false;
  }
  return -1;
};

const isPlain = (text: string): boolean => !text.includes('"') && !text.includes('<');

/** Splits a comma list outside of quotes and `<>`; at most `MOST_VALUES` values, the rest is dropped. */
export const splitList = (text: string): string[] => {
  if (!text.includes(',')) return text === '' ? [] : [text];
  const values: string[] = [];
  const plain = isPlain(text);
  let from = 0;
  while (values.length < MOST_VALUES) {
    const comma = find(text, 44, from, plain);
    const value = text.slice(from, comma < 0 ? undefined : comma).trim();
    if (value !== '') values.push(value);
    if (comma < 0) break;
    from = comma + 1;
  }
  return values;
};

/** Reads `;name=value;flag`; names in lower case, quotes taken off. `undefined` when a name is no token. */
export const parseParameters = (text: string, separator = 59): Parameters | undefined => {
  if (text.length === 0) return noParameters;
  const parameters: Record<string, string> = Object.create(null);
  const plain = isPlain(text);
  let from = 0;
  for (let count = 0; count < MOST_PARAMETERS; count++) {
    const end = find(text, separator, from, plain);
    const piece = text.slice(from, end < 0 ? undefined : end).trim();
    if (piece !== '') {
      const equals = piece.indexOf('=');
      const name = (equals < 0 ? piece : piece.slice(0, equals)).trim().toLowerCase();
      if (!isToken(name)) return undefined;
      parameters[name] = equals < 0 ? '' : unquote(piece.slice(equals + 1).trim());
    }
    if (end < 0) return parameters;
    from = end + 1;
  }
  return undefined;
};

/** The text of a quoted string without its quotes and escapes; any other text as it is. */
export const unquote = (text: string): string => {
  if (text.length < 2 || text.charCodeAt(0) !== QUOTE || text.charCodeAt(text.length - 1) !== QUOTE) return text;
  const inner = text.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let plain = '';
  for (let at = 0; at < inner.length; at++)
    plain += inner.charCodeAt(at) === BACKSLASH ? (inner[++at] ?? '') : inner[at];
  return plain;
};

/** Text as a quoted string; CR, LF and other controls become spaces. */
export const quote = (text: string): string => {
  let quoted = '"';
  for (const character of text) {
    const code = character.charCodeAt(0);
    quoted += code < 32 || code === 127 ? ' ' : code === QUOTE || code === BACKSLASH ? `\\${character}` : character;
  }
  return `${quoted}"`;
};

/** One Via value (RFC 3261 §20.42). */
export const parseVia = (text: string): Via | undefined => {
  const semicolon = text.indexOf(';');
  const head = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  const gap = head.search(/[ \t]/);
  if (gap < 0) return undefined;
  const [name, version, transport] = head.slice(0, gap).split('/');
  if (name?.toUpperCase() !== 'SIP' || version !== '2.0') return undefined;
  const place = parseHostPort(head.slice(gap + 1).trim());
  const parameters = parseParameters(semicolon < 0 ? '' : text.slice(semicolon + 1));
  if (!place || !parameters || !transport || !isToken(transport)) return undefined;
  return { transport: transport.toUpperCase(), ...place, branch: parameters['branch'] ?? '', parameters };
};

/** One address value (RFC 3261 §20.10): without `<>` what follows a `;` belongs to the header, not to the URI. */
export const parseNameAddress = (text: string): NameAddressValue | undefined => {
  const open = findAngle(text);
  if (open < 0) {
    const semicolon = text.indexOf(';');
    const uri = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
    const parameters = parseParameters(semicolon < 0 ? '' : text.slice(semicolon + 1));
    return parameters && uri !== '' && !uri.includes('"') ? { uri, parameters } : undefined;
  }
  const close = text.indexOf('>', open);
  if (close < 0) return undefined;
  const tail = text.slice(close + 1).trim();
  if (tail !== '' && tail.charCodeAt(0) !== 59) return undefined;
  const parameters = parseParameters(tail.slice(1));
  if (!parameters) return undefined;
  const name = unquote(text.slice(0, open).trim());
  const uri = text.slice(open + 1, close).trim();
  return name === '' ? { uri, parameters } : { name, uri, parameters };
};

const findAngle = (text: string): number => {
  if (!text.includes('"')) return text.indexOf('<');
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted && code === BACKSLASH) at++;
    else if (code === QUOTE) quoted = !quoted;
    else if (code === 60 && !quoted) return at;
  }
  return -1;
};

export const parseCseq = (text: string): Cseq | undefined => {
  const gap = text.search(/[ \t]/);
  if (gap < 0) return undefined;
  const number = wholeNumber(text.slice(0, gap), HIGHEST_CSEQ);
  const method = text.slice(gap + 1).trim();
  return number === undefined || !isToken(method) ? undefined : { number, method };
};

/** Q.850 cause and text of the Reason values (RFC 3326 §2); other protocols are passed over. */
export const parseReason = (values: readonly string[]): { q850?: number; text?: string } | undefined => {
  for (const value of values) {
    const semicolon = value.indexOf(';');
    if (semicolon < 0 || value.slice(0, semicolon).trim().toUpperCase() !== 'Q.850') continue;
    const parameters = parseParameters(value.slice(semicolon + 1));
    const q850 = wholeNumber(parameters?.['cause'] ?? '', 127);
    const text = parameters?.['text'];
    return { ...(q850 === undefined ? {} : { q850 }), ...(text === undefined ? {} : { text }) };
  }
  return undefined;
};

/** Retry-After in milliseconds (RFC 3261 §20.33: seconds, a comment, parameters). */
export const parseRetryAfter = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  let end = 0;
  while (end < text.length && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
  const seconds = wholeNumber(text.slice(0, end), 2 ** 31);
  return seconds === undefined ? undefined : seconds * 1000;
};

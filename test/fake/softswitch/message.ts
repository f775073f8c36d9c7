/** SIP messages as the fake reads and writes them (RFC 3261 §7): text of latin1, so that one character is one byte. */

export type Header = readonly [name: string, value: string];
type Common = { readonly headers: readonly Header[]; readonly body: string };
export type SipRequest = Common & { readonly method: string; readonly uri: string };
export type SipResponse = Common & { readonly status: number; readonly reason: string };
export type SipMessage = SipRequest | SipResponse;

/** A message that is longer, or has more header fields, is none. */
export const MOST_BYTES = 16_384;
const MOST_HEADERS = 100;

const compact: Readonly<Record<string, string>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  l: 'content-length',
  c: 'content-type',
  k: 'supported',
};

const nameOf = (written: string): string => {
  const lower = written.toLowerCase();
  return compact[lower] ?? lower;
};

/** Lines of a head with folded ones joined (RFC 3261 §7.3.1). */
const unfolded = (head: string): string[] => {
  const lines: string[] = [];
  for (const line of head.split('\r\n')) {
    if ((line.startsWith(' ') || line.startsWith('\t')) && lines.length > 1)
      lines.push(`${lines.pop()!} ${line.trim()}`);
    else lines.push(line);
  }
  return lines;
};

const headersOf = (lines: readonly string[]): Header[] | undefined => {
  if (lines.length > MOST_HEADERS) return undefined;
  const headers: Header[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) return undefined;
    headers.push([nameOf(line.slice(0, colon).trim()), line.slice(colon + 1).trim()]);
  }
  return headers;
};

const startOf = (line: string): { method: string; uri: string } | { status: number; reason: string } | undefined => {
  const [first = '', second = '', ...rest] = line.split(' ');
  if (first === 'SIP/2.0') {
    const status = Number(second);
    return status >= 100 && status <= 699 ? { status, reason: rest.join(' ') } : undefined;
  }
  return rest.length === 1 && rest[0] === 'SIP/2.0' && /^[A-Z]{1,20}$/.test(first)
    ? { method: first, uri: second }
    : undefined;
};

/** The fields without which nothing can be done with a message (RFC 3261 §8.1.1). */
const needed = ['via', 'from', 'to', 'call-id', 'cseq'];

/** Reads one whole message; undefined for whatever is none. A body is cut at Content-Length where there is one. */
export const parseMessage = (text: string): SipMessage | undefined => {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0 || text.length > MOST_BYTES) return undefined;
  const [first = '', ...lines] = unfolded(text.slice(0, end));
  const start = startOf(first);
  const headers = headersOf(lines);
  if (start === undefined || headers === undefined) return undefined;
  const rest = text.slice(end + 4);
  const message = { ...start, headers, body: rest } as SipMessage;
  if (needed.some((name) => headerOf(message, name) === undefined)) return undefined;
  const length = headerOf(message, 'content-length');
  if (length === undefined) return message;
  return /^\d{1,5}$/.test(length) && Number(length) <= rest.length
    ? { ...message, body: rest.slice(0, Number(length)) }
    : undefined;
};

/** The first field of this name (lower case, long form). */
export const headerOf = (message: SipMessage, name: string): string | undefined =>
  message.headers.find(([each]) => each === name)?.[1];

/** All values of a field that is a list, in order (RFC 3261 §7.3.1). */
export const listOf = (message: SipMessage, name: string): string[] =>
  message.headers.filter(([each]) => each === name).flatMap(([, value]) => splitList(value));

/** Splits at commas that are neither quoted nor in angle brackets. */
export const splitList = (value: string): string[] => {
  const parts: string[] = [];
  let [quoted, angled, from] = [false, false, 0];
  for (let i = 0; i < value.length; i++) {
    const each = value[i];
    if (each === '\\' && quoted) i++;
    else if (each === '"') quoted = !quoted;
    else if (each === '<' && !quoted) angled = true;
    else if (each === '>' && !quoted) angled = false;
    else if (each === ',' && !quoted && !angled) {
      parts.push(value.slice(from, i).trim());
      from = i + 1;
    }
  }
  return [...parts, value.slice(from).trim()].filter((part) => part !== '');
};

const parametersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => {
        const [name = '', ...value] = part.split('=');
        return [name.trim().toLowerCase(), value.join('=').trim()];
      }),
  );

export type Address = { readonly uri: string; readonly parameters: Readonly<Record<string, string>> };

/** Where the first `<` stands that is not inside a quoted name; -1 for none. */
const openingBracket = (value: string): number => {
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    if (value[i] === '\\' && quoted) i++;
    else if (value[i] === '"') quoted = !quoted;
    else if (value[i] === '<' && !quoted) return i;
  }
  return -1;
};

/** `"Name" <uri>;parameters`, or a bare uri whose parameters are those of the field (RFC 3261 §20.10). */
export const parseAddress = (value: string): Address => {
  const open = openingBracket(value);
  const close = value.indexOf('>', open);
  if (open >= 0 && close > open)
    return { uri: value.slice(open + 1, close), parameters: parametersOf(value.slice(close + 1)) };
  const [uri = '', ...rest] = value.split(';');
  return { uri: uri.trim(), parameters: parametersOf(rest.join(';')) };
};

export type SipUri = {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly parameters: Readonly<Record<string, string>>;
};

/** `sip:user@host:port;parameters`; undefined for another scheme. IPv6 hosts lose their brackets. */
export const parseUri = (uri: string): SipUri | undefined => {
  const bare = uri.toLowerCase().startsWith('sip:') ? uri.slice(4) : undefined;
  if (bare === undefined || bare.length > 500) return undefined;
  const [place = '', ...parameters] = bare.split('?')[0]!.split(';');
  const at = place.lastIndexOf('@');
  const [, six, four = '', port] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(place.slice(at + 1)) ?? [];
  const host = six ?? four;
  if (host === '') return undefined;
  const user = at < 0 ? '' : place.slice(0, at).split(':')[0]!;
  return { user, host, port: Number(port ?? 5060), parameters: parametersOf(parameters.join(';')) };
};

export type Via = { readonly transport: string; readonly sentBy: string; readonly branch: string };

/** The uppermost Via of a message. */
export const topVia = (message: SipMessage): Via => {
  const [top = ''] = listOf(message, 'via');
  const [place = '', ...rest] = top.split(';');
  const [protocol = '', sentBy = ''] = place.trim().split(/ +/);
  return {
    transport: protocol.slice('SIP/2.0/'.length).toUpperCase(),
    sentBy,
    branch: parametersOf(rest.join(';'))['branch'] ?? '',
  };
};

/** CSeq as number and method. */
export const cseqOf = (message: SipMessage): { readonly number: number; readonly method: string } => {
  const [number = '0', method = ''] = (headerOf(message, 'cseq') ?? '').split(/ +/);
  return { number: Number(number), method };
};

/** The tag of From or To. */
export const tagOf = (message: SipMessage, name: 'from' | 'to'): string =>
  parseAddress(headerOf(message, name) ?? '').parameters['tag'] ?? '';

/** The text of a message; Content-Length is written here and only here. */
export const writeMessage = (message: SipMessage): string => {
  const start =
    'method' in message ? `${message.method} ${message.uri} SIP/2.0` : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = message.headers
    .filter(([name]) => name !== 'content-length')
    .map(([name, value]) => `${spelled(name)}: ${value}`);
  return [start, ...lines, `Content-Length: ${message.body.length}`, '', message.body].join('\r\n');
};

const spelled = (name: string): string => {
  if (name === 'call-id') return 'Call-ID';
  if (name === 'cseq') return 'CSeq';
  if (name === 'www-authenticate') return 'WWW-Authenticate';
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
};

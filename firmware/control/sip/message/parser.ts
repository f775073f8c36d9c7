import { splitList } from './headers.ts';
import { HIGHEST_CSEQ, LONGEST_HEADER, LONGEST_MESSAGE, LONGEST_URI, MOST_HEADERS, MOST_VIAS } from './limits.ts';
import { type Field, SipMessage } from './message.ts';
import { isToken, isUri, parseUri, wholeNumber } from './uri.ts';

/** What became of octets: a message, a request that deserves a refusal, or nothing to answer. */
export type Verdict =
  | { readonly is: 'message'; readonly message: SipMessage }
  | {
      readonly is: 'reply';
      readonly status: 400 | 416 | 420 | 505 | 513;
      readonly why: string;
      readonly message: SipMessage;
    }
  | { readonly is: 'drop'; readonly why: string };

/** Compact forms (RFC 3261 §7.3.3 and its extensions). */
const compact: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
};
/** Spellings seen on the wire, so that the usual ones need no lower-casing and no check. */
const known = new Map<string, string>();
for (const name of [
  'Via,From,To,Call-ID,CSeq,Contact,Max-Forwards,Content-Type,Content-Length,Route,Record-Route,Allow,Supported',
  'User-Agent,Server,Expires,WWW-Authenticate,Proxy-Authenticate,Authorization,Proxy-Authorization,Reason,Require',
  'Retry-After,P-Asserted-Identity,Privacy,Session-Expires,Min-SE,Accept,Date,Service-Route,Path,Call-Id',
]
  .join(',')
  .split(',')) {
  known.set(name, name.toLowerCase());
  known.set(name.toLowerCase(), name.toLowerCase());
}
for (const [short, long] of Object.entries(compact)) {
  known.set(short, long);
  known.set(short.toUpperCase(), long);
}

const drop = (why: string): Verdict => ({ is: 'drop', why });

/**
 * Reads one datagram, or one frame of a stream. Never throws; every octet is looked at a bounded number of times.
 * What is wrong in a response, or in a request that cannot even be answered, is dropped (RFC 3261 §18.3, §21.4.1).
 */
export const parseMessage = (octets: Buffer): Verdict => {
  if (octets.length > LONGEST_MESSAGE) return drop('longer than any datagram');
  const text = octets.toString('latin1');
  let from = 0;
  while (text.charCodeAt(from) === 13 && text.charCodeAt(from + 1) === 10) from += 2;
  const end = text.indexOf('\r\n\r\n', from);
  if (end < 0) return drop('no end of the headers');
  const line = text.indexOf('\r\n', from);
  const start = parseStart(text.slice(from, line));
  if (typeof start === 'string') return drop(start);
  const fields: Field[] = [];
  const fault = line === end ? 'no headers' : readFields(text, line + 2, end, fields);
  const body = text.slice(end + 4);
  return judge(start, fields, body, fault);
};

type Start = { method: string; uri: string; version: string } | { status: number; phrase: string };

const parseStart = (line: string): Start | string => {
  if (line.startsWith('SIP/')) {
    if (!line.startsWith('SIP/2.0 ')) return 'a response of another version';
    const status = wholeNumber(line.slice(8, 11), 699);
    if (status === undefined || status < 100 || (line.length > 11 && line.charCodeAt(11) !== 32)) return 'no status';
    return { status, phrase: line.slice(12) };
  }
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  if (first < 1 || last === first) return 'no start line';
  const method = line.slice(0, first);
  if (!isToken(method)) return 'no method';
  const version = line.slice(last + 1);
  if (!version.toUpperCase().startsWith('SIP/')) return 'no version';
  return { method, uri: line.slice(first + 1, last), version: version.toUpperCase() };
};

/** Splits the header fields; returns what is wrong with them, if anything. */
const readFields = (text: string, from: number, end: number, fields: Field[]): string => {
  let fault = '';
  let lines = 0;
  for (let at = from; at < end; ) {
    if (++lines > MOST_HEADERS) return 'too many headers';
    let stop = lineEnd(text, at, end);
    let value: string | undefined;
    const colon = colonIn(text, at, stop);
    if (colon < 0) fault ||= 'a line without colon';
    else value = text.slice(colon + 1, stop);
    while (stop + 2 < end && isBlank(text.charCodeAt(stop + 2))) {
      if (++lines > MOST_HEADERS) return 'too many headers';
      const next = lineEnd(text, stop + 2, end);
      if (value !== undefined && value.length <= LONGEST_HEADER) value += ` ${text.slice(stop + 2, next).trim()}`;
      stop = next;
    }
    if (value !== undefined) {
      const name = fieldName(text, at, colon);
      if (name === '') fault ||= 'a broken header name';
      else if (value.length > LONGEST_HEADER) fault ||= `${name} is too long`;
      else if (value.includes('\r') || value.includes('\n')) fault ||= `${name} has a bare CR or LF`;
      else fields.push([name, value.trim()]);
    }
    at = stop + 2;
  }
  return fault;
};

const lineEnd = (text: string, from: number, end: number): number => {
  const stop = text.indexOf('\r\n', from);
  return stop < 0 || stop > end ? end : stop;
};
/** Not looked for beyond the line: what stands without one is looked at once. */
const colonIn = (text: string, from: number, stop: number): number => {
  for (let at = from; at < stop; at++) if (text.charCodeAt(at) === 58) return at;
  return -1;
};
const isBlank = (code: number): boolean => code === 32 || code === 9;

const fieldName = (text: string, from: number, colon: number): string => {
  let stop = colon;
  while (stop > from && isBlank(text.charCodeAt(stop - 1))) stop--;
  const written = text.slice(from, stop);
  const usual = known.get(written);
  if (usual !== undefined) return usual;
  return isToken(written) ? (known.get(written.toLowerCase()) ?? written.toLowerCase()) : '';
};

/** Headers that may stand once only (`multi01` of RFC 4475 is why), a bit for each. */
const once: ReadonlyMap<string, number> = new Map([
  ['call-id', 1],
  ['cseq', 2],
  ['from', 4],
  ['to', 8],
  ['max-forwards', 16],
  ['content-length', 32],
]);

/** What stands too often, found in one pass. */
const repeatedIn = (fields: readonly Field[]): string => {
  let seen = 0;
  let vias = 0;
  for (const [name, value] of fields) {
    if (name === 'via') vias += value.includes(',') ? splitList(value).length : 1;
    const bit = once.get(name) ?? 0;
    if ((seen & bit) !== 0) return `${name} stands more than once`;
    seen |= bit;
  }
  return vias > MOST_VIAS ? 'too many Vias' : '';
};

const judge = (start: Start, fields: Field[], body: string, fault: string): Verdict => {
  const bare = new SipMessage(start, fields, body);
  const answerable = bare.via && bare.from && bare.to && bare.callId !== '' && bare.header('cseq') !== undefined;
  const wrong = fault || faultOf(bare);
  if (!answerable) return drop(wrong || 'Via, From, To, Call-ID or CSeq is missing');
  if (!bare.isRequest) return wrong ? drop(wrong) : withBody(bare, start, body);
  if (bare.method === 'ACK' && wrong) return drop(wrong);
  if ('version' in start && start.version !== 'SIP/2.0') return reply(505, 'only SIP/2.0 is spoken', bare);
  if (wrong) return reply(400, wrong, bare);
  return judgeUri(bare) ?? withBody(bare, start, body);
};

const reply = (status: 400 | 416 | 420 | 505 | 513, why: string, message: SipMessage): Verdict => ({
  is: 'reply',
  status,
  why,
  message,
});

const faultOf = (message: SipMessage): string => {
  const repeated = repeatedIn(message.fields);
  if (repeated) return repeated;
  const cseq = message.cseq;
  if (!cseq) return `CSeq is not a number up to ${HIGHEST_CSEQ} and a method`;
  if (message.isRequest && cseq.method !== message.method) return 'CSeq names another method';
  if (!message.from || !message.to) return 'From or To is broken';
  const forwards = message.header('max-forwards');
  if (forwards !== undefined && wholeNumber(forwards, 255) === undefined) return 'Max-Forwards is no number up to 255';
  const length = message.header('content-length');
  if (length !== undefined && wholeNumber(length, 2 ** 31) === undefined) return 'Content-Length is no number';
  return '';
};

const judgeUri = (message: SipMessage): Verdict | undefined => {
  if (message.uri.length > LONGEST_URI) return reply(400, 'the request URI is too long', message);
  const uri = parseUri(message.uri);
  if (isUri(uri)) return undefined;
  return uri === 'scheme'
    ? reply(416, 'sip, sips and tel URIs are understood', message)
    : reply(400, 'the request URI is broken', message);
};

/** Cuts the body to its Content-Length (RFC 3261 §18.3); a shorter one than announced is an error. */
const withBody = (bare: SipMessage, start: Start, body: string): Verdict => {
  const announced = bare.header('content-length');
  const length = announced === undefined ? body.length : Number(announced);
  if (length > body.length) {
    return bare.isRequest && bare.method !== 'ACK'
      ? reply(400, 'the body is shorter than Content-Length', bare)
      : drop('the body is shorter than Content-Length');
  }
  return {
    is: 'message',
    message: length === body.length ? bare : new SipMessage(start, bare.fields, body.slice(0, length)),
  };
};

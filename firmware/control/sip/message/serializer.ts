import { GatewayError } from '../../../core/error.ts';
import type { SipMessage } from './message.ts';

const irregular: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  'www-authenticate': 'WWW-Authenticate',
  'mime-version': 'MIME-Version',
};
const written = new Map<string, string>(Object.entries(irregular));

/** The usual spelling of a header name: `content-length` is written Content-Length. */
const spelling = (name: string): string => {
  const usual = written.get(name);
  if (usual !== undefined) return usual;
  const spelled = name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('-');
  if (written.size < 500) written.set(name, spelled);
  return spelled;
};

/**
 * The octets of a message; Content-Length is counted here. Throws GatewayError `sip-message` if a start line or
 * value holds a CR or LF: a name or number from a person must never become a header of its own. A NUL passes: RFC 3261
 * §25.1 allows it in a quoted pair, and what a far end has sent goes back as it came.
 */
export const serialize = (message: SipMessage): Buffer => {
  const start = message.isRequest
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.phrase}`;
  let text = `${checked(start)}\r\n`;
  for (const [name, value] of message.fields) {
    if (name !== 'content-length') text += `${checked(spelling(name))}: ${checked(value)}\r\n`;
  }
  return Buffer.from(`${text}Content-Length: ${message.body.length}\r\n\r\n${message.body}`, 'latin1');
};

const checked = (text: string): string => {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 13 || code === 10) {
      throw new GatewayError('sip-message', `a line end at ${at} of a header we were to send`);
    }
  }
  return text;
};

/** Text of a person as octets of UTF-8 in latin1, as all text of a message is held. */
export const octetsOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
/** The reverse of `octetsOf`; octets that are no UTF-8 become replacement characters. */
export const textOf = (octets: string): string => Buffer.from(octets, 'latin1').toString('utf8');

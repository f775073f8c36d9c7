import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { bounded } from './wait.ts';

export type RegisterOptions = {
  readonly host: string;
  readonly port: number;
  /** `HOST:PORT` of the registrar. */
  readonly at: string;
  readonly user: string;
  readonly password: string;
  readonly algorithm: 'MD5' | 'SHA-256';
  readonly expiresS: number;
};

const parameter = (challenge: string, name: string): string =>
  new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';

/** RFC 7616 §3.4.1 with qop=auth. */
const credentials = (challenge: string, options: RegisterOptions, uri: string): string => {
  const { user, password, algorithm } = options;
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const [realm, nonce] = ['realm', 'nonce'].map((name) => parameter(challenge, name));
  const [nc, cnonce] = ['00000001', randomBytes(6).toString('hex')];
  const a1 = hash(`${user}:${realm}:${password}`);
  const response = hash(`${a1}:${nonce}:${nc}:${cnonce}:auth:${hash(`REGISTER:${uri}`)}`);
  return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${algorithm}, qop=auth, nc=${nc}, cnonce="${cnonce}"`;
};

/** REGISTER without and then with credentials by hand, for algorithms that no peer knows; the two answers as they came. */
export const register = async (options: RegisterOptions): Promise<readonly [first: string, second: string]> => {
  const { host, port, at, user, algorithm, expiresS } = options;
  const [farHost = '', farPort = '5060'] = at.split(':');
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(port, host, resolve));
  const [callId, tag, uri] = [randomBytes(8).toString('hex'), randomBytes(4).toString('hex'), `sip:${at}`];
  const ask = async (cseq: number, more: readonly string[]): Promise<string> => {
    const lines = [
      `REGISTER ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${randomBytes(8).toString('hex')};rport`,
      `From: <sip:${user}@${at}>;tag=${tag}`,
      `To: <sip:${user}@${at}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} REGISTER`,
      `Contact: <sip:${user}@${host}:${port}>`,
      `Expires: ${expiresS}`,
      'Max-Forwards: 70',
      ...more,
      'Content-Length: 0',
    ];
    const answer = new Promise<string>((resolve) =>
      socket.once('message', (octets) => resolve(octets.toString('latin1'))),
    );
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, Number(farPort), farHost);
    return await bounded('an answer to REGISTER', 3_000, answer);
  };
  try {
    const first = await ask(1, []);
    const challenge = first.split('\r\n').find((line) => line.includes(`algorithm=${algorithm},`)) ?? '';
    return [first, await ask(2, [`Authorization: ${credentials(challenge, options, uri)}`])];
  } finally {
    socket.close();
  }
};

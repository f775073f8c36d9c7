/** Where messages go and where they come from. */
export type Ends = {
  readonly target: { readonly host: string; readonly port: number };
  readonly source: { readonly host: string; readonly port: number };
  /** A user that the target knows. */
  readonly user: string;
  /** Makes Call-IDs, tags and branches of this corpus differ from another's. */
  readonly id: string;
};

export type RequestParts = {
  readonly method: string;
  readonly uri?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly toTag?: string;
  readonly branch?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
};

const withBody = (lines: readonly string[], body: string): string =>
  [...lines, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`, '', body].join('\r\n');

/** A whole, valid request. */
export const request = ({ target, source, user, id }: Ends, parts: RequestParts): string => {
  const { method, callId = `${id}-${method}`, cseq = 1, toTag, body = '' } = parts;
  const uri = parts.uri ?? `sip:${user}@${target.host}:${target.port}`;
  return withBody(
    [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${source.host}:${source.port};branch=z9hG4bK${parts.branch ?? `${callId}-${cseq}`};rport`,
      `From: "Fuzz" <sip:fuzz@${source.host}>;tag=f-${id}`,
      `To: <sip:${user}@${target.host}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:fuzz@${source.host}:${source.port};transport=udp>`,
      'Max-Forwards: 70',
      ...(parts.headers ?? []),
    ],
    body,
  );
};

/** A whole, valid answer to a request as it was received. */
export const answer = (
  received: string,
  status: number,
  { toTag = 'fuzz', headers = [], body = '' }: { toTag?: string; headers?: readonly string[]; body?: string } = {},
): string => {
  const copied = received.split('\r\n').filter((line) => /^(?:Via|v|From|f|To|t|Call-ID|i|CSeq)[ \t]*:/i.test(line));
  const tagged = copied.map((line) => (/^(?:To|t)[ \t]*:(?!.*;tag=)/i.test(line) ? `${line};tag=${toTag}` : line));
  return withBody([`SIP/2.0 ${status} Fuzz`, ...tagged, ...headers], body);
};

/** An SDP offer of G.711 with telephone events. */
export const offer = (host: string, port: number): string =>
  [
    ...['v=0', `o=fuzz 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0', `m=audio ${port} RTP/AVP 8 0 101`],
    ...['a=rtpmap:8 PCMA/8000', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15'],
    ...['a=ptime:20', 'a=sendrecv', ''],
  ].join('\r\n');

const digest = (more: string): string => `Digest realm="fuzz", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c0", ${more}`;
const auth = (header: string): string =>
  `${header}: ${digest('username="101", uri="sip:fuzz", response="6629fae49393a05397450978507c4ef1", algorithm=MD5, qop=auth, cnonce="0a4f113b", nc=00000001')}`;
const challenge = (header: string): string[] => [
  `${header}: ${digest('algorithm=SHA-256, qop="auth,auth-int", stale=false')}`,
  `${header}: ${digest('algorithm=MD5, qop="auth", opaque="5ccc069c403ebaf9f0171e9517f40e41"')}`,
];

/** Valid answers of every class to `received`, with the headers that matter for each. */
export const answersTo = (received: string, { source }: Ends): string[] => {
  const contact = `Contact: <sip:fuzz@${source.host}:${source.port}>;expires=60`;
  const sdp = { headers: ['Content-Type: application/sdp', contact], body: offer(source.host, 40000) };
  const of = (status: number, ...headers: string[]): string => answer(received, status, { headers });
  return [
    of(100),
    of(180, contact, 'RSeq: 1', 'Require: 100rel'),
    answer(received, 183, sdp),
    answer(received, 200, sdp),
    of(202, contact),
    of(302, `Contact: <sip:other@${source.host}:5099>;q=0.7, <sip:third@${source.host}>`),
    of(401, ...challenge('WWW-Authenticate')),
    of(407, ...challenge('Proxy-Authenticate')),
    of(420, 'Unsupported: 100rel'),
    of(423, 'Min-Expires: 120'),
    of(480, 'Retry-After: 1 (in a moment);duration=60', 'Reason: Q.850;cause=20;text="absent"'),
    of(486, 'Reason: SIP;cause=486, Q.850;cause=17'),
    of(491),
    of(503, 'Retry-After: 1'),
    of(603, 'Warning: 399 host "no"'),
  ];
};

const dialogRequests = (ends: Ends): string[] => {
  const { source } = ends;
  const sdp = { headers: ['Content-Type: application/sdp'], body: offer(source.host, 40000) };
  const inDialog = (method: string, cseq: number, more: Partial<RequestParts> = {}): string =>
    request(ends, { method, cseq, callId: `${ends.id}-INVITE`, toTag: 'there', ...more });
  return [
    request(ends, { method: 'INVITE', ...sdp }),
    inDialog('INVITE', 2, sdp),
    inDialog('ACK', 1),
    request(ends, { method: 'CANCEL', callId: `${ends.id}-INVITE` }),
    inDialog('BYE', 3, { headers: ['Reason: Q.850;cause=16;text="Normal call clearing"'] }),
    inDialog('INFO', 4, { headers: ['Content-Type: application/dtmf-relay'], body: 'Signal=5\r\nDuration=160\r\n' }),
    inDialog('PRACK', 5, { headers: ['RAck: 1 1 INVITE'] }),
    inDialog('UPDATE', 6, sdp),
    inDialog('REFER', 7, {
      headers: [`Refer-To: <sip:9@${source.host}?Replaces=a%3Bto-tag%3Db>`, 'Referred-By: <sip:x@y>'],
    }),
  ];
};

/** Valid messages of every method, and answers as to a request of the target. */
export const corpus = (ends: Ends): string[] => {
  const { target, source } = ends;
  const host = `sip:${target.host}:${target.port}`;
  const routes = [
    `Route: <sip:${target.host};lr>, <sip:${source.host};lr>`,
    `Record-Route: <sip:${source.host};lr=on>`,
  ];
  const asked = request({ ...ends, target: source, source: target }, { method: 'INVITE' });
  return [
    ...dialogRequests(ends),
    request(ends, { method: 'OPTIONS', uri: host, headers: ['Accept: application/sdp'] }),
    request(ends, { method: 'OPTIONS', callId: `${ends.id}-ping`, uri: `sip:${target.host}`, headers: routes }),
    request(ends, { method: 'REGISTER', uri: `sip:${target.host}`, headers: ['Expires: 3600', auth('Authorization')] }),
    request(ends, { method: 'SUBSCRIBE', headers: ['Event: message-summary', 'Expires: 600'] }),
    request(ends, {
      method: 'NOTIFY',
      headers: ['Event: message-summary', 'Subscription-State: active;expires=600', 'Content-Type: text/plain'],
      body: 'Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n',
    }),
    request(ends, {
      method: 'MESSAGE',
      headers: ['Content-Type: text/plain', auth('Proxy-Authorization')],
      body: 'hi',
    }),
    request(ends, { method: 'PUBLISH', headers: ['Event: presence', 'SIP-If-Match: 12'] }),
    ...answersTo(asked, ends),
  ];
};

/** A valid G.711 packet, RFC 4733 events, a sender report with a CNAME, and a BYE. */
export const rtpCorpus = (ssrc: number): Buffer[] => {
  const rtp = Buffer.alloc(172, 0xd5);
  rtp.writeUInt16BE(0x8008, 0);
  rtp.writeUInt16BE(100, 2);
  rtp.writeUInt32BE(16_000, 4);
  rtp.writeUInt32BE(ssrc, 8);
  const event = Buffer.concat([rtp.subarray(0, 12), Buffer.from([5, 0x8a, 3, 0x20])]);
  event[1] = 0x80 | 101;
  const report = Buffer.alloc(28);
  report.writeUInt32BE(0x80c80006, 0);
  report.writeUInt32BE(ssrc, 4);
  const description = Buffer.from([0x81, 202, 0, 3, 0, 0, 0, 0, 1, 4, 0x66, 0x75, 0x7a, 0x7a, 0, 0]);
  description.writeUInt32BE(ssrc, 4);
  const receiver = Buffer.alloc(32, 1);
  receiver.writeUInt32BE(0x81c90007, 0);
  const bye = Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 0]);
  bye.writeUInt32BE(ssrc, 4);
  return [rtp, event, Buffer.concat([report, description]), receiver, Buffer.concat([receiver, description, bye])];
};

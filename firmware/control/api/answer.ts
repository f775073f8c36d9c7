import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ApiError, ApiErrorCode } from './wire.ts';

/** What each refusal is in HTTP. */
const statusOf: Readonly<Record<ApiErrorCode, number>> = {
  'not-signed-in': 401,
  'password-wrong': 401,
  'password-must-change': 403,
  'password-unfit': 422,
  'source-locked': 429,
  'origin-refused': 403,
  'host-refused': 403,
  'not-found': 404,
  'method-refused': 405,
  'body-refused': 400,
  'too-large': 413,
  'too-slow': 408,
  'too-many': 429,
  refused: 422,
  conflict: 409,
  'not-possible': 409,
  failed: 500,
};

/** Refuses a request; whoever handles it throws this. `also`: what the body says beside the error. */
export class Refused extends Error {
  readonly code: ApiErrorCode;
  readonly retryAfterS: number | undefined;
  readonly also: object;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ApiErrorCode,
    sentence: string,
    more: {
      readonly retryAfterS?: number;
      readonly also?: object;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(sentence);
    this.code = code;
    this.retryAfterS = more.retryAfterS;
    this.also = more.also ?? {};
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return statusOf[this.code];
  }

  get body(): ApiError {
    const wait = this.retryAfterS === undefined ? {} : { retryAfterS: this.retryAfterS };
    return { error: this.code, sentence: this.message, ...wait, ...this.also };
  }
}

/**
 * What every answer says of itself. There is no `Strict-Transport-Security`: with it a browser would not let a
 * person past the warning of a certificate that the box has made itself. No CORS header either: no other page may
 * read anything here.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
};

/** The answer to a request: JSON, or nothing but a status. */
export type Reply = {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
};

/** A body that nobody wants is not read to its end when it is longer than this. */
const LONGEST_UNREAD = 65_536;

const isLongUnread = (request: IncomingMessage): boolean =>
  !request.complete &&
  (request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > LONGEST_UNREAD);

export const send = (request: IncomingMessage, response: ServerResponse, reply: Reply): void => {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = reply.json === undefined ? undefined : Buffer.from(JSON.stringify(reply.json));
  response.writeHead(reply.status, {
    ...SECURITY_HEADERS,
    'Cache-Control': 'no-store',
    ...(isLongUnread(request) ? { Connection: 'close' } : {}),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length }),
    ...(reply.headers as OutgoingHttpHeaders | undefined),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};

const headersOf = (refused: Refused): Record<string, string> => ({
  ...(refused.retryAfterS === undefined ? {} : { 'Retry-After': String(refused.retryAfterS) }),
  ...refused.headers,
});

export const sendRefused = (request: IncomingMessage, response: ServerResponse, refused: Refused): void =>
  send(request, response, { status: refused.status, json: refused.body, headers: headersOf(refused) });

/** A whole HTTP/1.1 answer as text, for a connection that has no response object: broken requests and upgrades. */
export const rawAnswer = (refused: Refused): string => {
  const body = JSON.stringify(refused.body);
  const headers = {
    ...SECURITY_HEADERS,
    ...headersOf(refused),
    'Cache-Control': 'no-store',
    Connection: 'close',
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${refused.status} ${refused.code}\r\n${lines.join('')}\r\n${body}`;
};

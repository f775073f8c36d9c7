import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError, wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import { Refused, send, sendRefused } from './answer.ts';
import { parseJson, readBody } from './body.ts';
import { sourceOf } from './lock-out.ts';
import { checkHost, checkOrigin } from './origin.ts';
import type { Rooms } from './rooms.ts';
import type { Ask, Found, Route, Router } from './router.ts';
import type { SessionKey } from './sessions.ts';
import type { StaticFiles } from './static-files.ts';

const CHANGING: readonly (string | undefined)[] = ['POST', 'PUT', 'DELETE', 'PATCH'];
const LONGEST_URL = 2048;

const addressOf = (request: IncomingMessage): URL => {
  const url = request.url ?? '';
  if (!url.startsWith('/') || url.length > LONGEST_URL || !URL.canParse(`https://box${url}`)) {
    throw new Refused('not-found', 'The address cannot be read.');
  }
  return new URL(`https://box${url}`);
};

/** Throws unless this session may use a route that needs so much. */
export const checkSession = (needs: Route['needs'], session: SessionKey | undefined, mustChange: boolean): void => {
  if (needs === 'nothing') return;
  if (session === undefined) throw new Refused('not-signed-in', 'Sign in first.');
  if (needs === 'password' && mustChange) {
    throw new Refused('password-must-change', 'Change the first password first.');
  }
};

/** The one way in: each request is checked in the same order, and whatever goes wrong becomes an answer. */
export class Gate {
  readonly #rooms: Rooms;
  readonly #router: Router;
  readonly #files: StaticFiles;
  readonly #log: Log;

  constructor(rooms: Rooms, router: Router, files: StaticFiles, log: Log) {
    this.#rooms = rooms;
    this.#router = router;
    this.#files = files;
    this.#log = log;
  }

  /** Answers; never throws and never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      sendRefused(request, response, this.#refusalOf(error));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkHost(request, this.#rooms.own());
    const { pathname, searchParams } = addressOf(request);
    checkOrigin(request, CHANGING.includes(request.method), pathname);
    if (pathname !== '/api' && !pathname.startsWith('/api/')) return this.#file(request, response, pathname);
    const found = this.#router.find(request.method, pathname);
    const session = this.#rooms.sessions.of(request.headers.cookie);
    checkSession(found.route.needs, session, this.#rooms.password.mustChange);
    const body = await this.#body(found, request);
    const { params } = found;
    const source = sourceOf(request.socket.remoteAddress);
    const ask: Ask = { request, response, params, query: searchParams, body, source, session };
    const reply = await found.route.answer(ask);
    if (reply) send(request, response, reply);
  }

  #file(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (request.method === 'GET' || request.method === 'HEAD') this.#files.answer(request, response, path);
    else throw new Refused('method-refused', 'Files can only be read.', { headers: { Allow: 'GET, HEAD' } });
  }

  async #body({ route }: Found, request: IncomingMessage): Promise<unknown> {
    if (!route.body) return undefined;
    const octets = await readBody(request, route.body);
    return route.body.type === 'application/json' ? parseJson(octets) : octets;
  }

  #refusalOf(error: unknown): Refused {
    if (error instanceof Refused) return error;
    if (error instanceof GatewayError) return new Refused('failed', `${error.code}: ${error.detail}`);
    this.#log.error({ err: error }, `a request to the page could not be answered: ${wordsOf(error)}`);
    return new Refused('failed', 'The box could not answer this; its log says why. Calls go on.');
  }
}

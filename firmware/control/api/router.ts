import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refused, type Reply } from './answer.ts';
import type { BodyRule } from './body.ts';
import type { SessionKey } from './sessions.ts';

/** A request that has passed the door, as a route sees it. */
export type Ask = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What stands in the path in place of `:name`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** JSON as it came, or a Buffer for other types; undefined where the route takes none. */
  readonly body: unknown;
  /** Where it comes from: an IPv4 address, or the /64 of an IPv6 address. */
  readonly source: string;
  /** Undefined without one, which only routes with `needs: 'nothing'` see. */
  readonly session: SessionKey | undefined;
};

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Parts that begin with `:` stand for one part of a path each. */
  readonly path: string;
  /** `password`: a session whose password is no longer the first one. */
  readonly needs: 'nothing' | 'session' | 'password';
  readonly body?: BodyRule;
  /** `undefined`: it has taken the response over. Throws `Refused`. */
  answer(ask: Ask): Promise<Reply | undefined> | Reply | undefined;
};

export type Found = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

const LONGEST_PATH = 1024;
const MOST_PARTS = 8;

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refused('not-found', 'The address cannot be read.');
  }
};

const paramsOf = (pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined => {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, each] of pattern.entries()) {
    if (each.startsWith(':')) params[each.slice(1)] = decoded(parts[index]!);
    else if (each !== parts[index]) return undefined;
  }
  return params;
};

/** Finds the route of a request; throws `not-found`, or `method-refused` with the methods that there are. */
export class Router {
  readonly #routes: readonly { readonly route: Route; readonly pattern: readonly string[] }[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({ route, pattern: route.path.split('/') }));
  }

  find(method: string | undefined, path: string): Found {
    const parts = path.length > LONGEST_PATH ? [] : path.split('/', MOST_PARTS + 1);
    const there = this.#routes.flatMap(({ route, pattern }) => {
      const params = paramsOf(pattern, parts);
      return params ? [{ route, params }] : [];
    });
    if (there.length === 0) throw new Refused('not-found', 'There is nothing at this address.');
    const found = there.find(({ route }) => route.method === method);
    if (found) return found;
    const allowed = there.map(({ route }) => route.method).join(', ');
    throw new Refused('method-refused', `This address takes ${allowed} only.`, { headers: { Allow: allowed } });
  }
}

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { StatusView } from '../../firmware/control/status/view.ts';
import type { Gateway } from './gateway.ts';
import { address } from './site.ts';
import { eventually, patience } from './wait.ts';

export type PageAnswer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** What the page client asks with; left out: signed in, with the page's own origin. */
export type PageAsk = {
  readonly method?: string;
  readonly path: string;
  readonly json?: unknown;
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The password that the client changes the first one to. */
export const PAGE_PASSWORD = 'a longer password 42';
const WAIT_MS = 10_000;
/** An operation may take its time. */
const LONGEST_ANSWER_MS = 180_000;

/** The first password of a box, as it is printed once when it is started for the first time. */
export const firstPassword = async (gateway: Gateway, withinMs = WAIT_MS): Promise<string> => {
  const [, password] = await gateway.program.prints(/^First password:\s+(\S+)\s*$/m, withinMs);
  return password!;
};

const whole = async (response: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

/** A browser without a screen: HTTPS, one session cookie, and the page's own origin. */
export class PageClient {
  readonly host: string;
  #cookie: string | undefined;

  /** `host`: address and port of the page. */
  constructor(host = `${address.gateway}:8443`) {
    this.host = host;
  }

  /** Signs in at a box that was just started for the first time, and changes the password as it demands. */
  static async signIn(gateway: Gateway, host?: string): Promise<PageClient> {
    const page = new PageClient(host);
    const password = await firstPassword(gateway);
    await page.signedIn(password);
    const { status, body } = await page.send({
      path: '/api/password',
      json: { current: password, next: PAGE_PASSWORD },
    });
    if (status !== 200) throw new Error(`the password was not changed: ${status} ${body}`);
    return page;
  }

  /** The session's cookie as a browser keeps it; signed in before. */
  get cookie(): { readonly name: string; readonly value: string } {
    const [name, value] = (this.#cookie ?? '').split('=', 2);
    if (!name || !value) throw new Error('nobody is signed in');
    return { name, value };
  }

  /** Signs in with this password. */
  async signedIn(password = PAGE_PASSWORD): Promise<void> {
    const { status, body } = await this.send({ path: '/api/session', json: { password } });
    if (status !== 200) throw new Error(`not signed in: ${status} ${body}`);
  }

  /** Answers whatever the page answers; rejects only where no answer came. */
  async send({ method, path, json, body, headers = {} }: PageAsk): Promise<PageAnswer> {
    const octets = json === undefined ? body : Buffer.from(JSON.stringify(json));
    const response = await this.#open(method ?? (octets === undefined ? 'GET' : 'POST'), path, octets, {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    });
    const cookie = response.headers['set-cookie']?.[0];
    if (cookie !== undefined) this.#cookie = cookie.split(';')[0];
    return { status: response.statusCode ?? 0, headers: response.headers, body: await whole(response) };
  }

  /** The JSON of a route; throws with the answer where it is no 200. */
  async get<T>(path: string): Promise<T> {
    return this.#json<T>(await this.send({ path }), path);
  }

  async post<T>(path: string, json: unknown): Promise<T> {
    return this.#json<T>(await this.send({ path, json }), path);
  }

  /** Waits until the live status is as wanted; each of its events is looked at. */
  async sees<T>(what: string, withinMs: number, wanted: (view: StatusView) => T | undefined | false): Promise<T> {
    const response = await this.#open('GET', '/api/live', undefined, {});
    let text = '';
    let last: StatusView | undefined;
    response.setEncoding('utf8').on('data', (part: string) => {
      const events = (text + part).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) last = viewIn(event) ?? last;
    });
    response.on('error', () => {});
    try {
      return await eventually(what, patience(withinMs), () => last && wanted(last));
    } catch (error) {
      throw new Error(`the page did not show ${what}; last: ${JSON.stringify(last)}`, { cause: error });
    } finally {
      response.destroy();
    }
  }

  #json<T>({ status, body }: PageAnswer, path: string): T {
    if (status !== 200) throw new Error(`${path} answered ${status}: ${body}`);
    return JSON.parse(body.toString()) as T;
  }

  #open(
    method: string,
    path: string,
    body: Buffer | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<IncomingMessage> {
    const [host, port] = this.host.split(':');
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ host, port, path, method, timeout: LONGEST_ANSWER_MS, agent: false },
          // made by the box itself; a person compares its fingerprint
          rejectUnauthorized: false,
          headers: {
            origin: `https://${this.host}`,
            ...(this.#cookie === undefined ? {} : { cookie: this.#cookie }),
            ...(body === undefined ? {} : { 'content-length': body.length }),
            ...headers,
          },
        },
        resolve,
      );
      asked.on('error', reject).on('timeout', () => asked.destroy(new Error(`${path} did not answer`)));
      asked.end(body);
    });
  }
}

/** The status in a server-sent event `status`. */
const viewIn = (event: string): StatusView | undefined => {
  const lines = event.split('\n');
  if (!lines.includes('event: status')) return undefined;
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5));
  return JSON.parse(data.join('\n')) as StatusView;
};

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { catalogue } from '../../drivers/catalogue.ts';
import { writeWav } from '../../drivers/simulated/wav.ts';
import { checkConfiguration } from '../../firmware/config/check.ts';
import { describe } from '../../firmware/config/describe.ts';
import { type Configuration, configuration } from '../../firmware/config/schema.ts';
import { redacted } from '../../firmware/config/secret.ts';
import type { ApiError, LabAct, LabView, Session, Settings } from '../../firmware/control/api/wire.ts';
import { type Change, merge } from '../../firmware/control/configuration/merge.ts';
import { stepsBetween, wordsOfStep } from '../../firmware/control/configuration/steps.ts';
import type { StatusView } from '../../firmware/control/status/view.ts';
import { calls, goodStatus, lab, mailboxes, NOW, operations } from './fixture-bodies.ts';
import { analysed, drillSheets } from './fixture-rehearsal.ts';

/** What the box of the fixture holds; a test changes it, and looks at what was asked. */
export type Fixture = {
  readonly url: string;
  status: StatusView;
  session: Session;
  readonly asked: { readonly method: string; readonly path: string; readonly body: unknown }[];
  /** Sends the status to every page that is open. */
  tell(): void;
  /** Cuts every live stream and answers nothing until `back`. */
  cut(): void;
  back(): void;
  /** Somebody else changes the settings meanwhile. */
  overtake(): void;
  close(): Promise<void>;
};

export const FIRST_PASSWORD = 'first-password';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The headers of the box that restrict a page. */
const POLICY = "default-src 'self'; frame-ancestors 'none'";

const written = {
  version: 1,
  system: { name: 'Town hall' },
  trunks: [
    { id: 'primary', host: 'primary.softswitch.example', localPort: 5060, priority: 1 },
    { id: 'secondary', host: 'secondary.softswitch.example', localPort: 5062, priority: 2 },
  ],
  accounts: [{ id: 'reception', user: '2025550100', password: 'secret', line: 'line/1' }],
  cards: [{ id: 'simulated', driver: 'simulated', settings: {} }],
  lines: [
    ...[1, 2, 3, 4].map((number) => ({
      id: `line/${number}`,
      kind: 'fxs',
      card: 'simulated',
      port: `phone/${number}`,
      extension: String(10 + number),
    })),
    { id: 'line/5', kind: 'fxo', card: 'simulated', port: 'exchange/1', rings: 'line/1' },
  ],
  groups: [{ id: 'both', sort: 'leastUsed' }],
  calendars: [
    {
      id: 'office',
      timeZone: 'Europe/Berlin',
      periods: [
        { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:30' },
        { days: ['sat'], from: '09:00', until: '12:00' },
      ],
      exceptions: [{ date: '2027-12-24' }],
    },
  ],
  routes: [{ id: 'mobile', prefix: '06', ways: ['both', 'line/5'], calendar: 'office' }],
  forwardings: [
    {
      id: 'night',
      line: 'line/1',
      targets: [
        { to: 'extension', name: '12' },
        { to: 'mailbox', name: 'line/1' },
      ],
    },
  ],
};

class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: ApiError | object) {
    super('refused');
    this.status = status;
    this.body = body;
  }
}

/** The settings of the fixture: the real schema, checks and steps, with nothing behind them. */
class SettingsOfFixture {
  #written: unknown = written;
  #revision = 1;

  async #now(): Promise<Configuration> {
    const checked = await checkConfiguration(this.#written);
    if (!checked.ok) throw new Error(JSON.stringify(checked.refused));
    return checked.configuration;
  }

  async show(): Promise<Settings> {
    return {
      revision: String(this.#revision),
      settings: redacted(await this.#now(), catalogue) as Settings['settings'],
      described: describe(configuration),
      drivers: Object.fromEntries(Object.entries(catalogue).map(([name, { settings }]) => [name, describe(settings)])),
    };
  }

  async propose({ base, change }: { base: string; change: Change }, dry: boolean): Promise<unknown> {
    if (base !== String(this.#revision))
      throw new Refusal(409, { is: 'conflict', revision: String(this.#revision), paths: ['trunks/primary/host'] });
    const wanted = merge(await this.#now(), change);
    const checked = await checkConfiguration(wanted);
    if (!checked.ok) throw new Refusal(422, { is: 'refused', refused: checked.refused });
    const steps = stepsBetween(await this.#now(), checked.configuration).map(wordsOfStep);
    if (dry) return { is: 'possible', steps };
    this.#written = wanted;
    return { is: 'applied', revision: String(++this.#revision), steps, failed: [] };
  }

  /** Somebody else changes something. */
  overtake(): void {
    this.#revision++;
  }
}

type Asked = { readonly path: string; readonly words: URLSearchParams; readonly body: unknown };

/** The API of the box with sample bodies, behind the same restrictions on the page. */
class Box implements Fixture {
  url = '';
  status: StatusView = goodStatus;
  session: Session = {
    signedIn: false,
    mustChange: false,
    name: 'Town hall',
    build: goodStatus.box.build,
    fingerprint: Array.from({ length: 32 }, (_, index) =>
      (index * 7 + 16).toString(16).toUpperCase().padStart(2, '0'),
    ).join(':'),
    features: [],
  };
  readonly asked: { method: string; path: string; body: unknown }[] = [];
  readonly #settings = new SettingsOfFixture();
  readonly #streams = new Set<ServerResponse>();
  readonly #folder: string;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #lab: LabView = lab;
  #wrong = 0;
  #cut = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  tell(): void {
    for (const stream of this.#streams) stream.write(this.#event());
  }

  cut(): void {
    this.#cut = true;
    this.#server.closeAllConnections();
  }

  back(): void {
    this.#cut = false;
  }

  overtake(): void {
    this.#settings.overtake();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#cut) return void request.socket.destroy();
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    if (!pathname.startsWith('/api/')) return this.#file(pathname, response);
    const octets: Buffer[] = [];
    for await (const part of request) octets.push(part as Buffer);
    const isJson = request.headers['content-type'] === 'application/json';
    const body: unknown = isJson ? JSON.parse(Buffer.concat(octets).toString()) : undefined;
    this.asked.push({ method: request.method ?? '', path: pathname, body });
    try {
      if (pathname === '/api/live') return this.#live(response);
      if (pathname.endsWith('/audio')) return sendWav(response);
      const answer = await this.#answer(request.method ?? '', { path: pathname, words: searchParams, body });
      if (answer === undefined) response.writeHead(204).end();
      else sendJson(response, 200, answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendJson(response, error.status, error.body);
    }
  }

  #file(path: string, response: ServerResponse): void {
    const name = path === '/' ? 'index.html' : path.slice(1);
    try {
      const octets = readFileSync(join(this.#folder, name.replaceAll('..', '')));
      response.writeHead(200, {
        'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream',
        'Content-Security-Policy': POLICY,
      });
      response.end(octets);
    } catch {
      response.writeHead(404).end();
    }
  }

  #event(): string {
    return `event: status\ndata: ${JSON.stringify(this.status)}\n\n`;
  }

  #live(response: ServerResponse): void {
    if (!this.session.signedIn) throw new Refusal(401, { error: 'not-signed-in', sentence: 'Sign in first.' });
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`retry: 2000\n\n${this.#event()}`);
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }

  async #answer(method: string, asked: Asked): Promise<unknown> {
    const { path, body } = asked;
    if (path === '/api/session') return this.#session(method, body as { password: string });
    if (!this.session.signedIn) throw new Refusal(401, { error: 'not-signed-in', sentence: 'Sign in first.' });
    if (path === '/api/password') return this.#passwordChanged();
    if (path === '/api/settings' && method === 'GET') return this.#settings.show();
    if (path.startsWith('/api/settings'))
      return this.#settings.propose(body as { base: string; change: Change }, path.endsWith('/dry-run'));
    if (path === '/api/calls') return this.#calls(asked.words);
    if (path === '/api/operations') return operations;
    if (path === '/api/operations/analyse-route') return analysed(body);
    if (path === '/api/drills') return drillSheets(NOW);
    if (path.startsWith('/api/operations/')) return this.#operate(path.slice('/api/operations/'.length), body);
    if (path === '/api/messages') return { mailboxes };
    if (path === '/api/lab') return method === 'GET' ? this.#lab : this.#act(body as LabAct);
    return undefined;
  }

  #session(method: string, body: { password: string }): Session | undefined {
    if (method === 'DELETE') {
      this.session = { ...this.session, signedIn: false, features: [] };
      return undefined;
    }
    if (method === 'GET') return this.session;
    if (body.password === FIRST_PASSWORD) {
      this.session = { ...this.session, signedIn: true, features: ['handset', 'lab'] };
      return this.session;
    }
    this.#wrong++;
    if (this.#wrong < 3)
      throw new Refusal(401, { error: 'password-wrong', sentence: 'The password is wrong. Try again.' });
    throw new Refusal(429, {
      error: 'source-locked',
      sentence: 'Too many wrong passwords from here. Wait 30 seconds.',
      retryAfterS: 30,
    });
  }

  #passwordChanged(): Session {
    this.session = { ...this.session, mustChange: false };
    return this.session;
  }

  #calls(words: URLSearchParams): unknown {
    const number = words.get('number') ?? '';
    const limit = Number(words.get('limit') ?? 50);
    const those = calls.filter(({ record }) => `${record.dialled} ${record.from.number}`.includes(number));
    const from = those.findIndex(({ record }) => record.id === words.get('before')) + 1;
    return { calls: those.slice(from, from + limit), more: those.length > from + limit };
  }

  #operate(name: string, body: unknown): unknown {
    if (name === 'test-call' && !(body as { number?: string }).number)
      throw new Refusal(422, {
        is: 'refused',
        refused: [{ path: 'number', limit: 'must be given', remedy: 'Enter a number.' }],
      });
    return { is: 'done', sentence: 'The far end answered after 2.1 s and was heard.', result: {} };
  }

  #act({ softswitch, does }: LabAct): LabView {
    const after = {
      freeze: 'frozen',
      thaw: 'runs',
      stop: 'stopped',
      start: 'runs',
      refuse: 'refuses',
      accept: 'runs',
    } as const;
    const softswitches = this.#lab.softswitches.map((each) =>
      each.id === softswitch ? { ...each, is: after[does] } : each,
    );
    this.#lab = { ...this.#lab, softswitches };
    return this.#lab;
  }
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
};

const sendWav = (response: ServerResponse): void => {
  const samples = Int16Array.from({ length: 8000 }, (_, index) => 8000 * Math.sin((index * 2 * Math.PI * 440) / 8000));
  const octets = writeWav(samples);
  response.writeHead(200, { 'Content-Type': 'audio/wav', 'Content-Length': octets.length }).end(octets);
};

/** Serves the built page in `folder` with a box of sample bodies. */
export const startFixture = (folder: string): Promise<Fixture> => new Box(folder).start();

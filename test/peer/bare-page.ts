import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { EXECUTABLE, switches } from './browser.ts';
import type { Program } from './program.ts';
import type { Site } from './site.ts';
import { bounded, eventually } from './wait.ts';

const STARTS_WITHIN_MS = 15_000;
const ANSWERS_WITHIN_MS = 15_000;

type Answer = { readonly id?: number; readonly result?: unknown; readonly error?: { readonly message: string } };
type Listener = (params: never) => void;
type Waiting = { resolve(result: unknown): void; reject(reason: Error): void };

/**
 * A browser whose one page nobody looks into: what a driver such as Playwright adds to each page (worlds of its own,
 * scripts, reports of every request) takes a slow processor a third of a second, which no visitor has. Commands are
 * those of the Chrome DevTools Protocol; only domains that are switched on cost the page anything.
 */
export class BarePage {
  readonly #program: Program;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Listener>();
  #commands = 0;

  private constructor(program: Program, socket: WebSocket) {
    this.#program = program;
    this.#socket = socket;
    socket.on('message', (data) => this.#heard(JSON.parse(String(data))));
  }

  /** Starts Chromium without a window, 1280 by 800 pixels, at an empty page. */
  static async start(site: Site): Promise<BarePage> {
    const profile = site.folder(`bare-browser-${Math.random()}`);
    const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--window-size=1280,800'];
    const program = site.start('chromium', EXECUTABLE, [...switches({}), ...own, 'about:blank']);
    const port = await eventually('a browser', STARTS_WITHIN_MS, () => portIn(profile));
    const url = await eventually('a page', STARTS_WITHIN_MS, () => pageAt(port));
    const socket = new WebSocket(url);
    await bounded('the debugger', ANSWERS_WITHIN_MS, new Promise((resolve) => socket.once('open', resolve)));
    return new BarePage(program, socket);
  }

  #heard({ id, result, error, ...event }: Answer & { readonly method?: string; readonly params?: never }): void {
    if (id === undefined) {
      this.#listeners.get(event.method ?? '')?.((event.params ?? {}) as never);
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }

  on(event: string, listener: Listener): void {
    this.#listeners.set(event, listener);
  }

  /** A command of the protocol, such as `Page.navigate`. */
  async send<T = unknown>(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const id = ++this.#commands;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return (await bounded(method, ANSWERS_WITHIN_MS, answer)) as T;
  }

  /** The value of an expression in the page, as JSON has it. */
  async value<T>(expression: string): Promise<T> {
    type Evaluated = { readonly result: { readonly value: T }; readonly exceptionDetails?: { readonly text: string } };
    const asked = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await this.send<Evaluated>('Runtime.evaluate', asked);
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value;
  }

  async close(): Promise<void> {
    this.#socket.terminate();
    await this.#program.stop();
  }
}

const portIn = (profile: string): string | undefined => {
  try {
    return readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')[0] || undefined;
  } catch {
    return undefined;
  }
};

const pageAt = async (port: string): Promise<string | undefined> => {
  type Target = { readonly type: string; readonly webSocketDebuggerUrl: string };
  const targets = (await fetch(`http://127.0.0.1:${port}/json`).then((answer) => answer.json())) as readonly Target[];
  return targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl;
};

/** The bench socket: the world outside the box, for scripts, tests and people. */

import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { perform } from './bench-actions.ts';
import {
  BenchRefusal,
  type Command,
  checkFields,
  commandOf,
  commands,
  LONGEST_LINE_BYTES,
  MAX_CLIENTS,
  MAX_PENDING,
} from './bench-protocol.ts';
import type { Request, World } from './bench-world.ts';
import type { ExchangeLine } from './exchange.ts';
import type { Phone } from './phone.ts';

/** Events that a client does not fetch are dropped beyond this. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** `sun_path` of Linux holds 108 bytes with its end. */
const LONGEST_PATH_BYTES = 107;

export class Bench {
  readonly #world: World;
  readonly #server: Server;
  readonly #clients = new Set<Client>();
  /** The last thing asked of each port: what acts in order waits for it. */
  readonly #turns = new Map<string, Promise<unknown>>();

  private constructor(world: World) {
    this.#world = world;
    this.#server = createServer((socket) => this.#accept(socket));
    world.onNews((news) => {
      for (const client of this.#clients) client.tell(news);
    });
  }

  /** Listens at `path`, which a dead process may have left behind. Throws an Error with the remedy. */
  static async open(path: string, world: World): Promise<Bench> {
    if (Buffer.byteLength(path) > LONGEST_PATH_BYTES)
      throw new Error(`bench socket ${path}: at most ${LONGEST_PATH_BYTES} bytes fit; choose a shorter path`);
    const bench = new Bench(world);
    await rm(path, { force: true });
    await new Promise<void>((done, fail) => {
      bench.#server.once('error', (error) =>
        fail(new Error(`bench socket ${path}: ${error.message}; choose a folder that exists and can be written`)),
      );
      bench.#server.listen(path, done);
    });
    return bench;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }

  #accept(socket: Socket): void {
    const client = new Client(socket, (request) => this.#handle(request));
    if (this.#clients.size >= MAX_CLIENTS) {
      client.refuse('too-many', `${MAX_CLIENTS} clients are connected: close one`);
      return;
    }
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
  }

  #handle(request: Record<string, unknown>): Promise<object> {
    const name = request['do'];
    const command = typeof name === 'string' ? commandOf(name) : undefined;
    if (command === undefined) {
      const known = Object.keys(commands).join(', ');
      throw new BenchRefusal('unknown-command', `do is ${shown(name)}: give one of ${known}`);
    }
    const on = this.#endOf(command, request['port']);
    checkFields(command, request);
    const act = (): Promise<object> => perform(this.#world, request as Request, on);
    return command.inOrder && on !== undefined ? this.#inTurn(on.end.name, act) : act();
  }

  #endOf(command: Command, port: unknown): Phone | ExchangeLine | undefined {
    if (command.on === 'none') return undefined;
    const on = typeof port === 'string' ? this.#world.ends.get(port) : undefined;
    const fits = on !== undefined && (command.on === 'any' || command.on === on.kind);
    if (fits) return on;
    const legal = [...this.#world.ends.values()]
      .filter(({ kind }) => command.on === 'any' || kind === command.on)
      .map(({ end }) => end.name);
    throw new BenchRefusal(
      'unknown-port',
      `port is ${shown(port)}: give one of ${legal.join(', ') || '(there are none)'}`,
    );
  }

  #inTurn(port: string, act: () => Promise<object>): Promise<object> {
    const before = this.#turns.get(port) ?? Promise.resolve();
    const turn = before.then(act, act);
    this.#turns.set(
      port,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

const shown = (value: unknown): string =>
  value === undefined ? 'missing' : (JSON.stringify(value)?.slice(0, 60) ?? '');

type Handle = (request: Record<string, unknown>) => Promise<object>;

class Client {
  readonly #socket: Socket;
  readonly #handle: Handle;
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #pending = 0;
  #subscribed = false;

  constructor(socket: Socket, handle: Handle) {
    this.#socket = socket;
    this.#handle = handle;
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => this.#read(data));
  }

  tell(news: object): void {
    if (this.#subscribed && this.#socket.writableLength < MAX_UNSENT_BYTES) this.#send(news);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Says why and ends the connection. */
  refuse(code: string, detail: string): void {
    this.#socket.end(`${JSON.stringify({ error: { code, detail } })}\n`);
  }

  #read(data: Buffer): void {
    let from = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, from)) {
      const line = Buffer.concat([...this.#unread, data.subarray(from, end)]);
      this.#unread = [];
      this.#unreadBytes = 0;
      from = end + 1;
      if (line.length > LONGEST_LINE_BYTES) {
        this.#tooLong();
        return;
      }
      if (line.length > 0) void this.#line(line.toString('utf8'));
    }
    const rest = data.subarray(from);
    this.#unreadBytes += rest.length;
    if (this.#unreadBytes > LONGEST_LINE_BYTES) this.#tooLong();
    else if (rest.length > 0) this.#unread.push(rest);
  }

  #tooLong(): void {
    this.#socket.removeAllListeners('data');
    this.#socket.resume();
    this.refuse('bad-line', `a line is longer than ${LONGEST_LINE_BYTES} bytes: send shorter ones`);
  }

  async #line(text: string): Promise<void> {
    let id: unknown;
    try {
      const request = parse(text);
      id = request['id'];
      if (this.#pending >= MAX_PENDING)
        throw new BenchRefusal('too-many', `${MAX_PENDING} requests wait for their answers: wait for some first`);
      this.#pending++;
      try {
        const ok = await this.#handle(request);
        if (request['do'] === 'subscribe') this.#subscribed = true;
        this.#send({ id, ok });
      } finally {
        this.#pending--;
      }
    } catch (thrown) {
      const code = thrown instanceof BenchRefusal ? thrown.code : 'not-possible';
      this.#send({ id, error: { code, detail: thrown instanceof Error ? thrown.message : String(thrown) } });
    }
  }

  #send(message: object): void {
    if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify(message)}\n`);
  }
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BenchRefusal('bad-line', 'the line is no JSON: send one object a line, such as {"id":1,"do":"list"}');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BenchRefusal('bad-line', 'the line is no JSON object: send one such as {"id":1,"do":"list"}');
  const request = value as Record<string, unknown>;
  const id = request['id'];
  if (id !== undefined && typeof id !== 'number' && !(typeof id === 'string' && id.length <= 64))
    throw new BenchRefusal('bad-field', 'id is neither a number nor a text of at most 64 characters');
  return request;
}

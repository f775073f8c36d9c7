/** The bench socket: the world outside the box, for scripts, tests and people. */

import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { perform } from './bench-actions.ts';
import { Connection } from './bench-connection.ts';
import { BenchRefusal, type Command, checkFields, commandOf, commands, MAX_CLIENTS } from './bench-protocol.ts';
import type { Request, World } from './bench-world.ts';
import type { ExchangeLine } from './exchange.ts';
import type { Phone } from './phone.ts';

/** `sun_path` of Linux holds 108 bytes with its end. */
const LONGEST_PATH_BYTES = 107;

export class Bench {
  readonly #world: World;
  readonly #server: Server;
  readonly #clients = new Set<Connection>();
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
    const client = new Connection(socket, (request, from) => this.#handle(request, from));
    if (this.#clients.size >= MAX_CLIENTS) {
      client.refuse('too-many', `${MAX_CLIENTS} clients are connected: close one`);
      return;
    }
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
  }

  #handle(request: Record<string, unknown>, client: Connection): Promise<object> {
    const name = request['do'];
    const command = typeof name === 'string' ? commandOf(name) : undefined;
    if (command === undefined) {
      const known = Object.keys(commands).join(', ');
      throw new BenchRefusal('unknown-command', `do is ${shown(name)}: give one of ${known}`);
    }
    const on = this.#endOf(command, request['port']);
    checkFields(command, request);
    if (client.withoutFiles && 'file' in request)
      throw new BenchRefusal('not-possible', 'this client may not have files read or written: leave file out');
    const act = (): Promise<object> => perform(this.#world, request as Request, on, client);
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

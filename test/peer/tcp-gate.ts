import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Site } from './site.ts';
import { bounded } from './wait.ts';

/** A TCP pass-through before a softswitch that closes its connections when it is told to. */
export class TcpGate {
  /** While true, the first bytes of a client close its connection, and new connections are refused by a reset. */
  closing = false;
  /** How often a connection was closed by us. */
  closed = 0;
  readonly #pairs = new Set<Socket>();
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(
    site: Site,
    at: { readonly host: string; readonly port: number },
    target: { readonly host: string; readonly port: number },
  ): Promise<TcpGate> {
    const gate = new TcpGate(target);
    const listening = new Promise<void>((resolve) => gate.#server.listen(at.port, at.host, resolve));
    await bounded(`listening at ${at.host}:${at.port}`, 3_000, listening);
    site.atEnd('close the gate', () => {
      for (const socket of gate.#pairs) socket.destroy();
      gate.#server.close();
    });
    return gate;
  }

  #join(client: Socket): void {
    client.on('error', () => {});
    if (this.closing) {
      this.closed++;
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.#target.port, this.#target.host);
    server.on('error', () => client.destroy());
    for (const socket of [client, server]) {
      this.#pairs.add(socket);
      socket.on('close', () => {
        this.#pairs.delete(socket);
        (socket === client ? server : client).destroy();
      });
    }
    client.on('data', (data) => {
      if (!this.closing) {
        server.write(data);
        return;
      }
      this.closed++;
      client.destroy();
    });
    server.on('data', (data) => client.write(data));
  }
}

import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '../face.ts';
import type { Carrier, CarrierEvents } from './carrier.ts';
import type { PortBook } from './former-ports.ts';
import { StreamFraming } from './framing.ts';

const PONG = Buffer.from('\r\n');
/** Connections from outside that have not yet brought an accepted message; the oldest gives way to a new one. */
const MOST_UNPROVEN = 32;
const MOST_CONNECTIONS = 256;
/** Octets waiting to be written to one far end that does not read. */
const MOST_WAITING = 1024 * 1024;

type Connection = {
  readonly socket: Socket;
  readonly far: Endpoint;
  readonly framing: StreamFraming;
  proven: boolean;
  lost: boolean;
};

/**
 * TCP of one flow: a listener on its local address, and connections to far ends made on demand and used again in
 * both directions (RFC 3261 §18, RFC 5923). A connection that ends is told, so that what waits on it fails at once.
 */
class TcpCarrier implements Carrier {
  readonly reliable = true;
  readonly local: Endpoint;
  readonly #events: CarrierEvents;
  readonly #connections = new Map<string, Connection>();
  readonly #server;
  readonly #ports: PortBook | undefined;
  /** At ports of connections that a plane before us had. */
  readonly #former = new Set<Server>();
  #cancelFormer: () => void = () => {};
  #open = true;

  constructor(server: Server, local: Endpoint, events: CarrierEvents, ports: PortBook | undefined) {
    this.#server = server;
    this.local = local;
    this.#events = events;
    this.#ports = ports;
    server.on('connection', (socket) => this.#accepted(socket));
    server.on('error', (error) => events.fault(error.message));
  }

  /** Listens where the connections of a plane before us came from; a port that is taken meanwhile is left alone. */
  async listenAtFormerPorts(): Promise<void> {
    const former = this.#ports?.former(this.local) ?? [];
    if (former.length === 0) return;
    this.#cancelFormer = this.#ports!.untilUseless(() => this.#closeFormer());
    await Promise.all(
      former.map(async (port) => {
        const server = createServer({ keepAlive: true }, (socket) => this.#accepted(socket));
        server.on('error', (error) => this.#events.fault(error.message));
        this.#former.add(server);
        await listening(server, { ...this.local, port }).catch(() => this.#former.delete(server));
      }),
    );
  }

  #closeFormer(): void {
    this.#cancelFormer();
    for (const server of this.#former) server.close();
    this.#former.clear();
  }

  send(octets: Buffer, to: Endpoint, done: (failed?: string) => void): void {
    if (!this.#open) {
      done('the flow is closed');
      return;
    }
    const connection = this.#connections.get(key(to)) ?? this.#connect(to);
    if (connection.socket.writableLength > MOST_WAITING) {
      this.#lose(connection, 'the far end does not read');
      done('the far end does not read');
      return;
    }
    connection.socket.write(octets, (error) => done(error ? error.message : undefined));
  }

  renew(): void {
    for (const connection of [...this.#connections.values()]) this.#lose(connection, 'the path has changed');
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#closeFormer();
    for (const connection of [...this.#connections.values()]) this.#lose(connection, 'the flow is closed');
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #connect(to: Endpoint): Connection {
    const socket = connect({ host: to.address, port: to.port, localAddress: this.local.address });
    socket.once('connect', () => {
      const port = socket.localPort ?? 0;
      this.#ports?.opened(this.local, port);
      socket.once('close', () => this.#ports?.closed(this.local, port));
    });
    return this.#add(socket, to, true);
  }

  #accepted(socket: Socket): void {
    const far = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    if (!this.#open || far.address === '' || this.#connections.size >= MOST_CONNECTIONS) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    this.#makeRoom();
    this.#add(socket, far, false);
  }

  #makeRoom(): void {
    const unproven = [...this.#connections.values()].filter((connection) => !connection.proven);
    if (unproven.length >= MOST_UNPROVEN) this.#lose(unproven[0]!, 'others came');
  }

  #add(socket: Socket, far: Endpoint, proven: boolean): Connection {
    const connection: Connection = { socket, far, framing: new StreamFraming(), proven, lost: false };
    this.#connections.set(key(far), connection);
    let why = 'the far end closed the connection';
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on('error', (error) => {
      why = error.message;
    });
    socket.on('close', () => this.#lose(connection, why));
    socket.on('data', (octets) => this.#read(connection, octets));
    return connection;
  }

  /** At once, not when the system has closed it: what is sent from here on needs another connection. */
  #lose(connection: Connection, why: string): void {
    if (connection.lost) return;
    connection.lost = true;
    const { socket, far } = connection;
    if (this.#connections.get(key(far)) === connection) this.#connections.delete(key(far));
    socket.destroy();
    this.#events.closed(far, why);
  }

  #read(connection: Connection, octets: Buffer): void {
    let pinged = false;
    for (const frame of connection.framing.push(octets)) {
      if (frame.is === 'ping') pinged = true;
      else if (frame.is === 'fault') this.#lose(connection, frame.why);
      else if (this.#events.received(frame.octets, connection.far)) connection.proven = true;
      else if (!connection.proven) this.#lose(connection, 'a stranger');
      if (connection.lost) return;
    }
    // Anybody can ask for it: once for all that came together, and only where the last one has been read.
    if (pinged && connection.socket.writableLength === 0) connection.socket.write(PONG);
  }
}

const key = (far: Endpoint): string => `${far.address}|${far.port}`;

const listening = (server: Server, { address, port }: Endpoint): Promise<void> =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

/** Listens on the local address of a flow; rejects if the port is taken. */
export const openTcp = async (local: Endpoint, events: CarrierEvents, ports?: PortBook): Promise<Carrier> => {
  const server = createServer({ keepAlive: true });
  await listening(server, local);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : local.port;
  const carrier = new TcpCarrier(server, { address: local.address, port }, events, ports);
  await carrier.listenAtFormerPorts();
  return carrier;
};

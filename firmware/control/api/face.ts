import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import { GatewayError } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import { type Damage, DurableFile } from '../../store/durable-file.ts';
import { Refused, SECURITY_HEADERS, sendRefused } from './answer.ts';
import { certificateOf, fingerprintOf, type KeyAndCertificate } from './certificate.ts';
import type { Doors } from './doors.ts';
import { Gate } from './gate.ts';
import { Listener } from './listener.ts';
import { LiveFeed } from './live-feed.ts';
import { LockOut } from './lock-out.ts';
import { checkHost, type OwnNames } from './origin.ts';
import { Password, type StoredPassword } from './password.ts';
import type { Rooms } from './rooms.ts';
import { assetRoutes } from './route/assets.ts';
import { callRoutes } from './route/calls.ts';
import { HandsetDoor } from './route/handset.ts';
import { labRoutes } from './route/lab.ts';
import { liveRoutes } from './route/live.ts';
import { messageRoutes } from './route/messages.ts';
import { drillRoutes, operationRoutes } from './route/operations.ts';
import { sessionRoutes } from './route/session.ts';
import { settingsRoutes } from './route/settings.ts';
import { Router } from './router.ts';
import { Sessions } from './sessions.ts';
import { StaticFiles } from './static-files.ts';
import { type UpgradeRoute, upgrade } from './upgrade.ts';

/** Where the page answers, and by which names; as the settings say now. */
export type AccessSettings = OwnNames & {
  readonly address: string;
  readonly httpsPort: number;
  /** 0 = none. */
  readonly httpPort: number;
};

export type FaceOptions = {
  readonly doors: Doors;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  /** Folder of password and certificate; made when it is missing. */
  readonly folder: string;
  /** Folder of the files of the page. */
  readonly web: string;
  /** Program that makes a certificate. */
  readonly certificateMaker: string;
  /** File of the API's description. */
  readonly openapi: string;
  /** States that the plane before this one has left. */
  readonly before: ReadonlyMap<string, unknown>;
  access(): AccessSettings;
};

type Listeners = { https: Listener | undefined; http: Listener | undefined };

/** All routes there are, for the server and for the description of the API. */
export const routesOf = (rooms: Rooms) => [
  ...sessionRoutes(rooms),
  ...settingsRoutes(rooms),
  ...callRoutes(rooms),
  ...operationRoutes(rooms),
  ...drillRoutes(rooms),
  ...liveRoutes(rooms),
  ...messageRoutes(rooms),
  ...labRoutes(rooms),
  ...assetRoutes(rooms),
];

/** The page and the HTTP API. Nothing of telephony waits for it, and what fails here is told and goes no further. */
export class Face {
  readonly #options: FaceOptions;
  readonly #rooms: Rooms;
  readonly #gate: Gate;
  readonly #certificate: KeyAndCertificate;
  readonly #listeners: Listeners = { https: undefined, http: undefined };
  readonly #handsets: HandsetDoor;
  readonly #upgrades: Readonly<Record<string, UpgradeRoute>>;

  /** Rejects with `certificate-failed`, `store-unwritable`, `address-in-use` or `page-closed`. */
  static async open(options: FaceOptions): Promise<Face> {
    const { folder, doors, clock, runner, before } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const damaged = ({ path, why, evidence }: Damage) =>
      doors.state({ fact: 'storeDamaged', why: `${path}: ${why}; kept as ${evidence}` });
    const password = await Password.open(new DurableFile<StoredPassword>(join(folder, 'password'), damaged));
    const file = new DurableFile<KeyAndCertificate>(join(folder, 'certificate'), damaged);
    const certificate = await certificateOf(file, options.certificateMaker, options.access());
    const rooms: Rooms = {
      doors,
      clock,
      password,
      // whoever was signed in by a password that is gone is so no more
      sessions: new Sessions(runner, password.unprinted === undefined ? before : new Map()),
      lockOut: new LockOut(runner, before, (fact) => doors.state(fact)),
      live: new LiveFeed(doors.status, clock),
      fingerprint: fingerprintOf(certificate),
      openapi: options.openapi,
      own: () => options.access(),
    };
    const files = await StaticFiles.open(options.web);
    const face = new Face(options, rooms, files, certificate);
    await face.readdress();
    return face;
  }

  private constructor(options: FaceOptions, rooms: Rooms, files: StaticFiles, certificate: KeyAndCertificate) {
    this.#options = options;
    this.#rooms = rooms;
    this.#certificate = certificate;
    this.#handsets = new HandsetDoor(() => options.doors.bench(), options.clock);
    this.#upgrades = { '/api/handset': (ask) => this.#handsets.open(ask) };
    this.#gate = new Gate(rooms, new Router(routesOf(rooms)), files, options.log);
  }

  get fingerprint(): string {
    return this.#rooms.fingerprint;
  }

  /** The first password, until `introduced`; undefined where it has been printed before. */
  get firstPassword(): string | undefined {
    return this.#rooms.password.unprinted;
  }

  introduced(): Promise<void> {
    return this.#rooms.password.printed();
  }

  /** Open connections and live streams, to show that nothing is left over. */
  get counts(): { readonly connections: number; readonly streams: number } {
    const { https, http } = this.#listeners;
    return { connections: (https?.connections ?? 0) + (http?.connections ?? 0), streams: this.#rooms.live.size };
  }

  /**
   * Answers where the settings say from now on. Connections that are open keep theirs until they are answered. A
   * place that cannot be had leaves the former one open, and rejects.
   */
  async readdress(): Promise<void> {
    const { address, httpsPort, httpPort } = this.#options.access();
    const answer = (request: IncomingMessage, response: ServerResponse) => void this.#gate.handle(request, response);
    const secure = {
      certificate: this.#certificate,
      upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) =>
        void upgrade(this.#rooms, this.#upgrades, { request, socket, head }),
    };
    await this.#move('https', { address, port: httpsPort }, (place) => Listener.open(place, answer, secure));
    const lead = (request: IncomingMessage, response: ServerResponse) => this.#leadToHttps(request, response);
    await this.#move('http', { address, port: httpPort }, (place) => Listener.open(place, lead));
  }

  async close(): Promise<void> {
    this.#rooms.live.close();
    this.#handsets.close();
    await Promise.all([this.#listeners.https?.close(), this.#listeners.http?.close()]);
  }

  async #move(
    which: keyof Listeners,
    place: Listener['place'],
    open: (place: Listener['place']) => Promise<Listener>,
  ): Promise<void> {
    const former = this.#listeners[which];
    if (former?.place.address === place.address && former.place.port === place.port) return;
    // every address and one address share a port only one after the other
    former?.retire();
    this.#listeners[which] = undefined;
    if (place.port === 0) return;
    try {
      this.#listeners[which] = await open(place);
    } catch (error) {
      if (!former) throw error;
      const again = await open(former.place).catch(() => undefined);
      this.#listeners[which] = again;
      throw again ? staysAt(former.place.port, error) : error;
    }
  }

  /** HTTP does nothing but lead to HTTPS, at the host by which it was asked. */
  #leadToHttps(request: IncomingMessage, response: ServerResponse): void {
    try {
      checkHost(request, this.#options.access());
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        throw new Refused('method-refused', 'The box answers by HTTPS only.', { headers: { Allow: 'GET, HEAD' } });
      }
      const host = (request.headers.host ?? '').replace(/:[0-9]+$/, '');
      const path = (request.url ?? '').startsWith('/') ? request.url : '/';
      const Location = `https://${host}:${this.#listeners.https?.place.port ?? ''}${path}`;
      response.writeHead(307, { ...SECURITY_HEADERS, Location, 'Cache-Control': 'no-store', 'Content-Length': 0 });
      response.end();
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused('failed', 'The box could not answer this.');
      sendRefused(request, response, refused);
    }
  }
}

/** Why the page did not move, and where it is to be found. */
const staysAt = (port: number, error: unknown): unknown =>
  error instanceof GatewayError
    ? new GatewayError(error.code, `${error.detail}; the page stays at port ${port} until the next start`, error)
    : error;

/** The type by which the composition asks for the face without importing it. */
export type OpenFace = typeof Face.open;

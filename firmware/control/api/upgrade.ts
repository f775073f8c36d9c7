import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Refused, rawAnswer } from './answer.ts';
import { checkSession } from './gate.ts';
import { checkHost, checkOrigin } from './origin.ts';
import type { Rooms } from './rooms.ts';
import type { SessionKey } from './sessions.ts';

/** A request to become a WebSocket whose host, origin and session have been checked. */
export type UpgradeAsk = {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Calls back when the session ends, and the connection has to end with it; gives how to take that back. */
  onEnd(listener: () => void): () => void;
  /** The person has used the connection, and so the session. */
  used(): void;
};
/** Takes a connection over; rejects with `Refused` before it has done so. */
export type UpgradeRoute = (ask: UpgradeAsk) => Promise<void>;

/** Answers a request to become a WebSocket by the route of its path, or refuses it in HTTP. Never rejects. */
export const upgrade = async (
  rooms: Rooms,
  routes: Readonly<Record<string, UpgradeRoute>>,
  asked: Omit<UpgradeAsk, 'onEnd' | 'used'>,
): Promise<void> => {
  const { request, socket } = asked;
  // a connection that breaks ends what it carried; there is nobody to tell
  socket.on('error', () => socket.destroy());
  try {
    const session = checkUpgrade(rooms, request);
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route) throw new Refused('not-found', 'There is no WebSocket at this address.');
    const { sessions } = rooms;
    const used = () => sessions.use(session);
    await route({ ...asked, used, onEnd: (listener) => sessions.onEnd(session, listener) });
  } catch (error) {
    const refused = error instanceof Refused ? error : new Refused('failed', 'The connection could not be made.');
    socket.end(rawAnswer(refused), () => socket.destroy());
  }
};

const checkUpgrade = (rooms: Rooms, request: IncomingMessage): SessionKey => {
  checkHost(request, rooms.own());
  checkOrigin(request, true, '/api/');
  if (request.headers.origin === undefined) {
    throw new Refused('origin-refused', 'A WebSocket must say where it comes from.');
  }
  const session = rooms.sessions.of(request.headers.cookie);
  checkSession('password', session, rooms.password.mustChange);
  return session!;
};

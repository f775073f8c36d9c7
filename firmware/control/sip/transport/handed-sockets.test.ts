import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import type { SocketWord } from '../../../core/socket-words.ts';
import { HandedSockets } from './handed-sockets.ts';

const setUp = () => {
  const said: SocketWord[] = [];
  let heard: (message: unknown, handle: unknown) => void = () => {};
  const sockets = new HandedSockets({
    send: (word) => void said.push(word),
    onMessage: (listener) => {
      heard = listener;
    },
  });
  return { said, sockets, tell: (message: unknown, handle?: unknown) => heard(message, handle) };
};

const local = { address: '127.0.0.1', port: 5060 };

const closedAtEnd = async (socket: Socket): Promise<void> => {
  socket.close();
  await once(socket, 'close');
};

test('each is asked for by its place and taken by its number, in any order', async () => {
  const { said, sockets, tell } = setUp();
  const second = { address: '::1', port: 5070 };
  const [a, b] = [createSocket('udp4'), createSocket('udp6')];
  const asked = [sockets.take(local), sockets.take(second)];
  assert.deepEqual(said, [
    { socket: 'take', ask: 1, ...local },
    { socket: 'take', ask: 2, ...second },
  ]);
  tell({ socket: 'given', ask: 2 }, b);
  tell({ socket: 'given', ask: 1 }, a);
  assert.deepEqual(await Promise.all(asked), [a, b]);
  await Promise.all([a, b].map(closedAtEnd));
});

test('a refusal says why, and a handle that did not come is one', async () => {
  const { sockets, tell } = setUp();
  const [first, second] = [sockets.take(local), sockets.take(local)];
  tell({ socket: 'refused', ask: 1, why: 'bind EADDRINUSE' });
  tell({ socket: 'given', ask: 2 });
  await assert.rejects(first, /EADDRINUSE/);
  await assert.rejects(second, /not handed over/);
});

test('a socket that nobody waits for is closed', async () => {
  const { tell } = setUp();
  const socket = createSocket('udp4');
  const closed = once(socket, 'close');
  tell({ socket: 'given', ask: 7 }, socket);
  await closed;
});

test('other words over the same channel are not for us', () => {
  const { tell } = setUp();
  tell({ ready: true });
  tell(undefined);
});

test('what a flow closes is released, unless the whole plane ends', () => {
  const { said, sockets } = setUp();
  sockets.release(local);
  sockets.keep();
  sockets.release({ ...local, port: 5070 });
  assert.deepEqual(said, [{ socket: 'release', ...local }]);
});

test('any free port is taken by ourselves: there is no name under which to hold it', async () => {
  const { said, sockets } = setUp();
  const socket = await sockets.take({ ...local, port: 0 });
  assert.ok(socket.address().port > 0);
  assert.deepEqual(said, []);
  await closedAtEnd(socket);
});

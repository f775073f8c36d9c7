import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket, type Socket, type SocketType } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const module = fileURLToPath(new URL('./activated-sockets.ts', import.meta.url));

/** A service of a few words: takes the socket at a place and says what it reads, and whether a second take succeeds. */
const service = (place: object): string => `
  import { activatedSockets } from ${JSON.stringify(module)};
  const sockets = activatedSockets({ ...process.env, LISTEN_PID: process.env.FOR ?? String(process.pid) }, process.pid);
  const socket = await sockets.take(${JSON.stringify(place)}).catch((error) => error.code);
  if (typeof socket === 'string') console.log(socket), process.exit();
  socket.on('message', (octets) => { console.log(octets.toString()); process.exit(); });`;

/** Binds as a service manager does, and lets the descriptor go on in a service. */
const runService = async (t: TestContext, type: SocketType, address: string, more: object = {}) => {
  const unit: Socket = createSocket(type);
  unit.bind(0, address);
  await once(unit, 'listening');
  t.after(() => unit.close());
  process.noDeprecation = true;
  const { _handle: handle } = unit as unknown as { _handle: { fd: number; recvStop(): void } };
  handle.recvStop();
  const { port } = unit.address();
  const sender = createSocket(type);
  await new Promise((sent) => sender.send('waited', port, address, sent));
  sender.close();
  const words = ['--import', 'tsx', '--input-type=module', '-e', service({ address, port })];
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'inherit', handle.fd],
    env: { ...process.env, LISTEN_FDS: '1', ...more },
  });
  let output = '';
  child.stdout?.on('data', (text) => {
    output += text;
  });
  await once(child, 'close');
  return output.trim();
};

test('a socket of a socket unit is found by its address, with what waited in it', async (t) => {
  assert.equal(await runService(t, 'udp4', '127.0.0.1'), 'waited');
});

test('the same over IPv6', async (t) => {
  assert.equal(await runService(t, 'udp6', '::1'), 'waited');
});

test('descriptors that were meant for another process are not touched', async (t) => {
  assert.equal(await runService(t, 'udp4', '127.0.0.1', { FOR: '1' }), 'EADDRINUSE');
});

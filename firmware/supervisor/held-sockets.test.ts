import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Log } from '../core/log.ts';
import type { SocketPlace, SocketReply } from '../core/socket-words.ts';
import { TestClock } from '../core/test-clock.ts';
import { HeldSockets } from './held-sockets.ts';

const address = '127.0.0.1';
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A port that nobody has. */
const freePort = async (): Promise<number> => {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
};

const setUp = async (t: TestContext) => {
  const clock = new TestClock();
  const held = new HeldSockets(clock, silent);
  t.after(() => held.close());
  const place: SocketPlace = { address, port: await freePort() };
  let asks = 0;
  const take = (wanted: SocketPlace = place): { reply: SocketReply; socket: Socket | undefined } => {
    let answered: { reply: SocketReply; socket: Socket | undefined } | undefined;
    held.heard({ socket: 'take', ask: ++asks, ...wanted }, (reply, socket) => {
      answered = { reply, socket };
    });
    assert.ok(answered, 'it is answered at once');
    return answered;
  };
  return { clock, held, place, take };
};

/** Octets that wait in the kernel for a reader of this port. */
const waiting = (port: number): number => {
  const row = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .find((line) => line.includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} `));
  return Number.parseInt(/[0-9A-F]+:([0-9A-F]+) 00:/.exec(row ?? '')?.[1] ?? '0', 16);
};

const send = async (place: SocketPlace, ...texts: readonly string[]): Promise<void> => {
  const socket = createSocket('udp4');
  for (const text of texts)
    await new Promise((resolve) => socket.send(text, place.port, place.address, () => resolve(undefined)));
  socket.close();
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('the holder never reads: what comes waits in the kernel', async (t) => {
  const { place, take } = await setUp(t);
  const { reply, socket } = take();
  assert.equal(reply.socket, 'given');
  const read: string[] = [];
  socket?.on('message', (octets) => read.push(octets.toString()));
  await send(place, 'one', 'two', 'three');
  await pause(100);
  assert.deepEqual(read, []);
  assert.ok(waiting(place.port) > 0, 'nothing waits');
});

/** A plane of a few words: asks for a socket and says what it reads. */
const PLANE = `process.on('message', async (_, socket) => {
  await undefined;
  socket.on('message', (octets) => process.send({ read: octets.toString() }));
});
process.send('asks');`;

const startPlane = (t: TestContext): ChildProcess => {
  const folder = mkdtempSync(join(tmpdir(), 'held-'));
  const path = join(folder, 'plane.mjs');
  writeFileSync(path, PLANE);
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  return child;
};

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `datagram ${from + index}`);

test('a plane that is killed loses nothing that comes before the next one reads', async (t) => {
  const { held, place, take } = await setUp(t);
  const heard: string[] = [];
  const reader = async (): Promise<ChildProcess> => {
    const child = startPlane(t);
    await once(child, 'message');
    child.on('message', ({ read }: { read: string }) => heard.push(read));
    const { reply, socket } = take();
    child.send(reply, socket, { keepOpen: true }, () => {});
    return child;
  };
  const first = await reader();
  await send(place, ...numbered(0, 20));
  for (let tries = 0; heard.length < 20 && tries < 300; tries++) await pause(10);
  first.kill('SIGKILL');
  await once(first, 'exit');
  held.planeGone();
  await send(place, ...numbered(20, 120));
  await reader();
  for (let tries = 0; heard.length < 120 && tries < 300; tries++) await pause(10);
  assert.deepEqual(heard, numbered(0, 120));
});

test('a socket is given to one flow at a time', async (t) => {
  const { held, take } = await setUp(t);
  const { socket } = take();
  assert.deepEqual([take().reply.socket, take().socket], ['refused', undefined]);
  held.planeGone();
  assert.equal(take().socket, socket);
});

test('a port that another program has is refused with its reason', async (t) => {
  const { held, take } = await setUp(t);
  const other = createSocket('udp4');
  other.bind(0, address);
  await once(other, 'listening');
  const { reply, socket } = take({ address, port: other.address().port });
  other.close();
  assert.match(reply.why ?? '', /EADDRINUSE/);
  assert.equal(socket, undefined);
  assert.deepEqual(held.places, []);
});

test('what is released is free for others, at once', async (t) => {
  const { held, place, take } = await setUp(t);
  take();
  held.heard({ socket: 'release', ...place }, () => assert.fail('a release is not answered'));
  assert.deepEqual(held.places, []);
  const other = createSocket('udp4');
  other.bind(place.port, address);
  await once(other, 'listening');
  other.close();
});

test('what a new plane has not asked for within a minute is let go', async (t) => {
  const { clock, held, place, take } = await setUp(t);
  const kept = { address, port: await freePort() };
  take();
  take(kept);
  held.planeGone();
  clock.turn(120_000);
  assert.equal(held.places.length, 2, 'without a plane nothing is let go');
  take(kept);
  held.planeReady();
  clock.turn(59_000);
  assert.equal(held.places.length, 2);
  clock.turn(2_000);
  assert.deepEqual(held.places, [`${kept.address} port ${kept.port}`]);
  assert.equal(waiting(place.port), 0);
});

test('a word that names no address or no port is not heard', async (t) => {
  const { held } = await setUp(t);
  for (const wrong of [
    { address: 'localhost', port: 5060 },
    { address, port: 0 },
    { address, port: 70_000 },
  ])
    held.heard({ socket: 'take', ask: 1, ...wrong }, () => assert.fail('it was heard'));
  assert.deepEqual(held.places, []);
});

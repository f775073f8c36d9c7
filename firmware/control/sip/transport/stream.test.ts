import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Endpoint } from '../face.ts';
import { openTcp } from './stream.ts';

const address = '127.0.0.1';
const probe = Buffer.from('OPTIONS sip:a@b SIP/2.0\r\nl: 0\r\n\r\n');

const until = async (what: string, so: () => boolean): Promise<void> => {
  for (let tries = 0; !so(); tries++) {
    assert.ok(tries < 500, `${what} has not come`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** A carrier, what it has read and which ends it has told of; `peer` is a far end of it. */
const setUp = async (t: TestContext, isWelcome: () => boolean = () => true) => {
  const read: string[] = [];
  const closed: string[] = [];
  const carrier = await openTcp(
    { address, port: 0 },
    {
      received: (octets) => isWelcome() && read.push(octets.toString('latin1')) > 0,
      closed: (_, why) => void closed.push(why),
      fault: assert.fail,
    },
  );
  t.after(() => carrier.close());
  const peers: Socket[] = [];
  t.after(() => {
    for (const each of peers) each.destroy();
  });
  const peer = async (): Promise<Socket> => {
    const socket = connect(carrier.local);
    peers.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  return { carrier, read, closed, peer };
};

test('however many strangers connect at once, who has something to say gets through', async (t) => {
  const { read, closed, peer } = await setUp(t);
  await Promise.all(Array.from({ length: 400 }, peer));
  await until('room', () => closed.length >= 400 - 32);
  const somebody = await peer();
  somebody.write(probe);
  await until('its request', () => read.length === 1);
  assert.equal(closed.length, 401 - 32, 'no more had to go than room was needed');
});

test('a keep-alive is answered, and a flood of them hardly', async (t) => {
  const { read, peer } = await setUp(t);
  const far = await peer();
  let answered = 0;
  far.on('data', (octets) => {
    answered += octets.length / 2;
  });
  far.write('\r\n\r\n');
  await until('the answer', () => answered === 1);
  far.write(Buffer.concat([Buffer.alloc(256 * 1024, '\r\n\r\n'), probe]));
  await until('what stands behind them', () => read.length === 1);
  far.write('\r\n\r\n');
  await until('its answer', () => answered >= 3);
  assert.ok(answered < 100, `${answered} answers`);
});

test('a stranger who is not welcome is left at once, with what he sent behind', async (t) => {
  let asked = 0;
  const { closed, peer } = await setUp(t, () => ++asked > 100);
  const far = await peer();
  far.write(Buffer.concat([probe, probe, probe]));
  await once(far, 'close');
  assert.deepEqual([asked, closed], [1, ['a stranger']]);
});

test('after its path has changed what is sent at once takes a new connection', async (t) => {
  const { carrier, closed } = await setUp(t);
  const heard: string[] = [];
  const server = createServer((socket) => socket.on('data', (octets) => heard.push(`${octets}`))).listen(0, address);
  await once(server, 'listening');
  t.after(() => server.close());
  const to: Endpoint = { address, port: (server.address() as { port: number }).port };
  const sent = (text: string): Promise<string | undefined> =>
    new Promise((resolve) => carrier.send(Buffer.from(text), to, resolve));
  assert.equal(await sent('one'), undefined);
  carrier.renew?.();
  assert.equal(await sent('two'), undefined);
  await until('both', () => heard.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(
    closed,
    ['the path has changed'],
    'the end of the old connection is told before the new one is made',
  );
  await carrier.close();
});

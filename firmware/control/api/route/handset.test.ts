import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, connect as netConnect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { Clock } from '../../../core/clock.ts';
import { systemClock } from '../../../core/clock.ts';
import { TestClock } from '../../../core/test-clock.ts';
import { type Refused, rawAnswer } from '../answer.ts';
import { HandsetDoor } from './handset.ts';

/** The bench as far as the door knows it: lines. `answers`: what it says to the first words of the door. */
class FakeBench {
  readonly path: string;
  readonly clients: Socket[] = [];
  lines: string[] = [];
  answers = '{"id":"door","ok":{}}\n';
  readonly #server = createServer((socket) => {
    this.clients.push(socket);
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      text += data;
      const lines = text.split('\n');
      text = lines.pop()!;
      for (const line of lines)
        if (line.includes('"id":"door"')) socket.write(this.answers);
        else this.lines.push(line);
    });
  });

  constructor(folder: string) {
    this.path = join(folder, 'bench.sock');
  }

  async listen(): Promise<void> {
    this.#server.listen(this.path);
    await once(this.#server, 'listening');
  }

  close(): void {
    for (const client of this.clients) client.destroy();
    this.#server.close();
  }
}

const until = async (what: string, met: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (met()) return;
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.fail(`waited in vain for ${what}`);
};

async function setUp(t: TestContext, { clock = systemClock as Clock, simulated = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'handset-'));
  const bench = new FakeBench(folder);
  await bench.listen();
  const door = new HandsetDoor(() => (simulated ? bench.path : undefined), clock);
  const ends = new Set<() => void>();
  const uses: number[] = [];
  const used = () => void uses.push(clock.now());
  const server = createHttpServer();
  server.on('upgrade', (request, socket, head) => {
    const onEnd = (listener: () => void) => {
      ends.add(listener);
      return () => void ends.delete(listener);
    };
    door.open({ request, socket, head, onEnd, used }).catch((error) => socket.end(rawAnswer(error as Refused)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pages: WebSocket[] = [];
  const open = async (): Promise<WebSocket & { readonly heard: string[] }> => {
    const page = Object.assign(new WebSocket(`ws://127.0.0.1:${port}/api/handset`), { heard: [] as string[] });
    pages.push(page);
    page.on('message', (data) => page.heard.push(String(data)));
    await once(page, 'open');
    return page;
  };
  const refusal = async (): Promise<number> => {
    const page = new WebSocket(`ws://127.0.0.1:${port}/api/handset`);
    page.on('error', () => {});
    const [, answer] = await once(page, 'unexpected-response');
    return answer.statusCode;
  };
  t.after(() => {
    for (const page of pages) page.terminate();
    door.close();
    bench.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const signOut = (): void => {
    for (const end of [...ends]) end();
  };
  return { bench, door, open, refusal, port, signOut, ends, uses };
}

const closed = async (page: WebSocket): Promise<[code: number, why: string]> => {
  const [code, why] = await once(page, 'close', { signal: AbortSignal.timeout(10_000) });
  return [code, String(why)];
};

test('a message is a line and a line is a message, in order and untouched', async (t) => {
  const { bench, open } = await setUp(t);
  const page = await open();
  page.send('{"id":1,"do":"lift","port":"phone/1"}');
  page.send('not even JSON: ünïcode');
  await until('two lines', () => bench.lines.length === 2);
  assert.deepEqual(bench.lines, ['{"id":1,"do":"lift","port":"phone/1"}', 'not even JSON: ünïcode']);
  bench.clients[0]!.write('{"id":1,"ok":{}}\n{"event":"hook","por');
  await until('one message', () => page.heard.length === 1);
  bench.clients[0]!.write('t":"phone/1"}\n');
  await until('two messages', () => page.heard.length === 2);
  assert.deepEqual(page.heard, ['{"id":1,"ok":{}}', '{"event":"hook","port":"phone/1"}']);
});

const abuses: readonly (readonly [what: string, act: (page: WebSocket) => void, code: number])[] = [
  ['a message over 4 kB', (page) => page.send('x'.repeat(4097)), 1009],
  ['octets', (page) => page.send(Buffer.from('{}'), { binary: true }), 1003],
  ['two lines in a message', (page) => page.send('{}\n{}'), 1008],
  [
    'a flood of pings',
    (page) => {
      for (let i = 0; i < 2000; i++) page.ping('x'.repeat(125));
    },
    1008,
  ],
  [
    'a message in endless parts',
    (page) => {
      for (let i = 0; i < 100; i++) page.send('x'.repeat(100), { fin: false });
    },
    1009,
  ],
  ['text that is no UTF-8', (page) => page.send(Buffer.from([0xff, 0xfe]), { binary: false }), 1007],
  [
    'a flood',
    (page) => {
      for (let i = 0; i < 2000; i++) page.send('{}');
    },
    1008,
  ],
];
for (const [what, act, code] of abuses)
  test(`${what} ends the handset, and its connection to the bench with it`, async (t) => {
    const { bench, open } = await setUp(t);
    const page = await open();
    const over = closed(page);
    act(page);
    assert.equal((await over)[0], code);
    await until('the end at the bench', () => bench.clients[0]!.destroyed);
    assert.ok(bench.lines.length < 1000, `${bench.lines.length} lines have got through`);
  });

test('four handsets at once, the fifth is refused, and the next one after an end is not', async (t) => {
  const { open, refusal } = await setUp(t);
  const pages = [await open(), await open(), await open(), await open()];
  assert.equal(await refusal(), 429);
  pages[0]!.close();
  await once(pages[0]!, 'close');
  await open();
});

test('without a simulated card, or with one that does not answer, there is no handset', async (t) => {
  const none = await setUp(t, { simulated: false });
  assert.equal(await none.refusal(), 404);
  const deaf = await setUp(t);
  deaf.bench.answers = '{"id":"door","error":{"code":"unknown-command"}}\n';
  assert.equal(await deaf.refusal(), 409);
  deaf.bench.close();
  assert.equal(await deaf.refusal(), 409);
});

test('a request that is no WebSocket is refused and leaves nothing at the bench', async (t) => {
  const { bench, port, open } = await setUp(t);
  const socket = netConnect(port, '127.0.0.1');
  socket.write('GET /api/handset HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 400 /);
  await until('the end at the bench', () => bench.clients[0]!.destroyed);
  for (let i = 0; i < 4; i++) await open();
});

test('it ends with the session, with the card, and with the page', async (t) => {
  const { bench, open, signOut, ends } = await setUp(t);
  const first = await open();
  const over = closed(first);
  signOut();
  assert.deepEqual(await over, [1008, 'signed out']);
  await until('the end at the bench', () => bench.clients[0]!.destroyed);
  const second = await open();
  const gone = closed(second);
  bench.clients[1]!.destroy();
  assert.equal((await gone)[0], 1011);
  const third = await open();
  third.terminate();
  await until('the end at the bench', () => bench.clients[2]!.destroyed);
  assert.equal(ends.size, 0, 'nothing of it is kept with the session');
});

test('a page that does not answer for 20 s is ended: its handset would stay lifted', async (t) => {
  const clock = new TestClock();
  const { bench, open } = await setUp(t, { clock });
  const page = await open();
  for (let i = 0; i < 5; i++) {
    const asked = once(page, 'ping');
    clock.turn(10_000);
    await asked;
    await new Promise((done) => setTimeout(done, 20));
  }
  assert.equal(bench.clients[0]!.destroyed, false);
  (page as unknown as { _socket: Socket })._socket.pause();
  clock.turn(10_000);
  await new Promise((done) => setTimeout(done, 20));
  clock.turn(10_000);
  await until('the end at the bench', () => bench.clients[0]!.destroyed);
});

test('talking or hearing is a use of the session, told at most every ten seconds; silence is none', async (t) => {
  const clock = new TestClock();
  const { bench, open, uses } = await setUp(t, { clock });
  const page = await open();
  const tick = async (): Promise<void> => {
    const asked = once(page, 'ping');
    clock.turn(10_000);
    await asked;
    await new Promise((done) => setTimeout(done, 20));
  };
  await tick();
  assert.equal(uses.length, 0, 'an open page alone is no use');
  for (let i = 0; i < 5; i++) page.send('{}');
  await until('the messages', () => bench.lines.length === 5);
  await tick();
  assert.equal(uses.length, 1);
  bench.clients[0]!.write('{"event":"heard","port":"phone/1","audio":""}\n');
  await until('sound', () => page.heard.length === 1);
  await tick();
  assert.equal(uses.length, 2);
  bench.clients[0]!.write('{"event":"hook","port":"phone/1"}\n');
  await until('an event', () => page.heard.length === 2);
  await tick();
  assert.equal(uses.length, 2);
});

test('a page is answered its ping, and one that does not read heaps up no answers', async (t) => {
  const { open } = await setUp(t);
  const page = await open();
  const answer = once(page, 'pong');
  page.ping('there?');
  assert.equal(String((await answer)[0]), 'there?');
});

test('a page that does not read loses sound first, and then its handset', async (t) => {
  const { bench, open } = await setUp(t);
  const page = await open();
  (page as unknown as { _socket: Socket })._socket.pause();
  const sound = `{"event":"heard","audio":"${'f'.repeat(8000)}"}\n`;
  const other = `{"event":"digit","digit":"${'5'.repeat(8000)}"}\n`;
  const client = bench.clients[0]!;
  for (let i = 0; i < 1500; i++) if (!client.write(sound)) await once(client, 'drain');
  assert.equal(client.destroyed, false, 'sound alone ends nothing: most of 12 MB has been left out');
  await until('its end', () => {
    if (client.destroyed) return true;
    for (let i = 0; i < 40; i++) client.write(other);
    return false;
  });
});

import assert from 'node:assert/strict';
import { connect as connectPlain } from 'node:net';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import type { Doors } from './doors.ts';
import { routesOf } from './face.ts';
import type { Route } from './router.ts';
import { type Answer, type Asked, askFace, openFace, type TestFace } from './test-face.ts';

/** Every route × everything that a stranger may do to it: refused in order, with a sentence, and nothing is left over. */
let office: TestFace;
let cookie: string;
before(async () => {
  office = await openFace();
  cookie = await office.signIn();
});
after(() => office.close());

const rooms = { doors: { lab: undefined } as unknown as Doors } as never;
const routes: readonly Route[] = routesOf(rooms);
const pathOf = ({ path }: Route): string =>
  path.replace(':mailbox', 'line%2F1').replace(':message', 'one').replace(':name', 'test-call');
const nameOf = (route: Route): string => `${route.method} ${route.path}`;

const assertRefused = (answer: Answer, status: number, error: string): void => {
  assert.equal(answer.json['error'], error, `${answer.status} ${answer.text}`);
  assert.equal(answer.status, status);
  assert.ok(String(answer.json['sentence']).length > 10, 'it says what and why');
  assert.equal(answer.headers['content-security-policy']?.includes("frame-ancestors 'none'"), true);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
  assert.equal(answer.headers['strict-transport-security'], undefined);
  assert.equal(answer.headers['cache-control'], 'no-store');
};

const good = (route: Route): Asked => ({
  method: route.method,
  path: pathOf(route),
  cookie,
  ...(route.body ? { body: '{}', headers: { 'content-type': route.body.type } } : {}),
});

test('there are the routes that the contract names', () => {
  assert.equal(routes.length, 17);
  assert.equal(routesOf({ doors: { lab: '/lab.sock' } } as never).length, 19);
  assert.deepEqual(routes.filter(({ needs }) => needs === 'nothing').map(nameOf), [
    'GET /api/session',
    'POST /api/session',
    'DELETE /api/session',
  ]);
});

for (const route of routes) {
  const name = nameOf(route);
  if (route.needs !== 'nothing')
    test(`${name}: without a session`, async () => {
      const { cookie: _, ...asked } = good(route);
      assertRefused(await office.ask(asked), 401, 'not-signed-in');
      const forged = `__Host-holdfast=${'A'.repeat(43)}`;
      assertRefused(await office.ask({ ...asked, cookie: forged }), 401, 'not-signed-in');
    });

  test(`${name}: from another origin`, async () => {
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${office.port}`, 'https://127.0.0.1:1']) {
      const asked = good(route);
      const answer = await office.ask({ ...asked, headers: { ...asked.headers, origin } });
      assertRefused(answer, 403, 'origin-refused');
    }
    const asked = good(route);
    for (const site of ['cross-site', 'same-site']) {
      const headers = { ...asked.headers, origin: undefined, 'sec-fetch-site': site };
      assertRefused(await office.ask({ ...asked, headers }), 403, 'origin-refused');
      const path = `/x/..${asked.path}`;
      assertRefused(await office.ask({ ...asked, path, headers }), 403, 'origin-refused');
    }
  });

  test(`${name}: for another host`, async () => {
    for (const host of ['evil.example', '127.0.0.2', `127.0.0.1.evil.example:${office.port}`, '', 'a b', undefined]) {
      const asked = good(route);
      assertRefused(await office.ask({ ...asked, headers: { ...asked.headers, host } }), 403, 'host-refused');
    }
  });

  test(`${name}: with another method`, async () => {
    const { body: _, headers: __, ...asked } = good(route);
    const answer = await office.ask({ ...asked, method: 'PATCH' });
    assertRefused(answer, 405, 'method-refused');
    assert.ok(answer.headers.allow?.includes(route.method));
    assertRefused(await office.ask({ ...asked, method: 'OPTIONS' }), 405, 'method-refused');
  });

  test(`${name}: below it there is nothing`, async () => {
    assertRefused(await office.ask({ ...good(route), path: `${pathOf(route)}/x/y` }), 404, 'not-found');
  });

  if (route.method !== 'GET')
    test(`${name}: without saying where it comes from`, async () => {
      const asked = good(route);
      const answer = await office.ask({ ...asked, headers: { ...asked.headers, origin: undefined } });
      assertRefused(answer, 403, 'origin-refused');
    });

  const { body } = route;
  if (!body) continue;
  test(`${name}: a body that is too large`, async () => {
    const large = Buffer.alloc(body.largest + 1, 0x20);
    assertRefused(await office.ask({ ...good(route), body: large }), 413, 'too-large');
    // one that would be larger than what is ever read is refused before it comes
    const asked = { ...good(route), body: 'x', missing: 2 ** 31 };
    assertRefused(await office.ask(asked), 413, 'too-large');
  });

  test(`${name}: a body of another kind`, async () => {
    for (const headers of [
      { 'content-type': 'text/plain' },
      { 'content-type': undefined },
      { 'content-type': body.type, 'content-encoding': 'gzip' },
    ])
      assertRefused(await office.ask({ ...good(route), headers }), 400, 'body-refused');
  });

  if (body.type === 'application/json')
    test(`${name}: broken JSON, and JSON that is none of ours`, async () => {
      for (const text of ['{', '{"a":}', 'null x', '\u0000', Buffer.from([0x22, 0xff, 0x22])])
        assertRefused(await office.ask({ ...good(route), body: text }), 400, 'body-refused');
      for (const text of ['[]', 'null', '7', '"x"'])
        assertRefused(await office.ask({ ...good(route), body: text }), 422, 'refused');
    });
}

test('slow bodies, slow heads and silent connections end by themselves', { timeout: 30_000 }, async () => {
  const began = performance.now();
  const slow = routes.filter(({ body }) => body).map((route) => ({ ...good(route), body: '{', missing: 10 }));
  const head = exchange(`GET /api/session HTTP/1.1\r\nHost: 127.0.0.1:${office.port}\r\nX-Slow: `);
  const silent = exchange('');
  const plain = new Promise((resolve) => {
    // no TLS at all: the handshake never comes to its end
    connectPlain(office.port, '127.0.0.1')
      .on('error', () => {})
      .once('close', resolve);
  });
  const answers = Promise.all(slow.map((asked) => office.ask(asked)));
  for (const answer of await inTime('slow bodies', answers)) assertRefused(answer, 408, 'too-slow');
  assert.match(await inTime('a slow head', head), /^HTTP\/1.1 408 .*"error":"too-slow"/s);
  await inTime('connections that say nothing', Promise.all([silent, plain]));
  const tookMs = performance.now() - began;
  assert.ok(tookMs > 9_000, `${tookMs} ms`);
});

test('what is no HTTP, or has no end, is refused', async () => {
  assert.match(await exchange('\u0016\u0003\u0001garbage\r\n\r\n'), /^HTTP\/1.1 400 .*"error":"body-refused"/s);
  const head = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${office.port}\r\n`;
  assert.match(await exchange(`${head}X: ${'x'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1.1 413 .*"error":"too-large"/s);
  const smuggled = 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
  assert.match(await exchange(`POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\n${smuggled}`), /^HTTP\/1.1 400 /);
  const hosts = `Host: 127.0.0.1:${office.port}\r\nHost: evil.example\r\n`;
  assert.match(await exchange(`GET /api/session HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`), /"host-refused"/);
  assert.match(await exchange(`GET /${'a'.repeat(3000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`), /"error":"not-found"/);
});

const oneAsk = (): string => `GET /api/session HTTP/1.1\r\nHost: 127.0.0.1:${office.port}\r\n\r\n`;

test('one connection cannot ask on and on without waiting for answers', async () => {
  const answers = await inTime('it', exchange(oneAsk().repeat(400)));
  assert.ok(answers.split('HTTP/1.1 200').length < 20, 'more than four are not answered');
});

test('one connection has 500 requests, however well it behaves', async () => {
  const socket = await secure();
  let answers = 0;
  const over = new Promise((resolve) => socket.once('close', resolve));
  socket.on('data', (data) => {
    answers += data.toString('latin1').split('HTTP/1.1 200').length - 1;
    if (answers < 600) socket.write(oneAsk());
    else socket.destroy();
  });
  socket.write(oneAsk());
  await inTime('a connection that asks on and on', over);
  assert.equal(answers, 500);
});

test('one source has 16 connections, and the next finds the door closed until one of them ends', async () => {
  const open = await Promise.all(Array.from({ length: 16 }, () => secure()));
  await assert.rejects(office.ask({ path: '/api/session' }));
  open[0]!.destroy();
  await until(() => office.face.counts.connections < 16);
  assert.equal((await office.ask({ path: '/api/session' })).status, 200);
  for (const socket of open) socket.destroy();
});

test('there are 64 connections; who has few gets in where others hold all of them, and not where each has one', async () => {
  const from = (source: number) => secure({ localAddress: `127.0.0.${source}` });
  const held = await Promise.all(Array.from({ length: 64 }, (_, index) => from(2 + (index % 4))));
  assert.equal(office.face.counts.connections, 64);
  assert.equal((await office.ask({ path: '/api/session' })).status, 200);
  assert.ok(office.face.counts.connections <= 64);
  assert.ok(held.filter(({ destroyed }) => destroyed).length <= 1, 'one has given way');
  for (const socket of held) socket.destroy();
  await until(() => office.face.counts.connections === 0);
  const each = await Promise.all(Array.from({ length: 64 }, (_, index) => from(2 + index)));
  await assert.rejects(office.ask({ path: '/api/session' }));
  assert.equal(office.face.counts.connections, 64);
  for (const socket of each) socket.destroy();
  await until(() => office.face.counts.connections === 0);
});

test('TLS older than 1.2 is not spoken', async () => {
  await assert.rejects(secure({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }));
  const socket = await secure();
  assert.match(socket.getProtocol() ?? '', /TLSv1\.[23]/);
  socket.destroy();
});

test('a WebSocket needs host, origin, session and an address that exists', async () => {
  const upgrade = (headers: Record<string, string | undefined>, path = '/api/handset') =>
    rawUpgrade(path, {
      Host: `127.0.0.1:${office.port}`,
      Origin: `https://127.0.0.1:${office.port}`,
      Cookie: cookie,
      ...headers,
    });
  assert.match(await upgrade({ Host: 'evil.example' }), /403 .*host-refused/s);
  assert.match(await upgrade({ Origin: 'https://evil.example' }), /403 .*origin-refused/s);
  assert.match(await upgrade({ Origin: undefined }), /403 .*origin-refused/s);
  assert.match(await upgrade({ Origin: undefined, 'Sec-Fetch-Site': 'same-origin' }), /403 .*origin-refused/s);
  assert.match(await upgrade({ Cookie: undefined }), /401 .*not-signed-in/s);
  assert.match(await upgrade({}, '/api/live'), /404 .*not-found/s);
  // here no card is simulated
  assert.match(await upgrade({}), /404 .*not-found/s);
});

test('HTTP leads to HTTPS and does nothing else', async () => {
  const { httpPort } = office;
  const plain = (asked: Asked) => askFace(httpPort, { ...asked, plain: true });
  const led = await plain({ path: '/calls?x=1' });
  assert.equal(led.status, 307);
  assert.equal(led.headers.location, `https://127.0.0.1:${office.port}/calls?x=1`);
  assertRefused(await plain({ path: '/', headers: { host: 'evil.example' } }), 403, 'host-refused');
  assertRefused(await plain({ path: '/api/session', method: 'POST', body: '{}' }), 405, 'method-refused');
});

test('after all this nothing is left over, and a good request is answered', async () => {
  await until(() => office.face.counts.connections === 0);
  assert.equal(office.face.counts.streams, 0);
  assert.deepEqual(office.asked, [], 'nothing of it has reached the box');
  global.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  const refused = { method: 'POST', path: '/api/settings', cookie, body: Buffer.alloc(3_000_000, 0x20) };
  for (let round = 0; round < 10; round++) assertRefused(await office.ask(refused), 413, 'too-large');
  global.gc?.();
  assert.ok(process.memoryUsage().arrayBuffers - before < 30_000_000);
  assert.equal((await office.ask({ path: '/api/session', cookie })).json['signedIn'], true);
});

/** Fails by name where something does not come to its end by itself. */
const inTime = async <T>(what: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `${what} did not end` })), 14_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

const until = async (is: () => boolean): Promise<void> => {
  for (let waits = 0; !is(); waits++) {
    assert.ok(waits < 200, 'it did not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const secure = (more: object = {}): Promise<ReturnType<typeof connect>> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port: office.port, host: '127.0.0.1', rejectUnauthorized: false, ...more });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.on('error', () => {});
      resolve(socket);
    });
  });

/** Sends octets and gives all that comes back until the connection ends. */
const exchange = async (text: string): Promise<string> => {
  const socket = await secure();
  return new Promise((resolve) => {
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.once('close', () => resolve(answer));
    socket.write(text, 'latin1');
  });
};

const rawUpgrade = (path: string, headers: Record<string, string | undefined>): Promise<string> => {
  const all = { ...headers, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
  const lines = Object.entries({ ...all, 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return exchange(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
};

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { openFace, type TestFace } from './test-face.ts';

/** Requests as no browser writes them, octet for octet: none is taken for something else than it says. */
let office: TestFace;
let cookie: string;
before(async () => {
  office = await openFace();
  cookie = await office.signIn();
});
after(() => office.close());

/** Sends octets and gives all that comes back; the connection is closed when the answer has had time to come. */
const exchange = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port: office.port, host: '127.0.0.1', rejectUnauthorized: false });
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('error', reject);
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.once('close', () => resolve(answer));
    socket.once('secureConnect', () => {
      socket.removeAllListeners('error').on('error', () => {});
      socket.write(text, 'latin1');
    });
  });

const own = (): string => `127.0.0.1:${office.port}`;
/** The head of a request; HOST stands for our own. */
const headOf = (line: string, headers: readonly string[] = ['Host: HOST']): string =>
  `${[`${line} HTTP/1.1`, ...headers, 'Connection: close'].join('\r\n').replaceAll('HOST', own())}\r\n\r\n`;
const statusesIn = (answer: string): string[] => [...answer.matchAll(/HTTP\/1\.1 ([0-9]{3}) /g)].map(([, s]) => s!);

const settings = 'GET /api/settings';
const signedIn = (...more: readonly string[]): readonly string[] => ['Host: HOST', `Cookie: ${cookie}`, ...more];
const inJson = ['Origin: https://HOST', 'Content-Type: application/json'];

const hosts: readonly (readonly [host: string, status: string])[] = [
  ['HOST', '401'],
  ['127.0.0.1', '401'],
  ['LocalHost.:1', '401'],
  ['127.1', '403'],
  ['2130706433', '403'],
  ['[::ffff:127.0.0.1]', '403'],
  ['[::1]', '403'],
  ['user@127.0.0.1', '403'],
  ['127.0.0.1:1:2', '403'],
  ['127.0.0.1 evil.example', '403'],
  ['127.0.0.1,evil.example', '403'],
  ['.', '403'],
  ['box-1.local.evil.example', '403'],
  ['%6cocalhost', '403'],
];
test('hosts in every form: ours are ours, and others are not', async () => {
  for (const [host, status] of hosts) {
    const answer = await exchange(headOf(settings, [`Host: ${host}`]));
    assert.deepEqual(statusesIn(answer), [status], host);
  }
});

test('a whole address in the request line, a method that says it is another, and forwarding headers lead nowhere', async () => {
  const cases: readonly (readonly [text: string, status: string])[] = [
    [headOf('GET https://evil.example/api/settings', signedIn()), '404'],
    [headOf('GET https://127.0.0.1/api/settings', signedIn()), '404'],
    [headOf('OPTIONS *', signedIn()), '404'],
    [headOf('TRACE /api/settings', signedIn()), '405'],
    [headOf('GET /api/operations/test-call', signedIn('X-HTTP-Method-Override: POST')), '405'],
    [headOf('GET /api/operations/test-call?_method=POST', signedIn()), '405'],
    [headOf(settings, ['Host: evil.example', 'X-Forwarded-Host: HOST', `Cookie: ${cookie}`]), '403'],
    [headOf('POST /api/operations/test-call', signedIn('Sec-Fetch-Site: same-origin', 'Origin: null')), '403'],
    [headOf(settings, ['Host: HOST', `Cookie: x${cookie}`]), '401'],
    [headOf(settings, ['Host: HOST', `Cookie: ${cookie}x; ${cookie}`]), '401'],
    [headOf(settings, ['Host: HOST', `Cookie: ${'a=b; '.repeat(900)}${cookie}`]), '401'],
  ];
  for (const [text, status] of cases) assert.deepEqual(statusesIn(await exchange(text)), [status], text);
});

test('paths with dots, escapes, backslashes and zeros find a message of the list or nothing', async () => {
  const audio = (mailbox: string, message: string) =>
    headOf(`GET /api/messages/${mailbox}/${message}/audio`, signedIn());
  const nothing = [
    ...['..%2f..%2faccess%2fpassword', 'one%00', 'one%00.wav', '%c0%af', '%', '..', '%2e%2e', 'one%2f', '__proto__'],
    ...['one;x', 'ONE', 'constructor'],
  ].map((message) => audio('line%2F1', message));
  for (const text of [...nothing, audio('line%252F1', 'one'), audio('line/1', 'one'), audio('__proto__', 'one')])
    assert.match(await exchange(text), /^HTTP\/1\.1 (400|404) /, text);
  for (const path of [
    '/access/password',
    '/..%5caccess%5cpassword',
    '/.\\access/password',
    '/%2e%2e%2faccess/password',
  ])
    assert.deepEqual(statusesIn(await exchange(headOf(`GET ${path}`))), ['404'], path);
  assert.deepEqual(statusesIn(await exchange(audio('line%2F1', 'one'))), ['200']);
});

test('a request hidden in another one is never answered', async () => {
  const hidden = headOf('DELETE /api/session', signedIn('Origin: https://HOST'));
  const post = (headers: readonly string[], body: string): string =>
    `POST /api/session HTTP/1.1\r\nHost: ${own()}\r\n${inJson.join('\r\n').replaceAll('HOST', own())}\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
  const cases = [
    post(['Content-Length: 5', 'Transfer-Encoding: chunked'], `0\r\n\r\n${hidden}`),
    post(['Content-Length: 0', 'Content-Length: 5'], hidden),
    post(['Transfer-Encoding: identity, chunked, x'], `0\r\n\r\n${hidden}`),
    post(['Transfer-Encoding : chunked'], `0\r\n\r\n${hidden}`),
    post(['Content-Length: +0'], hidden),
    post(['Content-Length: 0x10'], hidden),
    post(['Transfer-Encoding: chunked'], `0\n\n${hidden}`),
    post(['Transfer-Encoding: chunked'], `ffffffffffffffffff\r\n${hidden}`),
    post(['Transfer-Encoding: chunked'], `1;${'x'.repeat(40_000)}\r\n{\r\n0\r\n\r\n${hidden}`),
    post(['X: a\rDELETE /api/session HTTP/1.1'], ''),
    post([' folded: x', 'Content-Length: 0'], hidden),
  ];
  for (const text of cases) {
    const answer = await exchange(text);
    assert.match(answer, /^(HTTP\/1\.1 4[0-9]{2} |$)/, text);
    assert.ok(!statusesIn(answer).includes('204'), text);
  }
  assert.equal((await office.ask({ path: '/api/session', cookie })).json['signedIn'], true);
});

test('keys that JavaScript means something by, and lists in lists without end, change no object but their own', async () => {
  const depth = 100_000;
  const bodies = [
    '{"base":"0-factory","change":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
    '{"__proto__":{"base":"0-factory","change":{}},"toString":1}',
    `{"base":"0-factory","change":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`,
    `{"base":"0-factory","change":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
  ];
  for (const body of bodies) {
    const { status } = await office.ask({ method: 'POST', path: '/api/settings', cookie, body });
    assert.ok([200, 422, 500].includes(status), `${status}`);
  }
  const nested = `{"a":${'['.repeat(8_000)}${']'.repeat(8_000)},"__proto__":{"polluted":1}}`;
  await office.ask({ method: 'POST', path: '/api/operations/test-call', cookie, body: nested });
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal((await office.ask({ path: '/api/session', cookie })).json['signedIn'], true);
});

test('a name of the box with anything in it splits no answer and shows nothing of itself in a header', async () => {
  office.access.name = 'x\r\nSet-Cookie: a=b\r\n\r\n<script>';
  const answer = await exchange(headOf('GET /api/session'));
  assert.deepEqual(statusesIn(answer), ['200']);
  assert.doesNotMatch(answer.split('\r\n\r\n')[0]!, /set-cookie|script>/i);
  office.access.name = 'Box 1';
});

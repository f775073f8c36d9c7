import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openApi } from './openapi.ts';
import { type Answer, type Asked, cookieIn, openFace, ownPassword, type TestFace } from './test-face.ts';
import { complaintsOf, type Schema } from './test-schema.ts';
import type { LabView } from './wire.ts';

/** What the description says of an answer is held against answers of a face that runs. */
const { paths, components } = openApi() as {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema?: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
};

const lab: LabView = {
  softswitches: [{ id: 'a', address: '127.0.0.1:5060', is: 'runs', bindings: 1, calls: 0 }],
  numbers: [{ number: '600', does: 'echo' }],
};
const folder = mkdtempSync(join(tmpdir(), 'holdfast-lab-'));
const labServer = createServer((socket) => {
  socket.on('error', () => {}).on('data', () => socket.end(`${JSON.stringify(lab)}\n`));
});
let office: TestFace;
let cookie: string;
before(async () => {
  labServer.listen(join(folder, 'lab.sock'));
  await once(labServer, 'listening');
  office = await openFace({ lab: join(folder, 'lab.sock') });
  cookie = await office.signIn();
});
after(async () => {
  await office.close();
  labServer.close();
  rmSync(folder, { recursive: true });
});

const change = (base: string, of: object) => JSON.stringify({ base, change: of });
const wav = { 'content-type': 'audio/wav' };
const audio = '/api/messages/{mailbox}/{message}/audio';
const greeting = '/api/messages/{mailbox}/greeting';

/** Each route with what makes it answer in each of its ways: method, path as described, status, and what is sent. */
const cases: readonly (readonly [method: string, path: string, status: number, asked?: Partial<Asked>])[] = [
  ['get', '/api/session', 200],
  ['get', '/api/settings', 200],
  ['get', '/api/settings', 401, { cookie: 'none' }],
  ['post', '/api/settings', 200, { body: change('0-factory', {}) }],
  ['post', '/api/settings', 409, { body: change('old', {}) }],
  ['post', '/api/settings', 422, { body: change('0-factory', { wrong: 1 }) }],
  ['post', '/api/settings', 400, { body: '{' }],
  ['post', '/api/settings/dry-run', 200, { body: change('0-factory', {}) }],
  ['get', '/api/calls', 200],
  ['get', '/api/drills', 200],
  ['get', '/api/operations', 200],
  ['post', '/api/operations/{name}', 200, { body: '{}' }],
  ['get', '/api/live', 429],
  ['get', '/api/messages', 200],
  ['get', audio, 200],
  ['get', audio, 206, { headers: { range: 'bytes=1-2' } }],
  ['put', greeting, 204, { body: 'RIFF', headers: wav }],
  ['put', greeting, 422, { body: 'abc', headers: wav }],
  ['delete', greeting, 204],
  ['get', '/api/lab', 200],
  ['post', '/api/lab', 200, { body: '{"softswitch":"a","does":"freeze"}' }],
  ['post', '/api/lab', 422, { body: '{}' }],
  ['get', '/api/openapi.json', 200],
  ['post', '/api/session', 401, { body: '{"password":"wrong"}' }],
  ['post', '/api/session', 200, { body: JSON.stringify({ password: ownPassword }) }],
  ['post', '/api/password', 200, { body: JSON.stringify({ current: ownPassword, next: 'quite another one' }) }],
  ['delete', '/api/session', 204],
];

const holdAgainstDescription = (method: string, path: string, { status, headers, text }: Answer): void => {
  const { responses } = paths[path]![method]!;
  const described = responses[status === 206 ? 200 : status] ?? responses['default']!;
  const name = `${method} ${path} ${status}`;
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  assert.deepEqual(type === '' ? [] : [type], Object.keys(described.content ?? {}), name);
  const schema = described.content?.[type]?.schema;
  if (schema) assert.deepEqual(complaintsOf(schema, JSON.parse(text), components.schemas), [], name);
};

test('answers are as they are described', async (t) => {
  for (const [method, path, status, asked] of cases)
    await t.test(`${method} ${path} ${status}`, async () => {
      const real = path.replace('{mailbox}', 'line%2F1').replace('{message}', 'one').replace('{name}', 'test-call');
      if (path === '/api/live') return holdLive();
      const answer = await office.ask({ method: method.toUpperCase(), path: real, cookie, ...asked });
      assert.equal(answer.status, status, answer.text);
      holdAgainstDescription(method, path, answer);
      if (answer.headers['set-cookie'] && status === 200) cookie = cookieIn(answer);
    });
});

/** A stream has no end: it is asked for until there are too many, which is an answer. */
const holdLive = async (): Promise<void> => {
  const streams = Array.from({ length: 9 }, () => office.ask({ path: '/api/live', cookie }));
  const refused = await Promise.race(streams);
  assert.equal(refused.status, 429);
  holdAgainstDescription('get', '/api/live', refused);
  await office.ask({ method: 'DELETE', path: '/api/session', cookie });
  for (const { status, headers, text } of await Promise.all(streams))
    if (status === 200) holdAgainstDescription('get', '/api/live', { status, headers, text, json: {} });
  cookie = await office.signIn();
};

test('each route that is described has its case', () => {
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  assert.deepEqual([...new Set(cases.map(([method, path]) => `${method} ${path}`))].sort(), described.sort());
});

test('the comparison finds what is missing, of another kind, not described or not known', () => {
  const { schemas } = components;
  const session = { signedIn: true, mustChange: false, name: 'x', build: '', fingerprint: '', features: ['lab'] };
  const complaints = (value: unknown, schema: Schema = { $ref: '#/components/schemas/Session' }) =>
    complaintsOf(schema, value, schemas).length;
  assert.equal(complaints(session), 0);
  for (const wrong of [{ name: 7 }, { features: ['sauna'] }, { more: 1 }, { features: {} }])
    assert.equal(complaints({ ...session, ...wrong }), 1, JSON.stringify(wrong));
  const { name: _, ...nameless } = session;
  assert.equal(complaints(nameless), 1);
  assert.equal(complaints({ is: 'applied' }, { $ref: '#/components/schemas/SettingsOutcome' }), 1);
  assert.equal(complaints(7, { type: 'integer', minimum: 8 }), 1);
  assert.equal(complaints('x', { type: 'string', format: 'date' }), 1);
});

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as ask, type IncomingHttpHeaders } from 'node:http';
import { request as askSecurely } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogue } from '../../../drivers/catalogue.ts';
import { checkConfiguration } from '../../config/check.ts';
import { factoryConfiguration } from '../../config/factory.ts';
import { redacted } from '../../config/secret.ts';
import { systemClock } from '../../core/clock.ts';
import { GatewayError } from '../../core/error.ts';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import type { Fact } from '../facts.ts';
import type { Doors } from './doors.ts';
import { type AccessSettings, Face } from './face.ts';
import type { DrillSheet, MailboxView } from './wire.ts';

/** A face on loopback before a box that does nothing but note what it is asked. */
export type TestFace = {
  readonly face: Face;
  readonly port: number;
  readonly httpPort: number;
  readonly folder: string;
  readonly facts: Fact[];
  readonly asked: string[];
  readonly access: { -readonly [Key in keyof AccessSettings]: AccessSettings[Key] };
  readonly runner: Runner;
  /** Makes the live view as long as a test needs it. */
  readonly view: { padding: string };
  changeStatus(): void;
  ask(asked: Asked): Promise<Answer>;
  /** Signs in with the first password and changes it; gives the cookie. */
  signIn(): Promise<string>;
  /** Another face on the same folder, after this one was closed. */
  reopen(before?: ReadonlyMap<string, unknown>): Promise<Face>;
  close(): Promise<void>;
};

export type Asked = {
  readonly method?: string;
  readonly path: string;
  readonly cookie?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer;
  /** Declares so many octets and does not send them. */
  readonly missing?: number;
  readonly port?: number;
  readonly plain?: boolean;
};
export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
};

export const ownPassword = 'a password of my own';

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** The slowest that is asked for in a test is refused after ten seconds. */
const LONGEST_ANSWER_MS = 20_000;

/** Asks as a browser on the page would, unless `headers` say otherwise; an undefined header is left out. */
export const askFace = (usual: number, asked: Asked): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', path, cookie, body, missing, port = usual, plain = false } = asked;
    const host = `127.0.0.1:${port}`;
    const headers: Record<string, string | undefined> = {
      host,
      ...(method === 'GET' ? {} : { origin: `https://${host}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(missing === undefined ? {} : { 'content-length': String(Buffer.byteLength(body ?? '') + missing) }),
      ...asked.headers,
    };
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    const signal = AbortSignal.timeout(LONGEST_ANSWER_MS);
    const where = { host: '127.0.0.1', port, method, path, signal } as const;
    const options = { ...where, headers: given, agent: false, setHost: false } as const;
    const request = plain ? ask(options) : askSecurely({ ...options, rejectUnauthorized: false });
    request.on('error', reject);
    request.on('response', async (response) => {
      const parts: Buffer[] = [];
      response.on('error', () => signal.aborted && reject(new Error(`${method} ${path} was not answered to its end`)));
      try {
        for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
      } catch (error) {
        return reject(error);
      }
      const text = Buffer.concat(parts).toString('utf8');
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
    });
    if (missing === undefined) request.end(body);
    else request.write(body ?? '');
  });

/** The stored password once the first one was changed: each scrypt takes its time. */
let ownedFile: string | undefined;

export type FaceTest = {
  /** Socket of the lab, where a test brings one. */
  readonly lab?: string;
  /** The first password was changed to `ownPassword` before; after another test of the file has done so. */
  readonly owned?: boolean;
};

/** What the maker has made for the first face of a test file; the next ones take it again. */
let made: string | undefined;

/** The maker of certificates is bundled for a box; here it runs as it is written. */
const makerIn = (folder: string): string => {
  const maker = join(folder, 'maker.mjs');
  const source = fileURLToPath(new URL('certificate-maker.ts', import.meta.url));
  const lines = [`import { register } from '${import.meta.resolve('tsx/esm/api')}';`, 'register();'];
  const making = [...lines, `await import('file://${source}');`].join('\n');
  writeFileSync(maker, made === undefined ? making : `process.stdout.write(${JSON.stringify(made)});`);
  return maker;
};

type Noted = { readonly asked: string[]; readonly facts: Fact[]; readonly listeners: Set<() => void> };

/** Settings as a box shows them: with all defaults, and a secret that is set. */
const shownSettings = async (): Promise<Record<string, unknown>> => {
  const account = { id: 'office', line: 'line/1', user: '20', password: 'a secret of ours' };
  const trunks = [{ id: 'primary', host: '192.0.2.1' }];
  const checked = await checkConfiguration({ ...factoryConfiguration(), trunks, accounts: [account] });
  if (!checked.ok) throw new Error(JSON.stringify(checked.refused));
  return redacted(checked.configuration, catalogue) as Record<string, unknown>;
};

const mailbox: MailboxView = {
  ...{ mailbox: 'line/1', extension: '11', mode: 'outage', usedS: 3.5, quotaS: 600, greeting: 'spoken', locked: false },
  messages: [{ id: 'one', at: 1, from: { number: '201', name: 'Ann' }, seconds: 3.5, is: 'new' }],
};

const call = { record: { id: 'call/1' }, title: '11 called 201', attempts: ['primary: busy'], end: 'Busy.' };

const sheet: DrillSheet = {
  ...{ id: '2027-03-16-143000', at: 1, box: 'Town hall', build: 'test', trunk: 'primary', by: 'page', blockMs: 20_000 },
  ...{ number: '5550100', passed: true, sentence: 'Passed.' },
  rows: [{ what: 'noticed', measuredMs: 2400, limitMs: 20_000, passed: true, sentence: 'Noticed.', beforeMs: 2500 }],
  before: { id: '2027-02-16-143000', at: 0, passed: true },
};

const doorsOf = (
  { asked, facts, listeners }: Noted,
  view: TestFace['view'],
  message: string,
  shown: Record<string, unknown>,
  lab: string | undefined,
): Doors => ({
  build: 'test',
  settings: {
    current: () => ({ revision: '0-factory', shown }),
    propose: async ({ base, change }) => {
      asked.push(`propose ${JSON.stringify(change)}`);
      if (base === 'old') return { is: 'conflict', revision: '1', paths: ['system/name'] };
      if ('wrong' in change)
        return { is: 'refused', refused: [{ path: 'wrong', limit: 'must not be', remedy: 'No.' }] };
      return { is: 'applied', revision: '1-x', steps: ['rename'], failed: [] };
    },
    dryRun: async () => ({ is: 'possible', steps: ['rename'] }),
  },
  status: {
    view: () => ({ at: 1, padding: view.padding }) as never,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  },
  calls: {
    search: async (ask) => {
      asked.push(`calls ${JSON.stringify(ask)}`);
      return { calls: [call as never], more: false };
    },
  },
  drills: () => ({ sheets: [sheet] }),
  operations: {
    infos: [
      { name: 'test-call', title: 'Test call', help: '', arguments: [], deadlineMs: 1000, disturbs: true },
      { name: 'break', title: 'Break', help: '', arguments: [], deadlineMs: 1000, disturbs: true },
    ],
    run: async (name, args) => {
      asked.push(`run ${name} ${JSON.stringify(args)}`);
      if (name === 'break') throw new Error('a fault of ours');
      return { is: 'done', sentence: 'Done.', result: {} };
    },
  },
  messages: {
    list: () => [mailbox],
    file: async (mailbox, id) => (mailbox === 'line/1' && id === 'one' ? message : undefined),
    setGreeting: async (mailbox, wav) => {
      asked.push(`greeting ${mailbox} ${wav?.length}`);
      if (wav?.length === 3) throw new GatewayError('sound-file', 'it is no WAV file');
    },
  },
  bench: () => undefined,
  lab,
  state: (fact) => facts.push(fact),
});

export const openFace = async ({ lab, owned = false }: FaceTest = {}): Promise<TestFace> => {
  const before = new Map<string, unknown>();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-face-'));
  const [asked, facts, listeners] = [[] as string[], [] as Fact[], new Set<() => void>()];
  const view = { padding: '' };
  const message = join(folder, 'message.wav');
  writeFileSync(message, '0123456789');
  writeFileSync(join(folder, 'openapi.json'), '{}');
  for (const [name, text] of [
    ['index.html', '<html>'],
    ['app-ABCDEF12.js', 'app'],
    ['app-ABCDEF12.js.gz', 'zipped'],
    ['secret.key', 'secret'],
  ] as const)
    writeFileSync(join(folder, name), text);
  const [httpsPort, httpPort] = [await freePort(), await freePort()];
  const access = { address: '127.0.0.1', httpsPort, httpPort, names: ['box.example.com'], name: 'Box 1' };
  const runner = new Runner(systemClock, silentLog);
  const options = {
    ...{ runner, before, clock: systemClock, log: silentLog, web: folder, access: () => access },
    doors: doorsOf({ asked, facts, listeners }, view, message, await shownSettings(), lab),
    folder: join(folder, 'access'),
    certificateMaker: makerIn(folder),
    openapi: join(folder, 'openapi.json'),
  };
  if (owned && ownedFile !== undefined) {
    mkdirSync(options.folder);
    writeFileSync(join(options.folder, 'password'), ownedFile, { mode: 0o600 });
  }
  const face = await Face.open(options);
  [, made] = readFileSync(join(options.folder, 'certificate'), 'utf8').split('\n');
  const others: Face[] = [];
  const send = (request: Asked) => askFace(access.httpsPort, request);
  return {
    ...{ view, face, port: httpsPort, httpPort, folder, facts, asked, access, runner, ask: send },
    changeStatus: () => {
      for (const listener of listeners) listener();
    },
    signIn: async () => {
      const cookie = await signIn(face, send);
      ownedFile ??= readFileSync(join(options.folder, 'password'), 'utf8');
      return cookie;
    },
    reopen: async (left = new Map()) => {
      made = undefined;
      makerIn(folder);
      const another = await Face.open({ ...options, before: left });
      others.push(another);
      return another;
    },
    close: async () => {
      for (const each of [face, ...others]) await each.close();
      // their deadlines would keep the test from ending
      for (const id of [...runner.ids()]) runner.drop(id);
      runner.cascade(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const signIn = async (face: Face, send: TestFace['ask']): Promise<string> => {
  const first = face.firstPassword;
  const post = (path: string, body: object, cookie?: string) =>
    send({ method: 'POST', path, body: JSON.stringify(body), ...(cookie === undefined ? {} : { cookie }) });
  if (first === undefined) return cookieIn(await post('/api/session', { password: ownPassword }));
  const cookie = cookieIn(await post('/api/session', { password: first }));
  return cookieIn(await post('/api/password', { current: first, next: ownPassword }, cookie));
};

/** The cookie that an answer sets, as a browser sends it back. */
export const cookieIn = ({ headers, text }: Answer): string => {
  const [cookie] = headers['set-cookie'] ?? [];
  if (cookie === undefined) throw new Error(`no cookie was set: ${text}`);
  return cookie.split(';')[0]!;
};

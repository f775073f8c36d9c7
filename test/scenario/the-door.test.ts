import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import type { ApiError, Session, Settings, SettingsOutcome } from '../../firmware/control/api/wire.ts';
import { Capture } from '../peer/capture.ts';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { firstPassword, PAGE_PASSWORD, type PageAnswer, type PageAsk, PageClient } from '../peer/page-client.ts';
import { address, onSite } from '../peer/site.ts';
import { Stalls } from '../peer/stalls.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { assertUncut, dial, farHertz, farNumber, hearsTone, openOffice } from './office.ts';

const json = <T>({ body }: PageAnswer): T => JSON.parse(body.toString()) as T;
const errorOf = (answer: PageAnswer): string => json<ApiError>(answer).error;

test(
  'the first start prints a password that must be changed; no file and no log holds it; later starts print none',
  onSite(async (site) => {
    const gateway = await Gateway.start(site, { configuration: gatewayConfiguration({ trunks: [] }) });
    const first = await firstPassword(gateway);
    const page = new PageClient();
    await page.signedIn(first);
    assert.equal(errorOf(await page.send({ path: '/api/settings' })), 'password-must-change');
    const weak = await page.send({ path: '/api/password', json: { current: first, next: 'short' } });
    assert.equal(errorOf(weak), 'password-unfit');
    const changed = await page.send({ path: '/api/password', json: { current: first, next: PAGE_PASSWORD } });
    assert.equal(json<Session>(changed).mustChange, false);
    assert.equal((await page.get<Settings>('/api/settings')).revision, '0-factory');

    const printed = gateway.program.output().split(first).length - 1;
    assert.equal(printed, 1, 'it is printed once, and not in a line of the log');
    const folder = join(gateway.data, 'access');
    for (const name of readdirSync(folder)) {
      assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
      const text = readFileSync(join(folder, name), 'utf8');
      assert.ok(!text.includes(first) && !text.includes(PAGE_PASSWORD), name);
    }
    for (const file of ['adoption.ndjson', 'status.json'])
      assert.doesNotMatch(readFileSync(join(gateway.run, file), 'utf8'), new RegExp(`${first}|${PAGE_PASSWORD}`));

    // whoever is signed in stays so when the control plane is restarted
    const former = await gateway.signalPlane('control');
    await gateway.planeReplaced('control', former, 5_000);
    const session = await eventually('the page after the restart', 10_000, () =>
      page.get<Session>('/api/session').catch(() => undefined),
    );
    assert.deepEqual([session.signedIn, session.mustChange], [true, false]);
    assert.equal(gateway.program.output().split('First password').length - 1, 1);
  }),
);

test(
  'eight wrong passwords make the source wait, longer each time, with a sentence',
  onSite(async (site) => {
    const gateway = await Gateway.start(site, { configuration: gatewayConfiguration({ trunks: [] }) });
    const first = await firstPassword(gateway);
    const page = new PageClient();
    const tryWith = (password: string) => page.send({ path: '/api/session', json: { password } });
    const answers: PageAnswer[] = [];
    for (let wrong = 0; wrong < 8; wrong++) answers.push(await tryWith('wrong'));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [401, 401, 401, 401, 401, 429, 429, 429],
    );
    const { sentence, retryAfterS } = json<ApiError>(answers[7]!);
    assert.match(sentence, /^Too many wrong passwords\. The next try is possible in \d+ s\.$/);
    assert.ok(retryAfterS! > 20 && retryAfterS! <= 30, `${retryAfterS} s`);
    assert.equal(answers[7]!.headers['retry-after'], String(retryAfterS));
    assert.equal((await tryWith(first)).status, 429);
    await sleep(1_000 * retryAfterS!);
    const again = json<ApiError>(await tryWith('wrong'));
    assert.ok(again.retryAfterS! > 50 && again.retryAfterS! <= 60, `${again.retryAfterS} s`);
  }),
);

const evil = { origin: 'https://evil.example' };

/** What strangers do to each route while a call is up. */
const abuses = (path: string): readonly PageAsk[] => [
  { path },
  { path, headers: evil },
  { path, headers: { host: 'evil.example' } },
  { path, method: 'PUT', body: Buffer.alloc(300_000, 0x20), headers: { 'content-type': 'application/json' } },
  { path, method: 'POST', body: Buffer.alloc(2_000_000, 0x20), headers: { 'content-type': 'application/json' } },
  { path, method: 'POST', body: Buffer.from('{"a":'), headers: { 'content-type': 'application/json' } },
  { path, method: 'DELETE', headers: evil },
];
const paths = [
  ...['/', '/api/session', '/api/password', '/api/live', '/api/settings', '/api/settings/dry-run', '/api/calls'],
  ...['/api/operations', '/api/operations/restart-plane', '/api/messages', '/api/messages/line%2F1/1/audio'],
  ...['/api/messages/line%2F1/greeting', '/api/handset', '/api/lab', '/api/openapi.json', '/../../etc/passwd'],
];

/** Connections that say nothing, or begin a request and never end it. */
const dawdle = (words: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect({ port: 8443, host: address.gateway, rejectUnauthorized: false });
    socket.on('error', () => {}).on('secureConnect', () => socket.write(words));
    socket.on('data', () => {}).once('close', () => resolve());
  });

test(
  'strangers at every route, with every kind of body and without end: the call that is up does not notice',
  onSite(async (site, context) => {
    const { a, far, gateway } = await openOffice(site);
    const page = await PageClient.signIn(gateway);
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await hearsTone(gateway, 1, farHertz);
    const stalls = await Stalls.start(site, gateway);
    const capture = await Capture.start(site);

    const stranger = new PageClient();
    const slow = [
      ...Array.from({ length: 4 }, () => dawdle('')),
      ...Array.from({ length: 4 }, () => dawdle('POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n')),
    ];
    let refused = 0;
    for (const path of paths)
      for (const ask of abuses(path)) {
        const { status } = await stranger.send(ask).catch(() => ({ status: 0 }));
        const isOpen = status === 200 && (path === '/' || path === '/api/session');
        assert.ok(isOpen || status === 0 || status === 204 || status >= 400, `${ask.method} ${path}: ${status}`);
        refused += Number(status >= 400);
      }
    for (let wrong = 0; wrong < 8; wrong++) await stranger.send({ path: '/api/session', json: { password: 'wrong' } });
    assert.ok(refused > 80, `${refused} were refused`);
    await Promise.all(slow);
    await hearsTone(gateway, 1, farHertz);

    const { rtp } = await capture.stop();
    assertUncut(context, rtp, await stalls.stop());
    assert.equal((await page.get<Session>('/api/session')).signedIn, true);
    await gateway.bench.hangUp('phone/1');
    await noDialogs(a, 3_000);
  }),
);

test(
  'the page moves to another port in answer to the change; onto a taken one it does not, and calls go on',
  onSite(async (site) => {
    const gateway = await Gateway.start(site, { configuration: gatewayConfiguration({ trunks: [] }) });
    const page = await PageClient.signIn(gateway);
    const taken = createServer().listen(9_443, address.gateway);
    site.atEnd('free the taken port', () => taken.close());
    const move = async (client: PageClient, httpsPort: number): Promise<SettingsOutcome> => {
      const { revision } = await client.get<Settings>('/api/settings');
      return client.post('/api/settings', { base: revision, change: { access: { httpsPort } } });
    };
    const onto = await move(page, 9_443);
    assert.ok(onto.is === 'applied');
    assert.match(onto.failed[0]?.why ?? '', /address-in-use: TCP port 9443; the page stays at port 8443/);
    assert.equal((await page.get<Session>('/api/session')).signedIn, true);

    const moved = await move(page, 10_443);
    assert.ok(moved.is === 'applied' && moved.failed.length === 0, JSON.stringify(moved));
    const there = new PageClient(`${address.gateway}:10443`);
    await there.signedIn();
    await assert.rejects(page.get('/api/session'));

    await gateway.bench.lift('phone/1');
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: [350, 440], timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/1');
  }),
);

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Answer, cookieIn, freePort, openFace, ownPassword, type TestFace } from './test-face.ts';

const post = (office: TestFace, path: string, body: object, cookie?: string): Promise<Answer> =>
  office.ask({ method: 'POST', path, body: JSON.stringify(body), ...(cookie === undefined ? {} : { cookie }) });

const within = async (work: (office: TestFace) => Promise<void>, owned = false): Promise<void> => {
  const office = await openFace({ owned });
  try {
    await work(office);
  } finally {
    await office.close();
  }
};

/** Before a face whose first password was changed before. */
const withinOwned = (work: (office: TestFace) => Promise<void>): Promise<void> => within(work, true);

test('the first password lets in, and nothing else until it is changed', () =>
  within(async (office) => {
    const first = office.face.firstPassword!;
    assert.match(first, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    const stranger = (await office.ask({ path: '/api/session' })).json;
    assert.equal(stranger['mustChange'], false);
    assert.equal(stranger['status'], undefined, 'how the box is, is not for strangers');
    const typed = first.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    const signedIn = await post(office, '/api/session', { password: typed });
    assert.equal(signedIn.status, 200);
    assert.equal(signedIn.json['mustChange'], true);
    assert.equal(signedIn.json['status'], undefined, 'nor for who holds the first password');
    const cookie = cookieIn(signedIn);
    for (const path of ['/api/settings', '/api/calls', '/api/live', '/api/messages', '/api/operations']) {
      assert.equal((await office.ask({ path, cookie })).json['error'], 'password-must-change', path);
    }
    const unfit = [first, first.toLowerCase(), 'short', 'x'.repeat(129), 'aaaaaaaaaaaa', 'ababababab'];
    for (const next of unfit) {
      const answer = await post(office, '/api/password', { current: first, next }, cookie);
      assert.ok(['password-unfit', 'refused'].includes(String(answer.json['error'])), `${next}: ${answer.text}`);
    }
    const changed = await post(office, '/api/password', { current: first, next: ownPassword }, cookie);
    assert.equal(changed.json['mustChange'], false);
    assert.ok(changed.json['status'], 'who is signed in sees it at once');
    assert.notEqual(cookieIn(changed), cookie, 'the session has another id');
    assert.equal((await office.ask({ path: '/api/settings', cookie })).status, 401);
    assert.equal((await office.ask({ path: '/api/settings', cookie: cookieIn(changed) })).status, 200);
    const source = '127.0.0.1';
    assert.deepEqual(office.facts, [
      { fact: 'signedIn', source },
      { fact: 'passwordChanged', source },
    ]);
    assert.equal((await post(office, '/api/session', { password: first })).status, 401);
  }));

test('eight wrong passwords: the wait grows, and each answer says how long it is', () =>
  within(async (office) => {
    const answers: Answer[] = [];
    for (let wrong = 0; wrong < 8; wrong++) answers.push(await post(office, '/api/session', { password: 'wrong' }));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [401, 401, 401, 401, 401, 429, 429, 429],
    );
    for (const { headers, json } of answers.slice(5)) {
      assert.equal(json['error'], 'source-locked');
      assert.equal(headers['retry-after'], String(json['retryAfterS']));
      assert.match(String(json['sentence']), new RegExp(`The next try is possible in ${json['retryAfterS']} s\\.`));
    }
    const right = await post(office, '/api/session', { password: office.face.firstPassword });
    assert.equal(right.status, 429, 'a right one has to wait as well, or guessing would cost nothing');
    assert.deepEqual(office.facts, [{ fact: 'sourceLocked', source: '127.0.0.1', failures: 6, seconds: 30 }]);
  }));

test('guessing from the same source does not keep out a browser that has signed in before, until its own guesses do', () =>
  withinOwned(async (office) => {
    await office.signIn();
    const signedIn = await post(office, '/api/session', { password: ownPassword });
    const mark = signedIn.headers['set-cookie']![1]!;
    assert.match(mark, /^__Host-holdfast-known=.*; Secure; HttpOnly; SameSite=Strict; Path=\/; Max-Age=/);
    const known = `theme=dark; ${mark.split(';')[0]!}`;
    assert.equal((await office.ask({ path: '/api/calls', cookie: known })).status, 401, 'the mark opens nothing');
    for (let wrong = 0; wrong < 6; wrong++) await post(office, '/api/session', { password: 'wrong' });
    const statusOf = async (password: string, cookie?: string) =>
      (await post(office, '/api/session', { password }, cookie)).status;
    assert.equal(await statusOf(ownPassword), 429);
    for (const forged of [
      `${known}A`,
      known.replace(/known=.{16}/, `known=${'A'.repeat(16)}`),
      '__Host-holdfast-known=x.y',
    ])
      assert.equal(await statusOf(ownPassword, forged), 429, forged);
    assert.equal(await statusOf(ownPassword, known), 200);
    const again: number[] = [];
    for (let wrong = 0; wrong < 7; wrong++) again.push(await statusOf('wrong', known));
    assert.deepEqual(again, [401, 401, 401, 401, 401, 429, 429]);
    assert.equal(await statusOf(ownPassword, known), 429);
  }));

test('a mark of a browser ends with the password that it was given for', () =>
  within(async (office) => {
    const { headers } = await post(office, '/api/session', { password: office.face.firstPassword });
    const mark = headers['set-cookie']![1]!.split(';')[0]!;
    await office.signIn();
    for (let wrong = 0; wrong < 6; wrong++) await post(office, '/api/session', { password: 'wrong' });
    assert.equal((await post(office, '/api/session', { password: ownPassword }, mark)).status, 429);
  }));

test('a crowd that signs in at once is taken one at a time, and the ninth is told to come back', () =>
  within(async (office) => {
    const all = await Promise.all(
      Array.from({ length: 14 }, () => post(office, '/api/session', { password: 'wrong' })),
    );
    const many = all.filter(({ json }) => json['error'] === 'too-many');
    assert.ok(many.length >= 1, all.map(({ status }) => status).join(' '));
    assert.ok(many.every(({ status, headers }) => status === 429 && headers['retry-after'] === '2'));
    const wrong = all.filter(({ json }) => json['error'] === 'password-wrong');
    assert.equal(wrong.length, 5, 'those behind them in the queue found the source locked');
  }));

test('signing in again, and out, ends the session before', () =>
  withinOwned(async (office) => {
    const cookie = await office.signIn();
    const again = await post(office, '/api/session', { password: ownPassword }, cookie);
    assert.equal((await office.ask({ path: '/api/calls', cookie })).status, 401);
    const out = await office.ask({ method: 'DELETE', path: '/api/session', cookie: cookieIn(again) });
    assert.equal(out.status, 204);
    assert.match(String(out.headers['set-cookie']), /Max-Age=0/);
    assert.equal((await office.ask({ path: '/api/calls', cookie: cookieIn(again) })).status, 401);
  }));

test('password and key are stored for the owner of the process only, and never in the clear', () =>
  within(async (office) => {
    const first = office.face.firstPassword!;
    await office.signIn();
    const folder = join(office.folder, 'access');
    for (const name of readdirSync(folder)) {
      assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
      const text = readFileSync(join(folder, name), 'utf8');
      for (const secret of [first, first.replaceAll('-', ''), ownPassword]) assert.ok(!text.includes(secret), name);
    }
    assert.equal(statSync(folder).mode & 0o077, 0);
  }));

test('what becomes of a change of settings: 200, 409, 422', () =>
  withinOwned(async (office) => {
    const cookie = await office.signIn();
    const change = (base: string, change: object) => post(office, '/api/settings', { base, change }, cookie);
    const done = await change('0-factory', { system: { name: 'x' } });
    assert.deepEqual([done.status, done.json['is']], [200, 'applied']);
    const conflict = await change('old', {});
    assert.deepEqual([conflict.status, conflict.json['paths']], [409, ['system/name']]);
    const refused = await change('0-factory', { wrong: 1 });
    assert.deepEqual([refused.status, (refused.json['refused'] as { path: string }[])[0]?.path], [422, 'wrong']);
    const unfit = await post(office, '/api/settings', { base: 7, change: {}, more: 1 }, cookie);
    assert.equal(unfit.status, 422);
    assert.deepEqual(
      (unfit.json['refused'] as { path: string }[]).map(({ path }) => path),
      ['base', 'more'],
    );
    const { json } = await office.ask({ path: '/api/settings', cookie });
    assert.ok((json['described'] as unknown[]).length > 60);
    assert.ok('simulated' in (json['drivers'] as object));
  }));

test('a verb is done with its arguments; one that is not there is not found; a fault of ours is an answer', () =>
  withinOwned(async (office) => {
    const cookie = await office.signIn();
    const done = await post(office, '/api/operations/test-call', { number: '1' }, cookie);
    assert.deepEqual([done.status, done.json['is']], [200, 'done']);
    assert.equal((await post(office, '/api/operations/none', {}, cookie)).status, 404);
    assert.equal((await post(office, '/api/operations/__proto__', {}, cookie)).status, 404);
    const broken = await post(office, '/api/operations/break', {}, cookie);
    assert.deepEqual([broken.status, broken.json['error']], [500, 'failed']);
    assert.ok(!broken.text.includes('a fault of ours'), 'the log says why, a stranger does not need to know');
    assert.deepEqual(office.asked, ['run test-call {"number":"1"}', 'run break {}']);
  }));

test('call records are asked for in bounds', () =>
  withinOwned(async (office) => {
    const cookie = await office.signIn();
    await office.ask({ path: '/api/calls?before=7&limit=5&number=201', cookie });
    assert.deepEqual(office.asked, ['calls {"limit":5,"before":"7","number":"201"}']);
    for (const query of ['limit=0', 'limit=101', 'limit=1e1', 'limit=-1', `number=${'1'.repeat(65)}`])
      assert.equal((await office.ask({ path: `/api/calls?${query}`, cookie })).status, 422, query);
  }));

test('a message is read whole and in ranges; a greeting that is no sound is refused', () =>
  withinOwned(async (office) => {
    const cookie = await office.signIn();
    const path = '/api/messages/line%2F1/one/audio';
    const part = (range: string) => office.ask({ path, cookie, headers: { range } });
    assert.equal((await office.ask({ path, cookie })).text, '0123456789');
    for (const [range, text] of [
      ['bytes=2-4', '234'],
      ['bytes=7-', '789'],
      ['bytes=-2', '89'],
      ['bytes=8-99', '89'],
    ] as const) {
      const answer = await part(range);
      assert.deepEqual([answer.status, answer.text], [206, text], range);
    }
    assert.deepEqual([(await part('bytes=10-')).status, (await part('bytes=4-2')).status], [416, 200]);
    assert.equal((await part('bytes=-0')).status, 416, 'and the file does not stay open');
    for (const each of ['bytes=-000000000000', 'bytes=999999999999-', `bytes=0-${'9'.repeat(12)}`])
      assert.ok([206, 416].includes((await part(each)).status), each);
    const many = `bytes=${'0-9,'.repeat(1500)}0-1`;
    assert.equal((await part(many)).text, '0123456789', 'many ranges are one whole');
    assert.equal((await part('bytes=0-1,3-4')).text, '0123456789');
    assert.equal((await office.ask({ path: '/api/messages/line%2F1/..%2F..%2Fkey/audio', cookie })).status, 404);
    const put = (mailbox: string, body: Buffer) => {
      const headers = { 'content-type': 'audio/wav' };
      return office.ask({ method: 'PUT', path: `/api/messages/${mailbox}/greeting`, cookie, body, headers });
    };
    assert.equal((await put('line%2F1', Buffer.alloc(1_000_000))).status, 204);
    assert.equal((await put('line%2F1', Buffer.alloc(3))).status, 422);
    assert.equal((await put('line%2F9', Buffer.alloc(9))).status, 404);
    assert.equal((await office.ask({ method: 'DELETE', path: '/api/messages/line%2F1/greeting', cookie })).status, 204);
    assert.deepEqual(office.asked, ['greeting line/1 1000000', 'greeting line/1 3', 'greeting line/1 undefined']);
  }));

test('the page: its files and no others, packed where the browser takes it, kept where the name tells the content', () =>
  within(async (office) => {
    const index = await office.ask({ path: '/' });
    assert.deepEqual([index.status, index.text, index.headers['cache-control']], [200, '<html>', 'no-cache']);
    const app = await office.ask({ path: '/app-ABCDEF12.js', headers: { 'accept-encoding': 'br, gzip' } });
    assert.deepEqual([app.text, app.headers['content-encoding']], ['zipped', 'gzip']);
    assert.match(app.headers['cache-control']!, /immutable/);
    assert.equal((await office.ask({ path: '/app-ABCDEF12.js' })).text, 'app');
    const others = ['/secret.key', '/access/password', '/../access/password', '/%2e%2e/access/password', '/x', '//'];
    for (const path of others) assert.equal((await office.ask({ path })).status, 404, path);
    assert.equal((await office.ask({ path: '/', method: 'HEAD' })).text, '');
  }));

test('the page answers by its own names only', () =>
  within(async (office) => {
    for (const host of ['localhost', 'box-1', 'box-1.local', 'BOX.example.com', 'box-1.local.']) {
      const headers = { host: `${host}:${office.port}` };
      assert.equal((await office.ask({ path: '/api/session', headers })).status, 200, host);
    }
    office.access.name = 'Other';
    assert.equal((await office.ask({ path: '/api/session', headers: { host: 'box-1.local' } })).status, 403);
  }));

test('live: at once, at each change at most five times a second, nine are too many, and its end with the session', () =>
  withinOwned(async (office) => {
    const cookie = await office.signIn();
    const live = await openLive(office, cookie);
    await until(() => live.views === 1);
    for (let change = 0; change < 100; change++) {
      office.changeStatus();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await until(() => live.views >= 3);
    assert.ok(live.views <= 6, `${live.views} views`);
    const more = await Promise.all(Array.from({ length: 7 }, () => openLive(office, cookie)));
    assert.equal((await office.ask({ path: '/api/live', cookie })).json['error'], 'too-many');
    await office.ask({ method: 'DELETE', path: '/api/session', cookie });
    await until(() => live.ended && more.every(({ ended }) => ended) && office.face.counts.streams === 0);
  }));

test('a reader of the live view who does not read is dropped', () =>
  withinOwned(async (office) => {
    office.view.padding = 'x'.repeat(3_000_000);
    const live = await openLive(office, await office.signIn(), 'pauses');
    await until(() => {
      office.changeStatus();
      return office.face.counts.streams === 0;
    }, 15_000);
    live.end();
  }));

test('the page moves to another port; the answer that is under way still comes', () =>
  withinOwned(async (office) => {
    const before = office.access.httpsPort;
    const live = await openLive(office, await office.signIn());
    office.access.httpsPort = await freePort();
    await office.face.readdress();
    assert.equal((await office.ask({ path: '/api/session' })).status, 200);
    await assert.rejects(office.ask({ path: '/api/session', port: before }));
    office.changeStatus();
    await until(() => live.views === 2);
    live.end();
  }));

test('a port that is taken leaves the page where it was', () =>
  within(async (office) => {
    const taken = createServer().listen(0, '127.0.0.1').unref();
    const before = office.access.httpsPort;
    await until(() => taken.listening);
    office.access.httpsPort = (taken.address() as { port: number }).port;
    const words = new RegExp(`address-in-use: 127.0.0.1 port [0-9]+; the page stays at port ${before} until`);
    await assert.rejects(office.face.readdress(), words);
    assert.equal((await office.ask({ path: '/api/session', port: before })).status, 200);
    taken.close();
  }));

const until = async (is: () => boolean, withinMs = 5_000): Promise<void> => {
  for (const began = performance.now(); !is(); ) {
    assert.ok(performance.now() - began < withinMs, 'it did not come');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

type Live = { views: number; ended: boolean; end: () => void };

const openLive = (office: TestFace, cookie: string, pauses?: 'pauses'): Promise<Live> =>
  new Promise((resolve, reject) => {
    const options = { port: office.access.httpsPort, host: '127.0.0.1', path: '/api/live', agent: false } as const;
    const request = get({ ...options, rejectUnauthorized: false, headers: { cookie } }, (response) => {
      const live: Live = { views: 0, ended: false, end: () => request.destroy() };
      if (pauses) response.pause();
      else
        response.on('data', (data: Buffer) => {
          live.views += data.toString().split('event: status').length - 1;
        });
      response.on('error', () => {});
      response.on('close', () => {
        live.ended = true;
      });
      resolve(live);
    });
    request.on('error', reject);
  });

test('a damaged certificate or password file is set aside; certificate and first password are made anew', () =>
  within(async (office) => {
    const { fingerprint } = office.face;
    const folder = join(office.folder, 'access');
    const text = readFileSync(join(folder, 'certificate'), 'utf8');
    assert.ok(text.includes('BEGIN CERTIFICATE'));
    writeFileSync(join(folder, 'certificate'), text.slice(0, 400));
    rmSync(join(folder, 'certificate.prev'), { force: true });
    await office.face.close();
    const again = await office.reopen();
    assert.notEqual(again.fingerprint, fingerprint);
    const damages = office.facts.flatMap((fact) => (fact.fact === 'storeDamaged' ? [fact.why] : []));
    assert.equal(damages.length, 1, 'it is an alarm');
    assert.match(damages[0]!, /access\/certificate: .*; kept as .*certificate\.damaged/);
    assert.ok(readdirSync(folder).some((name) => name.startsWith('certificate.damaged')));
  }));

test('a forgotten password: its file removed, the next start makes a first one, and nobody is signed in any more', () =>
  within(async (office) => {
    const former = office.face.firstPassword;
    const cookie = await office.signIn();
    const left = new Map([...office.runner.ids()].map((id) => [id, office.runner.state(id)]));
    await office.face.close();
    const kept = await office.reopen(left);
    assert.equal(kept.firstPassword, undefined);
    assert.equal((await office.ask({ path: '/api/session', cookie })).json['signedIn'], true);
    await kept.close();
    for (const name of readdirSync(join(office.folder, 'access')).filter((each) => each.startsWith('password')))
      rmSync(join(office.folder, 'access', name));
    for (const id of left.keys()) office.runner.drop(id);
    const anew = await office.reopen(left);
    assert.ok(anew.firstPassword !== undefined && anew.firstPassword !== former);
    assert.equal((await office.ask({ path: '/api/session', cookie })).json['signedIn'], false);
  }));

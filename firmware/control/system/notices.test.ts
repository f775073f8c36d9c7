import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { generate } from 'selfsigned';
import * as v from 'valibot';
import { notice } from '../../config/section/notice.ts';
import { systemClock } from '../../core/clock.ts';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { Fact } from '../facts.ts';
import { Notices, type Told } from './notices.ts';
import { MailServer, type MailServerOptions } from './test-mail-server.ts';

let pair: { readonly key: string; readonly cert: string };
before(async () => {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  pair = { key: made.private, cert: made.cert };
});
const servers: { close(): unknown }[] = [];
after(async () => {
  for (const server of servers) await server.close();
});

const alarm = (id: string, more: Partial<Told> = {}): Told => ({
  ...{ id, kind: 'trunkDown', severity: 'critical', text: `${id} does not answer.`, cause: 'silence', remedy: 'Look.' },
  ...{ happened: false, ...more },
});

const office = (settings: object, { ca = pair.cert, before: left = new Map<string, unknown>() } = {}) => {
  const clock = new TestClock();
  const facts: Fact[] = [];
  const kept = new Map<string, unknown>();
  const runner = new Runner(clock, silentLog, {
    write: ({ states }) => {
      for (const [id, state] of states) kept.set(id, state);
    },
  });
  runner.onFact((fact) => facts.push(fact as Fact));
  const wanted = v.parse(notice, settings);
  const notices = new Notices({
    ...{ runner, clock, log: silentLog, before: left, settings: () => wanted, box: () => 'Town hall' },
    trust: { ca },
  });
  return { notices, clock, facts, runner, kept };
};

const until = async (what: string, is: () => boolean): Promise<void> => {
  const end = systemClock.now() + 5000;
  while (!is()) {
    assert.ok(systemClock.now() < end, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const mailServer = async (more: Partial<MailServerOptions> = {}): Promise<MailServer> => {
  const server = await MailServer.start({ ...pair, password: 'secret', ...more });
  servers.push(server);
  return server;
};
const mailBy = ({ port }: MailServer, more: object = {}) => ({
  ...{ mailTo: 'office@town.example', mailFrom: 'box@town.example', smtpHost: 'localhost', smtpPort: port },
  ...{ smtpUser: 'box', smtpPassword: 'secret' },
  ...more,
});

for (const smtpSecurity of ['starttls', 'tls'] as const)
  test(`an alarm and its end are mailed over ${smtpSecurity}, with cause and remedy`, async () => {
    const server = await mailServer({ tls: smtpSecurity === 'tls' });
    const { notices } = office(mailBy(server, { smtpSecurity }));
    notices.look([alarm('primary')]);
    await until('the first mail', () => server.mails.length === 1);
    const [mail] = server.mails;
    assert.deepEqual([mail?.secure, mail?.user, mail?.to], [true, 'box', '<office@town.example>']);
    assert.match(mail?.text ?? '', /^Subject: \[Town hall\] primary does not answer\.$/m);
    assert.match(mail?.text ?? '', /Why: silence\n {2}What to do: Look\./);
    notices.look([]);
    await until('the second mail', () => server.mails.length === 2);
    assert.match(server.mails[1]?.text ?? '', /Over: primary does not answer/);
  });

test('without STARTTLS where it is wanted, or with an unknown certificate, no password leaves', async () => {
  const stripped = await mailServer({ withoutStartTls: true });
  const first = office(mailBy(stripped));
  first.notices.look([alarm('primary')]);
  await until('a failure', () => first.facts.length === 1);
  const strange = await mailServer();
  const second = office(mailBy(strange), { ca: '' });
  second.notices.look([alarm('primary')]);
  await until('a failure', () => second.facts.length === 1);
  assert.deepEqual([stripped.mails, strange.mails], [[], []]);
  assert.equal(first.facts[0]?.fact, 'noticeFailed');
});

test('an alarm that goes on over a restart of the plane is told once, and so is its end', async () => {
  const server = await mailServer();
  const first = office(mailBy(server));
  first.notices.look([alarm('primary'), alarm('secondary')]);
  await until('the first mails', () => server.mails.length === 2);
  first.notices.look([alarm('primary')]);
  await until('the end of one', () => server.mails.length === 3);
  await until('that it was taken is known', () => !first.notices.waits('secondary'));
  const { notices } = office(mailBy(server), { before: first.kept });
  notices.look([alarm('primary')]);
  notices.look([alarm('primary'), alarm('secondary')]);
  await until('what is new', () => server.mails.length === 4);
  notices.look([alarm('secondary')]);
  await until('what is over', () => server.mails.length === 5);
  const subjects = server.mails.map(({ text }) => /^Subject: \[Town hall\] (.*)$/m.exec(text)?.[1]);
  assert.match(subjects[3] ?? '', /^secondary does not answer/);
  assert.match(server.mails[4]?.text ?? '', /Over: primary does not answer/);
});

test('a server that refuses is tried again; the failure is an alarm that is told by nobody', async () => {
  const server = await mailServer();
  server.refuse = { left: 1, answer: '450 4.2.0 come back later' };
  const { notices, clock, facts } = office(mailBy(server));
  notices.look([alarm('primary')]);
  await until('the failure', () => facts.some(({ fact }) => fact === 'noticeFailed'));
  notices.look([alarm('primary'), alarm('noticeFailed/mail', { kind: 'noticeFailed' })]);
  clock.turn(10_001);
  await until('the mail', () => server.mails.length === 1);
  await until('the success', () => facts.some(({ fact }) => fact === 'noticeSent'));
  assert.doesNotMatch(server.mails[0]?.text ?? '', /noticeFailed/);
  assert.match(JSON.stringify(facts[0]), /come back later/);
});

test('a wrong password is a failure in words', async () => {
  const server = await mailServer({ password: 'other' });
  const { notices, facts } = office(mailBy(server));
  notices.look([alarm('primary')]);
  await until('the failure', () => facts.length === 1);
  assert.match(JSON.stringify(facts), /authentication failed/);
});

test('each alarm is posted as JSON over HTTPS; an answer that is no success is tried again', async () => {
  const bodies: unknown[] = [];
  let status = 503;
  const server = createServer(pair, (request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      bodies.push(JSON.parse(body));
      response.writeHead(status).end();
      status = 204;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({ close: () => server.close() });
  const { port } = server.address() as AddressInfo;
  const { notices, clock, facts } = office({ webhook: `https://localhost:${port}/alarms` });
  notices.look([alarm('primary')]);
  await until('the failure', () => facts.length === 1);
  assert.match(JSON.stringify(facts[0]), /the server answered 503/);
  clock.turn(10_001);
  await until('the second post', () => bodies.length === 2);
  assert.deepEqual(bodies[1], bodies[0]);
  assert.match(JSON.stringify(bodies[0]), /"box":"Town hall".*"is":"raised".*primary does not answer/);
});

test('what happened is told when it comes, and not when somebody has read it; nothing is told where nothing is set', async () => {
  const server = await mailServer();
  const { notices } = office(mailBy(server));
  notices.look([alarm('controlRestarted', { happened: true })]);
  await until('the mail', () => server.mails.length === 1);
  notices.look([]);
  notices.look([alarm('secondary')]);
  await until('the next mail', () => server.mails.length === 2);
  assert.doesNotMatch(server.mails[1]?.text ?? '', /Over/);
  const quiet = office({});
  quiet.notices.look([alarm('primary')]);
  assert.deepEqual(quiet.runner.state<{ is: string }>('notice/mail')?.is, 'idle');
});

test('a digest is mailed line by line, and waits until it has left', async () => {
  const server = await mailServer();
  server.refuse = { left: 1, answer: '450 4.2.0 come back later' };
  const { notices, clock, facts } = office(mailBy(server));
  const lines = ['Calls: 3; answered 2; failed 1.', '', 'Alarms that stand now:', '  primary does not answer'];
  const digest = {
    id: 'digest',
    is: 'digest',
    severity: 'warning',
    text: 'Digest: 3 calls, 1 failed, 1 alarm now',
  } as const;
  notices.tell({ ...digest, cause: '', remedy: '', at: clock.wall(), lines });
  assert.equal(notices.waits('digest'), true);
  await until('the failure', () => facts.length === 1);
  assert.equal(notices.waits('digest'), true);
  clock.turn(10_001);
  await until('the mail', () => server.mails.length === 1);
  await until('it has left', () => !notices.waits('digest'));
  const text = (server.mails[0]?.text ?? '').replace(/\r\n/g, '\n');
  assert.match(text, /^Subject: \[Town hall\] Digest: 3 calls, 1 failed, 1 alarm now$/m);
  assert.ok(text.includes(lines.join('\n')));
  assert.doesNotMatch(text, /Why:|What to do:/);
});

test('whoever keeps a digest hears of each alarm once, also where nobody is told', () => {
  const heard: string[] = [];
  const runner = new Runner(new TestClock(), silentLog);
  const notices = new Notices({
    ...{ runner, clock: new TestClock(), log: silentLog, before: new Map(), box: () => 'Town hall' },
    settings: () => v.parse(notice, {}),
    onNews: ({ id, is }) => heard.push(`${id} ${is}`),
  });
  notices.look([alarm('primary')]);
  notices.look([alarm('primary')]);
  notices.look([]);
  assert.deepEqual(heard, ['primary raised', 'primary cleared']);
});

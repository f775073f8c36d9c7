import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import { COOKIE, cookieOf, Sessions } from './sessions.ts';

const MINUTE = 60_000;
const open = (clock = new TestClock(), before: ReadonlyMap<string, unknown> = new Map()) => {
  const written: unknown[] = [];
  const kept = new Map<string, unknown>();
  const write = ({ states }: { states: ReadonlyMap<string, unknown> }): void => {
    written.push(...states);
    for (const [id, state] of states) kept.set(id, state);
  };
  const sessions = new Sessions(new Runner(clock, silentLog, { write }), before);
  return { clock, kept, written, sessions };
};
const cookie = (id: string): string => `theme=dark; ${COOKIE}=${id}; other=1`;

test('a session ends after 30 minutes without use', () => {
  const { clock, sessions } = open();
  const id = sessions.open('here');
  for (let use = 0; use < 5; use++) {
    clock.turn(29 * MINUTE);
    assert.ok(sessions.of(cookie(id)));
  }
  clock.turn(30 * MINUTE);
  assert.equal(sessions.of(cookie(id)), undefined);
});

test('a session ends after 12 hours, however busy', () => {
  const { clock, sessions } = open();
  const id = sessions.open('here');
  for (let quarter = 1; quarter < 48; quarter++) {
    clock.turn(15 * MINUTE);
    assert.ok(sessions.of(cookie(id)), `after ${quarter} quarters of an hour`);
  }
  clock.turn(15 * MINUTE);
  assert.equal(sessions.of(cookie(id)), undefined);
});

test('what is forged, foreign or broken is no session', () => {
  const { sessions } = open();
  const id = sessions.open('here');
  const wrong = [undefined, '', id, `${COOKIE}=`, `${COOKIE}=${id}x`, `x${COOKIE}=${id}`, `${COOKIE}=${id.slice(1)}A`];
  for (const each of [...wrong, `${COOKIE}=${'A'.repeat(43)}`, `${'x'.repeat(5000)}; ${COOKIE}=${id}`])
    assert.equal(sessions.of(each), undefined, each);
  assert.ok(sessions.of(`${COOKIE}=${id}`));
});

test('the seventeenth makes the one go that was used least recently', () => {
  const { clock, sessions } = open();
  const ids = Array.from({ length: 16 }, () => {
    clock.turn(MINUTE);
    return sessions.open('here');
  });
  clock.turn(MINUTE);
  assert.ok(sessions.of(cookie(ids[0]!)));
  sessions.open('here');
  assert.equal(sessions.of(cookie(ids[1]!)), undefined);
  assert.ok(ids.filter((_, index) => index !== 1).every((id) => sessions.of(cookie(id))));
});

test('who listens to the end of a session hears it once', () => {
  const { sessions } = open();
  const key = sessions.of(cookie(sessions.open('here')))!;
  let ends = 0;
  sessions.onEnd(key, () => ends++);
  sessions.onEnd(key, () => assert.fail('it was taken back'))();
  sessions.endAll();
  sessions.end(key);
  assert.equal(ends, 1);
});

test('use beside requests, as of a handset, puts off the end for want of use and not the last one', () => {
  const { clock, sessions } = open();
  const key = sessions.of(cookie(sessions.open('here')))!;
  for (let minute = 1; minute < 12 * 60; minute++) {
    clock.turn(MINUTE);
    sessions.use(key);
    assert.ok(sessions.isOpen(key), `after ${minute} minutes`);
  }
  clock.turn(MINUTE);
  assert.equal(sessions.isOpen(key), false);
  sessions.use(key);
  assert.equal(sessions.isOpen(key), false);
});

test('who begins to listen when the session has ended already hears it as well', async () => {
  const { sessions } = open();
  const key = sessions.of(cookie(sessions.open('here')))!;
  sessions.end(key);
  let ends = 0;
  sessions.onEnd(key, () => ends++);
  sessions.onEnd(key, () => assert.fail('it was taken back'))();
  assert.equal(ends, 0, 'who listens may not be ready yet');
  await Promise.resolve();
  assert.equal(ends, 1);
});

test('sessions outlive the control plane; what is kept cannot be used as a cookie', () => {
  const first = open();
  const id = first.sessions.open('here');
  assert.ok(!JSON.stringify(first.written).includes(id));
  const second = open(first.clock, first.kept);
  assert.ok(second.sessions.of(cookie(id)));
  for (const key of first.kept.keys()) assert.equal(second.sessions.of(cookie(key.slice(-43))), undefined);
  first.clock.turn(31 * MINUTE);
  assert.equal(open(first.clock, first.kept).sessions.of(cookie(id)), undefined);
});

test('sessions of before the power went are gone: their times lie ahead', () => {
  const first = open();
  first.clock.turn(600 * MINUTE);
  const id = first.sessions.open('here');
  assert.equal(open(new TestClock(), first.kept).sessions.of(cookie(id)), undefined);
});

test('the cookie is bound to host and HTTPS, out of reach of scripts and other sites', () => {
  assert.equal(cookieOf('x'), '__Host-holdfast=x; Secure; HttpOnly; SameSite=Strict; Path=/');
});

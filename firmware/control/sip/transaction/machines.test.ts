import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../core/log.ts';
import type { Instant, Lapse, Machine } from '../../../core/machine.ts';
import { Runner } from '../../../core/runner.ts';
import { TestClock } from '../../../core/test-clock.ts';
import { answerKeeperMachine, answerSent } from '../dialog/answer-keeper-machine.ts';
import { clientMachine, clientTrying } from './client-machine.ts';
import { inviteCalling, inviteClientMachine, inviteResumed } from './invite-client-machine.ts';
import { inviteServerMachine } from './invite-server-machine.ts';
import { serverMachine, serverTrying } from './server-machine.ts';
import { timersOf } from './timers.ts';

const timers = timersOf(500);

/** Runs a machine on a test clock; `log` holds what it did and when, in milliseconds from the start. */
const run = <S, E, F extends object>(machine: Machine<S, E, F>, start: (now: Instant) => S) => {
  const clock = new TestClock();
  const began = clock.now();
  const runner = new Runner(clock, silentLog);
  const log: string[] = [];
  runner.host('x', machine, start(clock.now()), (effect) =>
    log.push(`${clock.now() - began} ${Object.values(effect)}`),
  );
  const tell = (event: Exclude<E, Lapse>): void => runner.tell('x', event);
  return { clock, log, tell, over: () => !runner.has('x'), times: (what: string) => timesOf(log, what) };
};
const timesOf = (log: readonly string[], what: string): number[] =>
  log.filter((line) => line.endsWith(` ${what}`)).map((line) => Number(line.split(' ')[0]));

const invite = (reliable = false) =>
  run(inviteClientMachine(timers, reliable), (now) => inviteCalling(timers, reliable, now));
const plain = (reliable = false, giveUpAfterMs?: number) =>
  run(clientMachine(timers, reliable), (now) => clientTrying(timers, reliable, now, giveUpAfterMs));
const inviteServer = (reliable = false) =>
  run(inviteServerMachine(timers, reliable), (now) => ({
    is: 'proceeding' as const,
    answered: false,
    againAt: (now + timers.trying) as Instant,
  }));
const server = (reliable = false) => run(serverMachine(timers, reliable), (now) => serverTrying(timers, now));

test('non-INVITE into silence: T1 doubling to T2, ended by Timer F', () => {
  const x = plain();
  x.clock.turn(60_000);
  assert.deepEqual(x.times('send'), [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
  assert.deepEqual(x.times('silence'), [32000]);
  assert.ok(x.over());
});

test('INVITE into silence: T1 doubling without a cap, ended by Timer B', () => {
  const x = invite();
  x.clock.turn(60_000);
  assert.deepEqual(x.times('send'), [500, 1500, 3500, 7500, 15500, 31500]);
  assert.deepEqual(x.times('silence'), [32000]);
  assert.ok(x.over());
});

test('INVITE of a plane before, not answered at all: sent again at once, over a connection once', () => {
  const resumed = (reliable: boolean, abandoned = false) =>
    run(inviteClientMachine(timers, reliable), (now) => inviteResumed(timers, now, { heard: false, abandoned }));
  const [datagrams, connection, unwanted] = [resumed(false), resumed(true), resumed(true, true)];
  for (const each of [datagrams, connection, unwanted]) each.clock.turn(60_000);
  assert.deepEqual(datagrams.times('send').slice(0, 4), [0, 500, 1500, 3500]);
  assert.deepEqual(connection.times('send'), [0]);
  assert.deepEqual(unwanted.times('send'), []);
  assert.deepEqual(connection.times('silence'), [32000]);
});

test('non-INVITE, 100, silence: resent every T2, ended by Timer F', () => {
  const x = plain();
  x.clock.turn(100);
  x.tell({ type: 'response', status: 100 });
  x.clock.turn(60_000);
  assert.deepEqual(x.times('send'), [500, 4500, 8500, 12500, 16500, 20500, 24500, 28500]);
  assert.deepEqual(x.times('silence'), [32000]);
});

test('a probe gives up earlier than Timer F', () => {
  const x = plain(false, 900);
  x.clock.turn(60_000);
  assert.deepEqual(x.times('send'), [500]);
  assert.deepEqual(x.times('silence'), [900]);
});

test('every repeated final answer to INVITE is acknowledged during Timer D', () => {
  const x = invite();
  x.tell({ type: 'response', status: 486 });
  for (let copy = 0; copy < 3; copy++) {
    x.clock.turn(1000);
    x.tell({ type: 'response', status: 486 });
  }
  assert.deepEqual(x.log, ['0 ack', '0 response', '1000 ack', '2000 ack', '3000 ack']);
  x.clock.turn(28_999);
  assert.equal(x.over(), false);
  x.clock.turn(1);
  assert.ok(x.over());
});

test('a 2xx keeps the INVITE transaction for Timer M; each copy and each fork is handed up', () => {
  const x = invite();
  x.tell({ type: 'response', status: 180 });
  x.tell({ type: 'response', status: 200 });
  x.clock.turn(5000);
  x.tell({ type: 'response', status: 200 });
  x.tell({ type: 'response', status: 486 });
  assert.deepEqual(x.log, ['0 response', '0 response', '5000 response']);
  x.clock.turn(27_000);
  assert.ok(x.over());
});

test('a provisional answer ends the resends and lasts for ever, unless cancelled', () => {
  const x = invite();
  x.tell({ type: 'response', status: 100 });
  x.clock.turn(300_000);
  assert.deepEqual(x.log, ['0 response']);
  x.tell({ type: 'cancelled' });
  x.clock.turn(32_000);
  assert.deepEqual(x.times('silence'), [332_000]);
});

test('an abandoned INVITE is not sent again, but still heard until Timer B', () => {
  const x = invite();
  x.clock.turn(600);
  x.tell({ type: 'abandoned' });
  x.clock.turn(10_000);
  assert.deepEqual(x.times('send'), [500]);
  x.tell({ type: 'response', status: 180 });
  assert.deepEqual(x.times('response'), [10_600]);
});

test('an abandoned non-INVITE is not sent again, whatever it had heard, and still ends', () => {
  for (const heard of [false, true]) {
    const x = plain();
    x.clock.turn(600);
    if (heard) x.tell({ type: 'response', status: 100 });
    x.tell({ type: 'abandoned' });
    x.clock.turn(10_000);
    assert.deepEqual(x.times('send'), [500]);
    x.tell({ type: 'response', status: 200 });
    assert.equal(x.times('response').at(-1), 10_600);
    x.clock.turn(5000);
    assert.ok(x.over());
  }
});

test('over a reliable transport nothing is sent twice and nothing lingers', () => {
  const a = invite(true);
  a.clock.turn(60_000);
  assert.deepEqual(a.log, ['32000 silence']);
  const b = invite(true);
  b.tell({ type: 'response', status: 603 });
  assert.deepEqual(b.log, ['0 ack', '0 response']);
  assert.ok(b.over());
  const c = plain(true);
  c.tell({ type: 'response', status: 200 });
  assert.ok(c.over());
});

test('a transport failure ends what waits, and only that', () => {
  for (const x of [invite(true), plain(true)]) {
    x.tell({ type: 'transportFailed' });
    assert.deepEqual(x.log, ['0 transport']);
    assert.ok(x.over());
  }
  const done = invite();
  done.tell({ type: 'response', status: 200 });
  done.tell({ type: 'transportFailed' });
  assert.equal(done.over(), false);
});

test('non-INVITE: copies of the final answer are absorbed during Timer K', () => {
  const x = plain();
  x.tell({ type: 'response', status: 200 });
  x.clock.turn(4999);
  x.tell({ type: 'response', status: 200 });
  assert.deepEqual(x.log, ['0 response']);
  assert.equal(x.over(), false);
  x.clock.turn(1);
  assert.ok(x.over());
});

test('a refusal of ours is resent up to T2 until ACK, at most for Timer H', () => {
  const x = inviteServer();
  x.tell({ type: 'respond', status: 486 });
  x.clock.turn(60_000);
  assert.deepEqual(x.times('resend'), [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
  assert.deepEqual(x.times('neverAcknowledged'), [32_000]);
  const y = inviteServer();
  y.tell({ type: 'respond', status: 486 });
  y.clock.turn(600);
  y.tell({ type: 'ack' });
  y.clock.turn(4999);
  assert.equal(y.over(), false);
  y.clock.turn(1);
  assert.deepEqual(y.log, ['0 send', '500 resend']);
  assert.ok(y.over());
});

test('100 Trying goes out after 200 ms unless somebody answered; repeated INVITEs get the last answer', () => {
  const x = inviteServer();
  x.clock.turn(1000);
  x.tell({ type: 'request' });
  x.tell({ type: 'respond', status: 180 });
  x.tell({ type: 'request' });
  assert.deepEqual(x.log, ['200 trying', '1000 trying', '1000 send', '1000 resend']);
  x.clock.turn(60_000);
  assert.deepEqual(x.times('resend'), [1000, 61_000]);
  const quick = inviteServer();
  quick.tell({ type: 'respond', status: 180 });
  quick.clock.turn(1000);
  assert.deepEqual(quick.log, ['0 send']);
});

test('an INVITE repeated after our 2xx is absorbed; a second final answer is not sent', () => {
  const x = inviteServer();
  x.tell({ type: 'respond', status: 200 });
  x.tell({ type: 'request' });
  x.tell({ type: 'respond', status: 486 });
  x.tell({ type: 'respond', status: 200 });
  x.tell({ type: 'ack' });
  assert.deepEqual(x.log, ['0 send', '0 send', '0 ack']);
  x.clock.turn(32_000);
  assert.ok(x.over());
});

test('a repeated request gets the same answer until Timer J', () => {
  const x = server();
  x.tell({ type: 'request' });
  x.tell({ type: 'respond', status: 200 });
  x.tell({ type: 'request' });
  x.tell({ type: 'respond', status: 500 });
  assert.deepEqual(x.log, ['0 send', '0 resend']);
  x.clock.turn(31_999);
  assert.equal(x.over(), false);
  x.clock.turn(1);
  assert.ok(x.over());
  const unanswered = server();
  unanswered.clock.turn(32_000);
  assert.ok(unanswered.over());
});

test('our 2xx is repeated up to T2 until ACK, then the dialog is given up after 64 T1', () => {
  const x = run(answerKeeperMachine(timers), (now) => answerSent(timers, now));
  x.clock.turn(60_000);
  assert.deepEqual(x.times('resend'), [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
  assert.deepEqual(x.times('neverAcknowledged'), [32_000]);
  const y = run(answerKeeperMachine(timers), (now) => answerSent(timers, now));
  y.clock.turn(700);
  y.tell({ type: 'acknowledged' });
  assert.deepEqual(y.log, ['500 resend']);
  assert.ok(y.over());
});

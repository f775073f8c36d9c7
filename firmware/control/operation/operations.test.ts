import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argument, operationArguments } from '../../config/arguments.ts';
import { GatewayError } from '../../core/error.ts';
import { silentLog } from '../../core/log.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { TestCallResult } from '../ivr/test-call.ts';
import type { MailboxState } from '../mailbox/shelf.ts';
import { type Alarms, alarmsAfter } from '../status/alarm.ts';
import type { RegistrationAnalysis } from '../trunk/analysis.ts';
import { operationsOf, type Rooms, verbsOf } from './catalogue.ts';
import type { OperationOutcome } from './operation.ts';
import { PlaneRestarts } from './plane-restarts.ts';
import { rehearsalRooms } from './test-rehearsal.ts';
import { done, type Verb } from './verb.ts';

const registered: RegistrationAnalysis = {
  trunk: 'primary',
  account: '101',
  host: 'sip.example.com',
  address: '192.0.2.1',
  registered: true,
  expiresS: 600,
  status: 200,
  phrase: 'OK',
  roundTripMs: 12.4,
  sentence: '',
  remedy: '',
};
const box: MailboxState = {
  mailbox: 'line/1',
  extension: '11',
  mode: 'outage',
  messages: [],
  usedS: 0,
  quotaS: 1200,
  greeting: 'spoken',
  locked: true,
};

/** The catalogue over rooms that note what they were asked. */
const setUp = (more: Partial<Rooms> & { readonly dialled?: string[]; readonly supervised?: boolean } = {}) => {
  const asked: unknown[] = [];
  const clock = new TestClock();
  const note =
    <T>(what: string, answer: T) =>
    (...args: unknown[]): T => {
      asked.push([what, ...args]);
      return answer;
    };
  const scenarios: string[] = [];
  let alarms: Alarms = alarmsAfter({}, { fact: 'engineLost', why: 'killed' }, 5);
  alarms = alarmsAfter(alarms, { fact: 'trunkDown', trunk: 'primary', why: 'silent' }, 5);
  const { dialled = [], supervised = true } = more;
  const restarts = new PlaneRestarts({
    clock,
    dialled: () => dialled,
    emergency: () => ['911'],
    ...(supervised ? { ask: note('restart', undefined) } : {}),
  });
  const rooms: Rooms = {
    testCalls: {
      place: async (ask) =>
        note('place', { answered: true, afterMs: 1300, cause: 'hungUp', attempts: [] } as TestCallResult)(ask),
    },
    ...rehearsalRooms(),
    toll: { closed: () => ['line/1 international'], open: note('open', undefined) },
    codes: { locked: () => ['line/2'], unlock: note('unlockCodes', undefined) },
    scenarios: {
      known: () => [{ id: 'night', title: 'Night' }],
      current: () => scenarios[0] ?? '',
      previous: () => scenarios[1] ?? '',
      switchTo: (name, by) => {
        note('switch', undefined)(name, by);
        if (name !== (scenarios[0] ?? '')) scenarios.unshift(name);
      },
    },
    emergency: () => ['911'],
    accounts: () => ['101'],
    trunks: {
      ids: () => ['primary', 'secondary'],
      block: (id, by, minutes) => note('block', id === 'primary')(id, by, minutes),
      unblock: note('unblock', true),
      callsUp: () => 2,
      analyse: async (_, account) => (account === '101' ? registered : undefined),
    },
    planes: restarts.rooms,
    shelf: {
      states: () => [box],
      state: (mailbox) => (mailbox === 'line/1' ? box : undefined),
      keep: async (_, message) => note('keep', message === 'm1')(message),
      delete: async (_, message) => note('delete', message === 'm1')(message),
      unlock: note('unlock', undefined),
    },
    alarms: { list: () => Object.values(alarms), acknowledge: note('acknowledge', undefined) },
    ...more,
  };
  const operations = operationsOf(verbsOf(rooms), { clock, log: silentLog });
  const run = (name: string, args: unknown) => operations.run(name, args, 'page');
  return { operations, run, asked, clock, dialled, restarts };
};

const sentence = (outcome: OperationOutcome): string => {
  assert.ok(outcome.is === 'done' || outcome.is === 'failed', JSON.stringify(outcome));
  return outcome.sentence;
};
const refusedPaths = (outcome: OperationOutcome): string[] => {
  assert.ok(outcome.is === 'refused', JSON.stringify(outcome));
  for (const { limit, remedy } of outcome.refused) assert.ok(limit.startsWith('must ') && remedy.length > 3);
  return outcome.refused.map(({ path }) => path);
};

test('every verb is described for a form, and has a name of its own', () => {
  const { infos } = setUp().operations;
  assert.equal(new Set(infos.map(({ name }) => name)).size, infos.length);
  for (const info of infos) {
    assert.match(info.name, /^[a-z]+(-[a-z]+)+$/);
    assert.ok(info.title && info.help && info.deadlineMs > 0);
    for (const each of info.arguments) assert.ok(each.path && each.title && each.help, info.name);
  }
});

// ── the catalogue ───────────────────────────────────────────────────────────────────────────────

const one = (run: Verb<{ n: number }>['run']) => {
  const clock = new TestClock();
  const verb: Verb<{ n: number }> = {
    name: 'try-it',
    title: 'Trying',
    help: 'x',
    arguments: operationArguments({ n: argument.whole({ title: 'n', help: 'n', min: 0, max: 9, default: 1 }) }),
    deadlineMs: 2000,
    disturbs: false,
    run,
  };
  const operations = operationsOf([verb], { clock, log: silentLog });
  return { clock, run: (args?: unknown, name = 'try-it') => operations.run(name, args, 'page') };
};

test('a name that there is not is unknown, also one that every object has', async () => {
  const { run } = one(() => done('ok'));
  assert.deepEqual(await run({}, 'nothing-such'), { is: 'unknown' });
  assert.deepEqual(await run({}, 'constructor'), { is: 'unknown' });
});

test('arguments have their defaults, and one that does not fit does nothing', async () => {
  let ran = 0;
  const { run } = one(({ n }) => {
    ran++;
    return done(String(n));
  });
  assert.equal(sentence(await run()), '1');
  assert.deepEqual(refusedPaths(await run({ n: 10 })), ['n']);
  assert.equal(ran, 1);
});

test('what throws or rejects has failed with its words', async () => {
  const thrown = one(() => {
    throw new GatewayError('operation-refused', 'there is no way out');
  });
  assert.deepEqual(await thrown.run(), { is: 'failed', sentence: 'There is no way out.' });
  const rejected = one(() => Promise.reject(new Error('Gone.')));
  assert.deepEqual(await rejected.run(), { is: 'failed', sentence: 'Gone.' });
});

test('the deadline is kept on the clock, and nothing later changes the outcome', async () => {
  let end = (_: ReturnType<typeof done>): void => {};
  const { run, clock } = one(() => new Promise((resolve) => (end = resolve)));
  const outcome = run();
  clock.turn(2000);
  end(done('late'));
  assert.match(sentence(await outcome), /^Trying did not end within 2 s/);
});

// ── the verbs ───────────────────────────────────────────────────────────────────────────────────

test('test-call: says what became of it, over one way if asked; never an emergency number', async () => {
  const { run, asked } = setUp();
  assert.match(sentence(await run('test-call', { number: '600', trunk: 'primary' })), /was answered after 1\.3 s/);
  await run('test-call', { number: '600' });
  assert.deepEqual(asked, [
    ['place', { number: '600', trunk: 'primary' }],
    ['place', { number: '600' }],
  ]);
  for (const number of ['911', '+911']) {
    const refused = await run('test-call', { number });
    assert.deepEqual(refusedPaths(refused), ['number']);
    assert.match(JSON.stringify(refused), /Test only with the test number your provider names/);
  }
  assert.deepEqual(refusedPaths(await run('test-call', { number: '6; rm' })), ['number']);
  assert.equal(asked.length, 2);
});

test('test-call: a call that nobody answered has failed, with every way', async () => {
  const result: TestCallResult = {
    answered: false,
    cause: 'busy',
    attempts: [
      { target: 'primary', cause: 'serverSilent' },
      { target: 'secondary', cause: 'busy' },
    ],
  };
  const { run } = setUp({ testCalls: { place: async () => result } });
  assert.equal(
    sentence(await run('test-call', { number: '600' })),
    'The test call to 600 was not answered: the callee is busy. Ways: primary: the softswitch did not answer; secondary: the callee is busy.',
  );
});

test('block-trunk and unblock-trunk', async () => {
  const { run, asked } = setUp();
  const blocked = sentence(await run('block-trunk', { trunk: 'primary', minutes: 5 }));
  assert.equal(blocked, 'primary takes no outgoing calls for 5 min; emergency calls pass. 2 of its calls go on.');
  assert.match(sentence(await run('block-trunk', { trunk: 'primary', minutes: 0 })), /until it is unblocked/);
  assert.deepEqual(refusedPaths(await run('block-trunk', { trunk: 'third' })), ['trunk']);
  assert.deepEqual(refusedPaths(await run('block-trunk', { trunk: 'primary', minutes: -1 })), ['minutes']);
  assert.equal(sentence(await run('unblock-trunk', { trunk: 'primary' })), 'primary takes outgoing calls again.');
  assert.deepEqual(refusedPaths(await run('unblock-trunk', { trunk: 'third' })), ['trunk']);
  assert.deepEqual(asked, [
    ['block', 'primary', 'page', 5],
    ['block', 'primary', 'page', 0],
    ['block', 'third', 'page', 60],
    ['unblock', 'primary', 'page'],
  ]);
});

test('analyse-registration: one sentence, and what was seen', async () => {
  const { run } = setUp();
  const outcome = await run('analyse-registration', { trunk: 'primary', account: '101' });
  assert.equal(
    sentence(outcome),
    '101 is registered at primary (sip.example.com, found at 192.0.2.1) for 600 s: 200 OK came back after 12 ms.',
  );
  assert.deepEqual(outcome.is === 'done' && outcome.result, registered);
  assert.deepEqual(refusedPaths(await run('analyse-registration', { trunk: 'x', account: '101' })), ['trunk']);
  assert.deepEqual(refusedPaths(await run('analyse-registration', { trunk: 'primary', account: '9' })), ['account']);
});

test('analyse-registration: what is wrong comes with the answer and what to do', async () => {
  const wrong: RegistrationAnalysis = {
    trunk: 'primary',
    account: '101',
    host: '192.0.2.1',
    registered: false,
    status: 401,
    phrase: 'Unauthorized',
    roundTripMs: 9,
    sentence: 'primary does not accept the password of account 101',
    remedy: 'Compare it.',
  };
  const { status: _, phrase: _p, roundTripMs: _r, ...silent } = { ...wrong, sentence: 'no answer came' };
  const analysing = (analysis: RegistrationAnalysis) =>
    setUp({ trunks: { ids: () => ['primary'], analyse: async () => analysis } as unknown as Rooms['trunks'] }).run(
      'analyse-registration',
      { trunk: 'primary', account: '101' },
    );
  assert.equal(
    sentence(await analysing(wrong)),
    'Primary does not accept the password of account 101: 401 Unauthorized came back after 9 ms. Compare it.',
  );
  assert.equal(sentence(await analysing(silent)), 'No answer came. Compare it.');
});

test('restart-plane: at once without calls, with a little time for the answer', async () => {
  const { run, asked, clock } = setUp();
  assert.match(
    sentence(await run('restart-plane', { plane: 'engine' })),
    /^The media engine restarts now\. No call is up\./,
  );
  assert.deepEqual(asked, []);
  clock.turn(500);
  assert.deepEqual(asked, [['restart', 'engine']]);
});

test('restart-plane: waits for the last call, also for one that comes in the last moment', async () => {
  const { run, asked, clock, dialled, restarts } = setUp({ dialled: ['600', '601'] });
  assert.match(sentence(await run('restart-plane', { plane: 'control' })), /restarts when they have ended: 2 calls up/);
  dialled.pop();
  restarts.look();
  clock.turn(1000);
  dialled.pop();
  restarts.look();
  clock.turn(499);
  dialled.push('602');
  clock.turn(1000);
  assert.deepEqual(asked, []);
  dialled.pop();
  restarts.look();
  clock.turn(500);
  restarts.look();
  clock.turn(500);
  assert.deepEqual(asked, [['restart', 'control']]);
});

test('restart-plane: says which calls end when it does not wait', async () => {
  const { run, asked, clock } = setUp({ dialled: ['600'] });
  assert.match(
    sentence(await run('restart-plane', { whenIdle: false })),
    /control plane restarts now\. 1 call ends with it/,
  );
  clock.turn(500);
  assert.deepEqual(asked, [['restart', 'control']]);
});

test('restart-plane: never during an emergency call, not even one that began after the answer', async () => {
  const { run, asked, clock, dialled } = setUp({ dialled: ['911'] });
  for (const whenIdle of [true, false]) {
    const outcome = await run('restart-plane', { whenIdle });
    assert.equal(outcome.is, 'failed');
    assert.match(sentence(outcome), /^An emergency call is up/);
  }
  dialled.pop();
  await run('restart-plane', { whenIdle: false });
  dialled.push('911');
  clock.turn(10_000);
  assert.deepEqual(asked, []);
});

test('restart-plane: says so where nobody can be asked', async () => {
  const alone = setUp({ supervised: false });
  assert.match(sentence(await alone.run('restart-plane', {})), /^Nothing supervises/);
  const busy = setUp({ supervised: false, dialled: ['600'] });
  assert.match(sentence(await busy.run('restart-plane', {})), /^Nothing supervises/);
});

test('open-class opens what is closed, and names it where something else was asked for', async () => {
  const { run, asked } = setUp();
  assert.deepEqual(refusedPaths(await run('open-class', {})), ['class']);
  assert.deepEqual(refusedPaths(await run('open-class', { line: 'line/1', class: 'all' })), ['class']);
  assert.deepEqual(asked, []);
  const opened = await run('open-class', { line: 'line/1', class: 'international' });
  assert.match(sentence(opened), /international for line\/1 can be called again/);
  assert.deepEqual(asked, [['open', 'line/1', 'international', 'page']]);
  const nothing = setUp({ toll: { closed: () => [], open: () => assert.fail('nothing is closed') } });
  assert.match(sentence(await nothing.run('open-class', {})), /No class/);
});

test('unlock-codes unlocks the phone that is locked, and names it where another was asked for', async () => {
  const { run, asked } = setUp();
  assert.deepEqual(refusedPaths(await run('unlock-codes', { line: 'line/1' })), ['line']);
  assert.match(sentence(await run('unlock-codes', { line: 'line/2' })), /line\/2 can dial codes/);
  assert.deepEqual(asked, [['unlockCodes', 'line/2', 'page']]);
  const nothing = setUp({ codes: { locked: () => [], unlock: () => assert.fail('nothing is locked') } });
  assert.match(sentence(await nothing.run('unlock-codes', { line: 'line/2' })), /No phone/);
});

test('keep-message, delete-message and unlock-mailbox go to the shelf', async () => {
  const { run, asked } = setUp();
  assert.equal(sentence(await run('keep-message', { mailbox: 'line/1', message: 'm1' })), 'The message is kept.');
  assert.equal(sentence(await run('delete-message', { mailbox: 'line/1', message: 'm1' })), 'The message is deleted.');
  assert.deepEqual(refusedPaths(await run('keep-message', { mailbox: 'line/1', message: 'm2' })), ['message']);
  assert.deepEqual(refusedPaths(await run('delete-message', { mailbox: 'line/2', message: 'm1' })), ['mailbox']);
  assert.match(sentence(await run('unlock-mailbox', { mailbox: 'line/1' })), /is unlocked/);
  assert.deepEqual(refusedPaths(await run('unlock-mailbox', { mailbox: 'line/2' })), ['mailbox']);
  assert.deepEqual(asked, [
    ['keep', 'm1'],
    ['delete', 'm1'],
    ['keep', 'm2'],
    ['unlock', 'line/1'],
  ]);
});

test('acknowledge-alarm: what happened goes, what still is stays', async () => {
  const { run, asked } = setUp();
  assert.equal(sentence(await run('acknowledge-alarm', { alarm: 'engineRestarted' })), 'The alarm is acknowledged.');
  const standing = await run('acknowledge-alarm', { alarm: 'trunkDown/primary' });
  assert.equal(standing.is, 'failed');
  assert.match(sentence(standing), /ends by itself/);
  assert.deepEqual(refusedPaths(await run('acknowledge-alarm', { alarm: 'x' })), ['alarm']);
  assert.deepEqual(asked, [['acknowledge', 'engineRestarted', 'page']]);
});

test('a scenario is switched on, off and one step back; one that is not in the settings is refused', async () => {
  const { run, asked } = setUp();
  assert.deepEqual(refusedPaths(await run('switch-scenario', { scenario: 'flood' })), ['scenario']);
  assert.equal(sentence(await run('switch-scenario', { scenario: 'night' })), 'Night is on.');
  assert.equal(sentence(await run('switch-scenario', { scenario: 'night' })), 'Night is on. It was so already.');
  assert.equal(sentence(await run('step-back-scenario', {})), 'No scenario is on.');
  assert.equal(sentence(await run('step-back-scenario', {})), 'Night is on.');
  assert.equal(sentence(await run('switch-scenario', {})), 'No scenario is on.');
  assert.deepEqual(asked[0], ['switch', 'night', 'page']);
});

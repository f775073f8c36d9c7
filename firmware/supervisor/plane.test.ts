import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SETTINGS_REFUSED } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import { TestClock } from '../core/test-clock.ts';
import { Plane } from './plane.ts';

/** What the planes of these tests do; each is a program of a few words. */
const programs = {
  works: 'process.send({ ready: true }); process.send({ work: 1 }); process.on("SIGTERM", () => process.exit(0));',
  counts: 'let work = 0; process.send({ ready: true }); setInterval(() => process.send({ work: ++work }), 5);',
  stubborn: 'process.on("SIGTERM", () => {}); process.send({ ready: true });',
  dies: 'process.exit(3);',
  crashes: 'process.send({ ready: true }, () => process.exit(3));',
  asks: 'process.send({ ready: true }); process.send({ restart: "engine" }); process.send({ restart: "rm" });',
  refuses: `process.exit(${SETTINGS_REFUSED});`,
} as const;

type Seen = { readonly level: string; readonly text: string; readonly detail: Record<string, unknown> };

const setUp = (t: TestContext, program: keyof typeof programs, run = process.execPath) => {
  const folder = mkdtempSync(join(tmpdir(), 'plane-'));
  const path = join(folder, 'plane.mjs');
  // beside its own keep-alive: a plane ends when it is told to, not for want of work
  writeFileSync(path, `setInterval(() => {}, 1000);\n${programs[program]}\n`);
  const clock = new TestClock();
  const seen: Seen[] = [];
  const logAt = (level: string) => (detail: object, text: string) =>
    void seen.push({ level, text, detail: detail as Record<string, unknown> });
  const log: Log = { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
  const pids: (number | undefined)[] = [];
  const counts = { ready: 0, died: 0, refused: 0 };
  const asked: string[] = [];
  const deaths: string[] = [];
  const plane: Plane = new Plane({
    name: 'control',
    command: [run, path],
    clock,
    log,
    onChange: () => pids.push(plane.pid),
    onReady: () => counts.ready++,
    onDied: () => counts.died++,
    onRefused: () => counts.refused++,
    onDeath: (why) => deaths.push(why),
    onRestartAsked: (which) => asked.push(which),
  });
  t.after(async () => {
    const gone = plane.stop();
    clock.turn(5_000);
    await gone;
    rmSync(folder, { recursive: true });
  });
  plane.start();
  return { plane, clock, seen, pids, counts, asked, deaths };
};

/** Processes need real time; what is waited for is bounded all the same. */
const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 500, `${what} has not come`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

test('a plane that dies is started again at once', async (t) => {
  const { plane, counts, pids, seen } = setUp(t, 'works');
  await until('the first plane', () => counts.ready === 1);
  process.kill(plane.pid!, 'SIGKILL');
  await until('the second plane', () => counts.ready === 2);
  assert.equal(counts.died, 1);
  assert.equal(new Set(pids).size, 2);
  const said = seen.find(({ level }) => level === 'error');
  assert.deepEqual([said?.detail['why'], said?.detail['restartInMs']], ['SIGKILL', 0]);
});

test('each death is told with its reason; an end that was asked for is none', async (t) => {
  const killed = setUp(t, 'works');
  await until('the first plane', () => killed.counts.ready === 1);
  killed.plane.restart();
  await until('the second plane', () => killed.counts.ready === 2);
  assert.deepEqual(killed.deaths, []);
  process.kill(killed.plane.pid!, 'SIGKILL');
  await until('the third plane', () => killed.counts.ready === 3);
  assert.deepEqual(killed.deaths, ['it was ended by SIGKILL']);
  const died = setUp(t, 'dies');
  await until('a death', () => died.deaths.length > 0);
  assert.equal(died.deaths[0], 'it ended with exit code 3');
  const hung = setUp(t, 'works');
  await until('the plane', () => hung.counts.ready === 1);
  hung.clock.turn(20_000);
  await until('its death', () => hung.deaths.length > 0);
  assert.deepEqual(hung.deaths, ['it did no work for 10 s']);
});

test('a plane that dies again and again waits longer each time', async (t) => {
  const { clock, counts, seen, pids } = setUp(t, 'dies');
  const waits = () => seen.filter(({ level }) => level === 'error').map(({ detail }) => Number(detail['restartInMs']));
  await until('the restart at once', () => counts.died === 2);
  for (let deaths = 2; deaths < 5; deaths++) {
    const [wait, started] = [waits().at(-1)!, pids.length];
    clock.turn(wait - 2);
    assert.equal(pids.length, started, 'started before its time');
    clock.turn(4);
    assert.equal(pids.length, started + 1);
    await until('its death', () => counts.died === deaths + 1);
  }
  const [first, second, third, fourth, fifth] = waits();
  assert.equal(first, 0);
  assert.ok(second! >= 250 && second! <= 500 && third! >= 500 && third! <= 1000, String(waits()));
  assert.ok(fourth! >= 1000 && fourth! <= 2000 && fifth! >= 2000 && fifth! <= 4000, String(waits()));
});

test('a plane that crashes right after it was ready is not started for ever without a pause, and the log says so', async (t) => {
  const { clock, counts, seen, pids } = setUp(t, 'crashes');
  const errors = () => seen.filter(({ level }) => level === 'error');
  const waitMs = () => Number(errors().at(-1)?.detail['restartInMs']);
  await until('the first pause', () => counts.died === 9);
  assert.equal(counts.ready, 9);
  assert.ok(waitMs() >= 250 && waitMs() <= 500, String(waitMs()));
  assert.match(errors().at(-1)!.text, /dies again and again/);
  assert.doesNotMatch(errors()[0]!.text, /again and again/);
  clock.turn(waitMs() - 2);
  assert.equal(pids.length, 9, 'started before its time');
  clock.turn(4);
  await until('the next death', () => counts.died === 10);
  assert.ok(waitMs() >= 500 && waitMs() <= 1000, String(waitMs()));
});

test('a plane that counts its work lives on, and deaths that lie apart are no loop', async (t) => {
  const { plane, clock, counts, seen } = setUp(t, 'counts');
  for (let starts = 1; starts < 4; starts++) {
    await until('the plane', () => counts.ready === starts);
    clock.turn(6_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
    clock.turn(6_000);
    assert.equal(counts.died, starts - 1);
    process.kill(plane.pid!, 'SIGKILL');
    await until('the next plane', () => counts.ready === starts + 1);
  }
  const waits = seen.filter(({ level }) => level === 'error').map(({ detail }) => detail['restartInMs']);
  assert.deepEqual(waits, [0, 0, 0]);
});

test('a plane whose count stands still is ended and started again', async (t) => {
  const { clock, counts, seen } = setUp(t, 'works');
  await until('the plane', () => counts.ready === 1);
  clock.turn(9_900);
  assert.equal(counts.died, 0);
  clock.turn(2_000);
  await until('the next plane', () => counts.ready === 2);
  assert.ok(seen.some(({ text }) => text.includes('does no work')));
});

for (const [what, program] of [
  ['a program that is not there', '/nowhere/node'],
  ['a name that the system does not even look for', 'node\0'],
] as const)
  test(`a plane that cannot be started is tried again, longer each time: ${what}`, async (t) => {
    const { clock, counts, seen } = setUp(t, 'works', program);
    const said = () => seen.filter(({ level }) => level === 'error').map(({ detail }) => detail);
    await until('its failure, and that of the second try', () => counts.died === 2);
    clock.turn(Number(said()[1]?.['restartInMs']) + 1);
    await until('the failure of the third try', () => counts.died === 3);
    assert.match(String(said()[2]?.['why']), /could not be started/);
    assert.ok(Number(said()[2]?.['restartInMs']) >= 500, JSON.stringify(said()));
  });

test('a plane that is asked to stop stops, and stays away', async (t) => {
  const { plane, clock, counts, pids } = setUp(t, 'works');
  await until('the plane', () => counts.ready === 1);
  await plane.stop();
  clock.turn(60_000);
  assert.deepEqual([counts.died, pids.length], [1, 1]);
  assert.throws(() => process.kill(plane.pid!, 0), { code: 'ESRCH' });
});

test('a plane that does not stop is ended after 4 s', async (t) => {
  const { plane, clock, counts } = setUp(t, 'stubborn');
  await until('the plane', () => counts.ready === 1);
  let stopped = false;
  const gone = plane.stop().then(() => {
    stopped = true;
  });
  clock.turn(3_900);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(stopped, false);
  clock.turn(200);
  await gone;
});

test('when the box goes down a plane that ends by itself is not started again', async (t) => {
  const { plane, clock, counts, pids } = setUp(t, 'works');
  await until('the plane', () => counts.ready === 1);
  plane.leave();
  process.kill(plane.pid!, 'SIGTERM');
  await until('its end', () => counts.died === 1);
  clock.turn(60_000);
  assert.equal(pids.length, 1);
  await plane.stop();
});

test('a plane whose settings were refused is not started again: only a person can help', async (t) => {
  const { clock, counts, pids, seen } = setUp(t, 'refuses');
  await until('its word', () => counts.refused === 1);
  clock.turn(60_000);
  assert.deepEqual([counts.died, pids.length], [1, 1]);
  assert.deepEqual(
    seen.filter(({ level }) => level === 'error'),
    [],
    'the plane has said itself what is wrong',
  );
});

test('a plane that is restarted on request comes again at once each time, and no death is counted', async (t) => {
  const { plane, counts, pids, seen } = setUp(t, 'works');
  for (let ready = 1; ready < 4; ready++) {
    await until('the plane', () => counts.ready === ready);
    plane.restart();
    plane.restart();
  }
  await until('the last plane', () => counts.ready === 4);
  assert.equal(new Set(pids).size, 4);
  assert.deepEqual(
    seen.filter(({ level }) => level === 'error'),
    [],
  );
});

test('a plane that does not end when it is restarted is ended', async (t) => {
  const { plane, clock, counts } = setUp(t, 'stubborn');
  await until('the plane', () => counts.ready === 1);
  plane.restart();
  clock.turn(4_100);
  await until('the next plane', () => counts.ready === 2);
});

test('a restart that is asked for between two lives is that of the next life, and hides no death', async (t) => {
  const { plane, clock, counts, seen } = setUp(t, 'dies');
  await until('the wait after two deaths', () => counts.died === 2);
  plane.restart();
  await until('the life that was asked for', () => counts.died === 3);
  const deaths = seen.filter(({ level }) => level === 'error');
  assert.equal(deaths.length, 3);
  clock.turn(Number(deaths[2]?.detail['restartInMs']) + 1);
  await until('the next life', () => counts.died === 4);
});

test('a plane may ask for a restart of either plane, and of nothing else', async (t) => {
  const { asked, counts } = setUp(t, 'asks');
  await until('the plane', () => counts.ready === 1 && asked.length > 0);
  assert.deepEqual(asked, ['engine']);
});

test('a plane that is being stopped is not restarted', async (t) => {
  const { plane, counts, pids } = setUp(t, 'works');
  await until('the plane', () => counts.ready === 1);
  plane.leave();
  plane.restart();
  await plane.stop();
  assert.equal(pids.length, 1);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { Log } from '../../core/log.ts';
import { TestClock } from '../../core/test-clock.ts';
import { LinkWatch } from './link-watch.ts';

type Words = readonly [string, ...string[]];

const setUp = (t: TestContext, ...commands: readonly Words[]) => {
  const clock = new TestClock();
  const warnings: string[] = [];
  const log = { warn: (detail: { why: string }) => void warnings.push(detail.why) } as unknown as Log;
  let looks = 0;
  const changed = () => void looks++;
  const watch = new LinkWatch({ clock, log, changed, ...(commands.length === 0 ? {} : { commands }) });
  t.after(() => watch.close());
  watch.start();
  return { clock, warnings, watch, looks: () => looks };
};

const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 500, `${what} has not come`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

test('a change is looked at, a storm of them ten times a second', async (t) => {
  const { clock, looks } = setUp(t, ['sh', '-c', 'while sleep 0.01; do echo change; done']);
  assert.equal(looks(), 1, 'what changed before anybody watched');
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(looks(), 1, 'the storm is waited for');
  clock.turn(100);
  assert.equal(looks(), 2);
  await new Promise((resolve) => setTimeout(resolve, 100));
  clock.turn(1_000);
  assert.equal(looks(), 3);
});

test('a watcher that ends is started again, the next program in its place', async (t) => {
  const { clock, looks, warnings } = setUp(t, ['no-such-program'], ['sh', '-c', 'echo change; exec sleep 60']);
  await until('the second start', () => {
    clock.turn(100);
    return looks() >= 2;
  });
  clock.turn(100);
  await until('the change', () => {
    clock.turn(100);
    return looks() >= 3;
  });
  assert.deepEqual(warnings, []);
});

test('where no program can be started the log says once what is missed', async (t) => {
  const { clock, warnings } = setUp(t, ['no-such-program'], ['no-such-program-either']);
  for (let tries = 0; tries < 50; tries++) {
    clock.turn(2_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /ENOENT/);
});

test('after its end nothing is started again', async (t) => {
  const { clock, watch, warnings, looks } = setUp(t, ['sh', '-c', 'exit 1']);
  watch.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  clock.turn(120_000);
  assert.deepEqual([warnings, looks()], [[], 1]);
});

test('the watcher goes with a plane that is killed', async () => {
  const script = `
    import { readFileSync } from 'node:fs';
    import { LinkWatch } from '${new URL('./link-watch.ts', import.meta.url).href}';
    import { systemClock } from '${new URL('../../core/clock.ts', import.meta.url).href}';
    new LinkWatch({ clock: systemClock, log: { warn: console.error }, changed: () => {} }).start();
    process.stdout.write(readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8'));
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);`;
  const words = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stdout, signal } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 10_000 });
  const watcher = Number(stdout.trim().split(' ').at(-1));
  assert.deepEqual([signal, watcher > 0], ['SIGKILL', true], stdout);
  await until('the end of the watcher', () => !existsSync(`/proc/${watcher}`));
});

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { silentLog } from '../core/log.ts';
import type { Instant } from '../core/machine.ts';
import { Runner } from '../core/runner.ts';
import { TestClock } from '../core/test-clock.ts';
import { AdoptionLog, readAdoption } from './adoption-log.ts';

const setUp = (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'adoption-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'cascades');
  const open = (compactAt?: number) => new AdoptionLog(path, readAdoption(path), compactAt);
  return { path, open };
};
const at = (ms: number) => ms as Instant;
const cascade = (ms: number, states: [string, unknown][], facts: unknown[] = []) => ({
  at: at(ms),
  states: new Map(states),
  facts,
});
const states = (path: string) => Object.fromEntries(readAdoption(path).states);

test('the last state of each machine is read back; one that is over is not', (t) => {
  const { path, open } = setUp(t);
  const log = open();
  log.write(
    cascade(
      1,
      [
        ['a', { n: 1 }],
        ['b', { n: 1 }],
      ],
      [{ fact: 'x' }],
    ),
  );
  log.write(
    cascade(2, [
      ['a', { n: 2 }],
      ['b', undefined],
    ]),
  );
  assert.deepEqual(states(path), { a: { n: 2 } });
  assert.deepEqual(readAdoption(path).facts, [{ fact: 'x' }]);
  assert.equal(readAdoption(path).at, 2);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a cascade of the runner is one line', (t) => {
  const { path, open } = setUp(t);
  const runner = new Runner(new TestClock(), silentLog, open());
  const machine = {
    step: (state: number, event: unknown) => ({ state: event === 'up' ? state + 1 : state, effects: [] }),
    deadline: () => undefined,
    over: (state: number) => state > 1,
  };
  runner.host('m', machine, 0, () => {});
  runner.tell('m', 'up');
  assert.deepEqual(states(path), { m: 1 });
  runner.tell('m', 'up');
  assert.deepEqual(states(path), {});
  assert.equal(readFileSync(path, 'utf8').trim().split('\n').length, 3);
});

test('a torn last line is left out, and the next process writes behind it', (t) => {
  const { path, open } = setUp(t);
  const log = open();
  log.write(cascade(1, [['a', 1]]));
  log.write(cascade(2, [['a', 2]]));
  truncateSync(path, statSync(path).size - 5);
  assert.deepEqual(states(path), { a: 1 });
  assert.equal(readAdoption(path).damaged, 1);
  open().write(cascade(3, [['b', 3]]));
  assert.deepEqual(states(path), { a: 1, b: 3 });
});

test('states that nobody took over are forgotten when adoption is over', (t) => {
  const { path, open } = setUp(t);
  open().write(
    cascade(1, [
      ['a', 1],
      ['b', 1],
    ]),
  );
  const log = open();
  log.write(cascade(2, [['a', 2]]));
  assert.deepEqual(states(path), { a: 2, b: 1 });
  log.settle(at(3));
  assert.deepEqual(states(path), { a: 2 });
});

test('a long file is written anew with the last states', (t) => {
  const { path, open } = setUp(t);
  const log = open(1000);
  for (let n = 1; n <= 200; n++) log.write(cascade(n, [[`m${n % 3}`, { n }]], [{ fact: n }]));
  assert.ok(statSync(path).size < 1100);
  assert.deepEqual(states(path), { m0: { n: 198 }, m1: { n: 199 }, m2: { n: 200 } });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  open().write(cascade(201, [['m0', undefined]]));
  assert.deepEqual(states(path), { m1: { n: 199 }, m2: { n: 200 } });
});

test('rubbish is no reason to stop', (t) => {
  const { path, open } = setUp(t);
  open().write(cascade(1, [['a', 1]]));
  appendFileSync(path, 'null\n{}\n{"at":"x"}\n\0\0\n');
  assert.deepEqual(states(path), { a: 1 });
  assert.equal(readAdoption(path).damaged, 4);
});

test('what is named like a secret is not written', (t) => {
  const { path, open } = setUp(t);
  open().write(
    cascade(1, [['a', { password: 'canary', nested: { ha1: 'canary' }, user: 'u' }]], [{ secret: 'canary' }]),
  );
  assert.ok(!readFileSync(path, 'utf8').includes('canary'));
  assert.deepEqual(states(path), { a: { nested: {}, user: 'u' } });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { silentLog } from '../core/log.ts';
import { DEATHS_FILE, type PlaneDeaths } from '../core/plane-deaths.ts';
import { Runner } from '../core/runner.ts';
import { TestClock } from '../core/test-clock.ts';
import { Restarts } from './restarts.ts';

const killed = { id: '7-1', why: 'it was ended by SIGKILL', times: 1 };

/** A folder in memory and the planes that follow each other in it; each finds what the one before it left. */
const setUp = (t: TestContext) => {
  const run = mkdtempSync(join(tmpdir(), 'restarts-'));
  t.after(() => rmSync(run, { recursive: true }));
  let left = new Map<string, unknown>();
  const dies = (deaths: PlaneDeaths): void => writeFileSync(join(run, DEATHS_FILE), JSON.stringify(deaths));
  /** A plane begins; what it states. */
  const begins = (leftCalls = false) => {
    const [clock, before, states] = [new TestClock(), left, new Map<string, unknown>()];
    left = states;
    const runner = new Runner(clock, silentLog, {
      write: ({ states: changed }) => {
        for (const [id, state] of changed) states.set(id, state);
      },
    });
    const facts: unknown[] = [];
    runner.onFact((fact) => facts.push(fact));
    const restarts = new Restarts({ run, runner, clock, before });
    runner.cascade(() => restarts.begin(leftCalls, 0));
    return { clock, facts, restarts };
  };
  return { run, dies, begins };
};

test('a plane that follows one that died says why, once', (t) => {
  const { dies, begins } = setUp(t);
  assert.deepEqual(begins().facts, [], 'the first');
  dies({ control: killed });
  const told = { fact: 'controlRestarted', callsEnded: 0, why: 'it was ended by SIGKILL' };
  assert.deepEqual(begins().facts, [told]);
  assert.deepEqual(begins().facts, [], 'a person asked for this one');
  dies({ control: { ...killed, id: '7-2', times: 2 } });
  assert.deepEqual(begins().facts, [
    { ...told, why: 'it was ended by SIGKILL; 2 times, each within an hour of the one before' },
  ]);
});

test('calls that were left tell of a restart where nobody keeps deaths, or a file of them is damaged', (t) => {
  const { run, begins } = setUp(t);
  const told = { fact: 'controlRestarted', callsEnded: 0 };
  assert.deepEqual(begins(true).facts, [told]);
  writeFileSync(join(run, DEATHS_FILE), '{"control":');
  assert.deepEqual(begins(true).facts, [told]);
  assert.deepEqual(begins(false).facts, []);
});

test('an engine that dies is told while the plane runs, once each death, also by the next plane', (t) => {
  const { dies, begins } = setUp(t);
  const { clock, facts, restarts } = begins();
  dies({ engine: killed });
  clock.turn(20_000);
  const told = { fact: 'engineRestarted', why: 'it was ended by SIGKILL' };
  assert.deepEqual(facts, [told]);
  restarts.close();
  dies({ engine: { ...killed, id: '7-2' } });
  clock.turn(20_000);
  assert.deepEqual(facts, [told], 'it was closed');
  const next = begins();
  next.clock.turn(20_000);
  assert.deepEqual(next.facts, [told]);
});

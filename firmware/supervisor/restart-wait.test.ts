import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '../core/machine.ts';
import { afterDeath, type Deaths, noDeaths, restartWaitMs } from './restart-wait.ts';

type Life = { readonly diesAt: number; readonly livedMs?: number; readonly wasReady?: boolean };

/** Waits after each of these deaths, the longest that chance can give. */
const waits = (...lives: readonly Life[]): number[] => {
  let deaths: Deaths = noDeaths;
  return lives.map(({ diesAt, livedMs = 100, wasReady = false }) => {
    deaths = afterDeath(deaths, { now: diesAt as Instant, startedAt: (diesAt - livedMs) as Instant, wasReady });
    return restartWaitMs(deaths, () => 1);
  });
};
const every = (ms: number, count: number, life: Omit<Life, 'diesAt'>): Life[] =>
  Array.from({ length: count }, (_, i) => ({ diesAt: (i + 1) * ms, ...life }));

test('a plane that dies before it was ready waits longer each time, up to half a minute', () => {
  assert.deepEqual(waits(...every(40_000, 9, {})), [0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('a plane that was ready once begins anew', () => {
  const [, , third, ready, next] = waits(...every(1000, 3, {}), { diesAt: 4000, wasReady: true }, { diesAt: 5000 });
  assert.deepEqual([third, ready, next], [1000, 0, 0]);
});

test('a plane that needed long to die, ready or not, was no loop', () => {
  assert.deepEqual(waits(...every(20_000, 4, { livedMs: 15_000 })), [0, 0, 0, 0]);
});

test('a plane that was ready is started at once, unless it dies again and again right after', () => {
  const kills = every(1500, 15, { wasReady: true, livedMs: 1_400 });
  assert.deepEqual(waits(...kills).slice(0, 8), Array(8).fill(0));
  assert.deepEqual(waits(...kills).slice(8), [500, 1000, 2000, 4000, 8000, 16_000, 30_000]);
});

test('only a plane that has served for a while ends the waiting', () => {
  const loop = every(1500, 10, { wasReady: true, livedMs: 1_400 });
  const after = (livedMs: number) => waits(...loop, { diesAt: 60_000, wasReady: true, livedMs }).at(-1);
  assert.equal(after(4_900), 2000);
  assert.equal(after(5_100), 0);
});

test('a plane that crashes now before it is ready, now right after, is a loop as well', () => {
  const now = every(1500, 24, {}).map((life, n) => ({ ...life, wasReady: n % 2 === 0 }));
  assert.ok(waits(...now).at(-2)! >= 4000, String(waits(...now)));
});

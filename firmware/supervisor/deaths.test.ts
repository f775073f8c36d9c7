import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '../core/machine.ts';
import { Deaths } from './deaths.ts';

const HOUR_MS = 3_600_000;
const at = (ms: number): Instant => ms as Instant;

test('deaths of a plane are counted as long as each comes within an hour of the one before', () => {
  const deaths = new Deaths('7');
  const times = (): number | undefined => deaths.all.engine?.times;
  deaths.add('engine', 'it was ended by SIGKILL', at(0));
  assert.equal(times(), 1);
  deaths.add('engine', 'it was ended by SIGKILL', at(HOUR_MS - 1));
  assert.equal(times(), 2);
  deaths.add('control', 'it ended with exit code 1', at(HOUR_MS));
  assert.equal(times(), 2, 'each plane by itself');
  deaths.add('engine', 'it was ended by SIGSEGV', at(2 * HOUR_MS - 1));
  assert.equal(times(), 1);
  assert.deepEqual(deaths.all, {
    control: { id: '7-3', why: 'it ended with exit code 1', times: 1 },
    engine: { id: '7-4', why: 'it was ended by SIGSEGV', times: 1 },
  });
});

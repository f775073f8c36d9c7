import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import { ENGINE_EPOCH, epochMachine, keptEpoch } from './epoch-machine.ts';

const now = 0 as Instant;

test('the epoch of the engine is what a plane after this one finds', () => {
  const { state } = epochMachine.step({ epoch: '', heardUpTo: 7 }, { type: 'connected', epoch: 'a1' }, now);
  assert.deepEqual(keptEpoch(new Map([[ENGINE_EPOCH, state]])), { epoch: 'a1', heardUpTo: 0 });
  assert.equal(epochMachine.step(state, { type: 'connected', epoch: 'a1' }, now).state, state);
  assert.deepEqual(epochMachine.step(state, { type: 'connected', epoch: 'b2' }, now).state, {
    epoch: 'b2',
    heardUpTo: 0,
  });
  assert.deepEqual(epochMachine.step(state, { type: 'heard', seq: 9 }, now).state, { epoch: 'a1', heardUpTo: 9 });
});

test('what is not there, or damaged, is no epoch', () => {
  assert.deepEqual(keptEpoch(new Map()), { epoch: '', heardUpTo: 0 });
  for (const damaged of [undefined, {}, { epoch: 7 }]) {
    assert.deepEqual(keptEpoch(new Map([[ENGINE_EPOCH, damaged]])), { epoch: '', heardUpTo: 0 });
  }
});

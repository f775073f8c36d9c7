import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import { ringAtStart, ringMachine } from './ring-machine.ts';

const at = (ms: number) => ms as Instant;

describe('ringing', () => {
  it('follows the cadence without drift, however late it is stepped', () => {
    let { state } = ringMachine.step(ringAtStart, { type: 'start', cadence: [400, 200, 400, 2000] }, at(0));
    const switched: string[] = [];
    for (let ms = 0; ms < 6100; ms += 7) {
      const due = ringMachine.deadline(state);
      if (due === undefined || ms < due) continue;
      const step = ringMachine.step(state, { type: 'lapse' }, at(ms));
      state = step.state;
      switched.push(`${due} ${step.effects[0]?.voltage}`);
    }
    assert.deepEqual(switched, [
      '400 off',
      '600 on',
      '1000 off',
      '3000 on',
      '3400 off',
      '3600 on',
      '4000 off',
      '6000 on',
    ]);
  });

  it('stops at once', () => {
    const ringing = ringMachine.step(ringAtStart, { type: 'start', cadence: [1000, 4000] }, at(0)).state;
    const stopped = ringMachine.step(ringing, { type: 'stop' }, at(10));
    assert.deepEqual(stopped, { state: ringAtStart, effects: [{ voltage: 'off' }] });
    assert.equal(ringMachine.deadline(stopped.state), undefined);
  });

  for (const cadence of [[], [0, 0], [1000], [1000, 0]]) {
    it(`is not begun by the cadence [${cadence}]`, () => {
      assert.deepEqual(ringMachine.step(ringAtStart, { type: 'start', cadence }, at(0)).effects, []);
    });
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, type Instant } from '../../core/machine.ts';
import { type KeptLeg, keptLeg, keptLegMachine as machine } from './kept-leg-machine.ts';

const start = 1000 as Instant;

describe('a leg that a plane before us left', () => {
  it('is looked at once at the start, and ended as soon as its flow is open', () => {
    const first = machine.step(keptLeg(start), { type: 'lapse' }, start);
    assert.deepEqual(first.effects, [{ do: 'look' }]);
    const closed = machine.step(first.state, { type: 'flow', open: false }, start);
    assert.deepEqual(closed, { state: first.state, effects: [] });
    assert.equal(machine.deadline(closed.state), 1100);
    const open = machine.step(closed.state, { type: 'flow', open: true }, start);
    assert.deepEqual(open.effects, [{ do: 'end' }]);
    assert.deepEqual(machine.step(open.state, { type: 'flow', open: true }, start).effects, []);
    const ended = machine.step(open.state, { sip: 'ended' }, start);
    assert.equal(machine.over?.(ended.state), true);
  });

  it('is given up when its flow does not come back, or its BYE is never answered', () => {
    let leg: KeptLeg = keptLeg(start);
    let looks = 0;
    for (let at = machine.deadline(leg); at !== undefined; at = machine.deadline(leg)) {
      const out = machine.step(leg, { type: 'lapse' }, at);
      leg = out.state;
      looks += out.effects.length;
    }
    assert.equal(looks, 320);
    const leaving = machine.step(keptLeg(start), { type: 'flow', open: true }, start).state;
    assert.equal(machine.over?.(machine.step(leaving, { type: 'lapse' }, after(start, 32_000)).state), true);
  });
});

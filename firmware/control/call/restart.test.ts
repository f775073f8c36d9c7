import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planRestart } from './restart.ts';

describe('what a plane that died has left', () => {
  it('is nothing where nothing was kept', () => {
    assert.deepEqual(planRestart(new Map()), { calls: [], nextLeg: 1 });
  });

  it('is its calls and the first leg number that was not used', () => {
    const states = new Map<string, unknown>([
      ['phone/line/1', { at: 'talking', leg: 'leg/41' }],
      ['leg/42', { phase: 'confirmed' }],
      ['dialog/leg/42', { flow: 'primary' }],
      ['arrival/leg/46', { flow: 'primary' }],
      ['call/a-1', { phase: 'talking', caller: { leg: 'leg/41' }, callee: { leg: 'leg/42' } }],
      ['trunk/primary/health', { is: 'up' }],
    ]);
    assert.deepEqual(planRestart(states), { calls: ['call/a-1'], nextLeg: 47 });
    // a phone that holds has no termination in that call: only the call and the phone know its leg
    states.set('phone/line/2', { at: 'dialling', held: { leg: 'leg/48', until: 1 } });
    assert.equal(planRestart(states).nextLeg, 49);
    states.set('call/a-2', { phase: 'hunting', caller: { leg: 'leg/44' }, hunt: { nextLeg: 61 } });
    const hunting = planRestart(states);
    assert.deepEqual(hunting.calls, ['call/a-1', 'call/a-2']);
    assert.ok(hunting.nextLeg > 61 + 8 * 4 * 20, 'what the hunt has set aside is not given out again');
  });
});

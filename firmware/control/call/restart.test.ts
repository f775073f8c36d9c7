import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planRestart } from './restart.ts';

describe('what a plane that died has left', () => {
  it('is nothing where nothing was kept', () => {
    assert.deepEqual(planRestart(new Map()), { dialogs: [], calls: [], nextLeg: 1 });
  });

  it('is its dialogs to end, its calls, and the first leg number that was not used', () => {
    const dialog = { flow: 'primary', callId: 'x', localTag: 'y' };
    const states = new Map<string, unknown>([
      ['phone/line/1', { at: 'talking', leg: 'leg/41' }],
      ['leg/42', { phase: 'confirmed' }],
      ['dialog/leg/42', dialog],
      ['dialog/leg/43', 'damaged'],
      ['invite/leg/45', { flow: 'standby' }],
      ['arrival/leg/46', { flow: 'primary' }],
      ['call/a-1', { phase: 'talking', caller: { leg: 'leg/41' }, callee: { leg: 'leg/42' } }],
      ['call/a-2', { phase: 'hunting', caller: { leg: 'leg/44' }, hunt: { nextLeg: 61 } }],
      ['trunk/primary/health', { is: 'up' }],
    ]);
    assert.deepEqual(planRestart(states), {
      dialogs: [
        { leg: 'leg/42', flow: 'primary', dialog },
        { leg: 'leg/45', flow: 'standby', dialog: { flow: 'standby' } },
        { leg: 'leg/46', flow: 'primary', dialog: { flow: 'primary' } },
      ],
      calls: ['call/a-1', 'call/a-2'],
      nextLeg: 62,
    });
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import { type Phone, type PhoneSettings, phoneMachine } from './phone-machine.ts';

test('a phone that is found on its hook is told nothing but that it need not ring: somebody may be lifting it', () => {
  const machine = phoneMachine(() => ({}) as PhoneSettings);
  const found = { type: 'found', offHook: false, lost: false, cause: 'gatewayRestarted' } as const;
  const played = (phone: Phone) =>
    machine.step(phone, found, 0 as Instant).effects.flatMap((effect) => ('do' in effect ? [effect.do] : []));
  assert.deepEqual(played({ at: 'onHook' }), []);
  assert.deepEqual(played({ at: 'hearing', cause: 'hungUp' }), []);
  assert.deepEqual(played({ at: 'ringing', leg: 'leg/1' } as unknown as Phone), ['signal']);
});

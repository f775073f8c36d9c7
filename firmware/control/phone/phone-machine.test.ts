import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import { compileDigitMap } from '../routing/digit-map.ts';
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

test('keys in a call that nobody has answered are told only where further digits of its number are wanted', () => {
  const map = compileDigitMap('x.T', [], []);
  const machine = phoneMachine(() => ({ map }) as PhoneSettings);
  const event = { is: 'digit', digit: '4', heardBy: 'dtmf', lastedMs: 80 } as const;
  const pressed = (phone: Phone) => machine.step(phone, { type: 'line', event }, 0 as Instant);
  const calling: Phone = { at: 'calling', leg: 'leg/1', number: '123' };
  assert.deepEqual(pressed(calling), { state: calling, effects: [] });
  assert.deepEqual(pressed({ ...calling, collects: true }), {
    state: { ...calling, number: '1234', collects: true },
    effects: [{ tell: { type: 'digit', leg: 'leg/1', digit: '4' } }],
  });
});

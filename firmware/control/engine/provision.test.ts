import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factoryConfiguration } from '../../config/factory.ts';
import { loadProfile } from '../../profiles/profile.ts';
import { provision } from './provision.ts';

test('the lines of the factory configuration get the times of their country', async () => {
  for (const code of ['US', 'DE']) {
    const profile = await loadProfile(code);
    const hardware = provision(factoryConfiguration(), profile);
    assert.deepEqual(
      hardware.lines.map(({ id, kind, port }) => `${id} ${kind} ${port}`),
      [
        'line/1 fxs phone/1',
        'line/2 fxs phone/2',
        'line/3 fxs phone/3',
        'line/4 fxs phone/4',
        'line/5 fxo exchange/1',
        'line/6 fxo exchange/2',
      ],
    );
    assert.deepEqual(hardware.lines[0]?.timing, profile.fxs);
    assert.deepEqual(hardware.lines[5]?.timing, profile.fxo);
    assert.deepEqual(hardware.cards, [{ id: 'simulated', driver: 'simulated', settings: {} }]);
    assert.deepEqual(hardware.rtpPorts, [10_000, 20_000]);
    assert.equal(hardware.tones, profile.tones);
  }
});

test('a line that is out of use is not the business of the engine', async () => {
  const whole = factoryConfiguration();
  const lines = whole.lines.map((line) => ({ ...line, enabled: line.id !== 'line/2' }));
  const hardware = provision({ ...whole, lines }, await loadProfile('US'));
  assert.equal(hardware.lines.length, 5);
  assert.ok(!hardware.lines.some(({ id }) => id === 'line/2'));
});

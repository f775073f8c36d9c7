import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { type Configuration, configuration } from './schema.ts';
import { trunkRefusals } from './trunk-checks.ts';

const refused = (trunk: object): string[] =>
  trunkRefusals(v.parse(configuration, { version: 1, trunks: [{ id: 'a', ...trunk }] }) as Configuration).map(
    ({ path, limit }) => `${path} ${limit}`,
  );
const pbx = { kind: 'accepting', user: 'pbx', password: 'longenough' };

test('what fits its kind is taken', () => {
  assert.deepEqual(refused({ host: 'sip.example.com' }), []);
  assert.deepEqual(refused({ kind: 'peer', host: '192.0.2.1' }), []);
  assert.deepEqual(refused({ ...pbx, allowed: ['192.168.1.0/24', '2001:db8::/32', '192.0.2.7'], callsOut: true }), []);
});

test('what does not fit its kind is refused where it stands', () => {
  assert.deepEqual(refused({}), ['trunks/0/host must be given']);
  assert.deepEqual(refused({ ...pbx, host: '192.0.2.1' }), [
    'trunks/0/host must be empty for a trunk of kind accepting',
  ]);
  assert.deepEqual(refused({ kind: 'accepting' }), [
    'trunks/0/user must be given',
    'trunks/0/password must have at least 8 characters',
  ]);
  const strange = { host: 'a.example', user: 'pbx', password: 'longenough', allowed: ['192.0.2.1'], callsOut: true };
  assert.deepEqual(refused(strange), [
    'trunks/0/user must be empty for a trunk of kind registering',
    'trunks/0/password must be empty for a trunk of kind registering',
    'trunks/0/allowed must be empty for a trunk of kind registering',
    'trunks/0/callsOut is only for trunks of kind accepting',
  ]);
});

test('networks are judged by their family', () => {
  const words = 'must be an address, or a network such as 192.168.1.0/24';
  for (const wrong of ['192.168.1.0/33', '1.2.3', '2001:db8::/129', '300.1.1.1']) {
    assert.deepEqual(refused({ ...pbx, allowed: [wrong] }), [`trunks/0/allowed/0 ${words}`], wrong);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { type Described, describe } from '../../config/describe.ts';
import { factoryConfiguration } from '../../config/factory.ts';
import { type Configuration, configuration } from '../../config/schema.ts';
import { merge } from './merge.ts';
import { stepsBetween, wordsOfStep } from './steps.ts';

const trunk = { id: 'primary', host: 'sip.example.com', localPort: 5060 };
const account = { id: 'desk', user: '1001', password: 'x', line: 'line/1' };
const parsed = (document: unknown): Configuration => v.parse(configuration, document);
const base = parsed(merge(factoryConfiguration(), { trunks: [trunk], accounts: [account] }));
const changed = (change: unknown): Configuration => parsed(merge(base, change));
const steps = (change: unknown) => stepsBetween(base, changed(change)).map(wordsOfStep);

const cases: [change: unknown, steps: readonly string[]][] = [
  [{}, []],
  [{ system: { name: 'box' } }, ['rename']],
  [{ system: { language: 'de' } }, ['revoice']],
  [{ system: { sentences: '/srv/voices' } }, ['revoice']],
  [{ mailbox: { ringS: 10 } }, ['reconfigureMailboxes']],
  [{ mailbox: { accessCode: '*98' } }, ['reconfigureMailboxes', 'reroute']],
  [{ lines: { 'line/2': { mailbox: 'always' } } }, ['reconfigureLine line/2', 'reconfigureMailboxes']],
  [{ system: { country: 'DE' } }, ['provisionHardware', 'reroute']],
  [{ network: { sipT1Ms: 100 } }, ['retime']],
  [{ network: { address: '192.0.2.7' } }, ['readdress']],
  [{ network: { dscpMedia: 0 } }, ['retuneMedia']],
  [{ network: { rtpLast: 20_001 } }, ['provisionHardware']],
  [{ media: { jitterMaxMs: 300 } }, ['retuneMedia']],
  [{ routing: { interDigitS: 5 } }, ['reroute']],
  [{ trunks: { primary: { port: 5061 } } }, ['reconfigureTrunk primary']],
  [{ trunks: { primary: null } }, ['removeTrunk primary']],
  [{ trunks: [{ ...trunk, id: 'second', localPort: 5070 }] }, ['addTrunk second']],
  [{ accounts: { desk: { password: 'y' } } }, ['reconfigureAccount desk']],
  [{ lines: { 'line/2': { extension: '22' } } }, ['reconfigureLine line/2', 'reroute']],
  [{ lines: { 'line/2': { enabled: false } } }, ['provisionHardware', 'reconfigureLine line/2', 'reroute']],
  [{ lines: { 'line/6': null } }, ['removeLine line/6', 'provisionHardware', 'reroute']],
  [{ cards: { simulated: { settings: { phones: 5 } } } }, ['provisionHardware']],
];

for (const [change, expected] of cases) {
  test(`steps of ${JSON.stringify(change)}: ${expected.join(', ') || 'none'}`, () => {
    assert.deepEqual(steps(change), expected);
  });
}

test('what leaves goes before what comes: its port and name are free then', () => {
  assert.deepEqual(steps({ trunks: { primary: null, second: { ...trunk, id: 'second' } }, accounts: { desk: null } }), [
    'removeAccount desk',
    'removeTrunk primary',
    'addTrunk second',
  ]);
});

test('no setting can be changed without a step', () => {
  for (const setting of describe(configuration)) {
    const path = setting.path.split('/');
    if (path.includes('*') || setting.path === 'version') continue;
    const value = otherValue(setting);
    assert.notEqual(value, setting.default);
    const next = structuredClone(base) as unknown as Record<string, Record<string, unknown>>;
    next[path[0]!]![path[1]!] = value;
    assert.ok(stepsBetween(base, next as unknown as Configuration).length > 0, setting.path);
  }
});

const otherValue = ({ kind, of, default: old }: Described): unknown => {
  if (kind === 'choice') return of?.find((each) => each !== old);
  if (kind === 'number') return Number(old) + 2;
  return kind === 'flag' ? !old : '7';
};

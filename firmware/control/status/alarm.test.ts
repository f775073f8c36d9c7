import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../facts.ts';
import { type Alarms, alarmsAfter } from './alarm.ts';
import { emptyStatus, statusAfter } from './snapshot.ts';

const failed = (cause: string): Fact => ({
  fact: 'registrationFailed',
  account: 'a',
  trunk: 'primary',
  cause,
  sentence: `because of ${cause}`,
});
const registered: Fact = { fact: 'registered', account: 'a', trunk: 'primary', expiresS: 600 };
const from = { kind: 'phone', id: 'line/1', number: '11' } as const;
const target = { kind: 'trunk', id: 'primary', number: '5' } as const;
const alarmsOf = (facts: readonly Fact[]): Alarms =>
  facts.reduce<Alarms>((alarms, fact, at) => alarmsAfter(alarms, fact, at), {});

const rows: readonly (readonly [string, readonly Fact[], readonly string[]])[] = [
  ['a trunk that is down', [{ fact: 'trunkDown', trunk: 'primary', why: 'silent' }], ['trunkDown/primary']],
  [
    'a trunk that came back',
    [
      { fact: 'trunkDown', trunk: 'primary', why: 'silent' },
      { fact: 'trunkUp', trunk: 'primary', why: 'stable' },
    ],
    [],
  ],
  ['one registration of two lost', [registered, failed('silent')], ['registrationLost/primary/a']],
  ['a wrong password after silence', [failed('silent'), failed('wrongPassword')], ['wrongPassword/primary/a']],
  ['a registration that came back', [failed('wrongPassword'), registered], []],
  ['a line out', [{ fact: 'portOut', line: 'line/9', cause: 'no battery' }], ['lineOut/line/9']],
  [
    'a line back',
    [
      { fact: 'portOut', line: 'line/9', cause: 'no battery' },
      { fact: 'portIn', line: 'line/9', cause: '' },
    ],
    [],
  ],
  [
    'an engine that was restarted stays in mind',
    [
      { fact: 'engineLost', why: 'killed' },
      { fact: 'engineBack', why: '' },
    ],
    ['engineRestarted'],
  ],
  ['a control plane that was restarted', [{ fact: 'controlRestarted', callsEnded: 2 }], ['controlRestarted']],
];

for (const [what, facts, ids] of rows)
  test(`alarms: ${what}`, () => {
    const alarms = alarmsOf(facts);
    assert.deepEqual(Object.keys(alarms), ids);
    for (const alarm of Object.values(alarms)) assert.ok(alarm.text && alarm.cause && alarm.remedy);
  });

test('an alarm that is raised again keeps the time of its first raising and takes the new cause', () => {
  const alarm = alarmsOf([registered, failed('silent'), failed('refused')])['registrationLost/primary/a'];
  assert.equal(alarm?.since, 1);
  assert.equal(alarm?.cause, 'because of refused');
});

test('live status follows calls, trunks, registrations, ports and the engine', () => {
  const facts: readonly Fact[] = [
    { fact: 'trunkSuspect', trunk: 'primary', why: 'missed' },
    failed('silent'),
    { fact: 'portOut', line: 'line/9', cause: 'no battery' },
    { fact: 'engineLost', why: 'killed' },
    { fact: 'callBegan', call: 'call/1', from, dialled: '5' },
    { fact: 'callBegan', call: 'call/2', from, dialled: '6' },
    { fact: 'callAlerting', call: 'call/1', attempt: 'a' },
    { fact: 'callAnswered', call: 'call/1', attempt: 'a', target },
    { fact: 'callEnded', call: 'call/2', cause: 'hungUp', by: 'caller' },
  ];
  assert.deepEqual(facts.reduce(statusAfter, emptyStatus), {
    trunks: { primary: { is: 'suspect', why: 'missed' } },
    registrations: { 'primary/a': { registered: false, sentence: 'because of silent' } },
    ports: { 'line/9': { inService: false, cause: 'no battery' } },
    calls: { 'call/1': { from, dialled: '5', is: 'talking' } },
    engine: 'lost',
  });
});

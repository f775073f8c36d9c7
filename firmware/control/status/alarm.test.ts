import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../facts.ts';
import { type Alarms, alarmsAbout, alarmsAfter } from './alarm.ts';
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
const full: Fact = { fact: 'mailboxFull', mailbox: 'line/1', why: '1200 s of 1200 s are used' };
const heldDown: Fact = { fact: 'trunkHeld', trunk: 'primary', why: 'it asked to be left alone for 1 min' };
const counted: Fact = { fact: 'mailboxCounted', mailbox: 'line/1', waiting: 2, kept: 1 };
const sourceLocked: Fact = { fact: 'sourceLocked', source: '192.0.2.7', failures: 8, seconds: 60 };
const drilled = (passed: boolean): Fact => ({
  fact: 'drillEnded',
  trunk: 'primary',
  passed,
  why: 'the test call failed',
  sheet: 'x',
});
const acknowledged = (alarm: string): Fact => ({ fact: 'alarmAcknowledged', alarm, by: 'page' });
const alarmsOf = (facts: readonly Fact[]): Alarms =>
  facts.reduce((alarms, fact, at) => alarmsAfter(alarms, fact, at), {} as Alarms);

const long: Fact = { fact: 'callLong', call: 'call/7', from, dialled: '201', minutes: 60 };
const ended: Fact = { fact: 'callEnded', call: 'call/7', cause: 'hungUp', by: 'caller' };

const rows: readonly (readonly [string, readonly Fact[], readonly string[]])[] = [
  ['a trunk that asked for a pause', [heldDown], ['trunkHeld/primary']],
  ['one that answers well after it', [heldDown, { fact: 'trunkUp', trunk: 'primary', why: 'it answers' }], []],
  [
    'one that is gone after it',
    [heldDown, { fact: 'trunkDown', trunk: 'primary', why: 'silent' }],
    ['trunkDown/primary'],
  ],
  ['a trunk that is down', [{ fact: 'trunkDown', trunk: 'primary', why: 'silent' }], ['trunkDown/primary']],
  [
    'calls that are refused for their password',
    [{ fact: 'callsRefused', trunk: 'primary', status: 407 }],
    ['callsRefused/primary'],
  ],
  ['a long call', [long], ['longCall/call/7']],
  ['a long call that is over', [long, ended], []],
  [
    'each emergency call by itself, also after it ended, until somebody has read of it',
    [
      { fact: 'emergencyCall', call: 'call/1', from, dialled: '112' },
      { fact: 'emergencyCall', call: 'call/2', from, dialled: '112' },
      { fact: 'callEnded', call: 'call/2', cause: 'hungUp', by: 'caller' },
      acknowledged('emergencyCall/call/1'),
    ],
    ['emergencyCall/call/2'],
  ],
  ['codes of a phone that are locked', [{ fact: 'codesLocked', line: 'line/1' }], ['codesLocked/line/1']],
  [
    'codes of a phone that are unlocked',
    [
      { fact: 'codesLocked', line: 'line/1' },
      { fact: 'codesUnlocked', line: 'line/1', by: 'page' },
    ],
    [],
  ],
  ['a lost path', [{ fact: 'pathDown', interface: 'wwan0', why: 'no link' }], ['pathDown/wwan0']],
  [
    'a path that is back',
    [
      { fact: 'pathDown', interface: 'wwan0', why: 'no link' },
      { fact: 'pathUp', interface: 'wwan0', why: 'it has its link again' },
    ],
    [],
  ],
  [
    'a trunk that came back',
    [
      { fact: 'trunkDown', trunk: 'primary', why: 'silent' },
      { fact: 'trunkUp', trunk: 'primary', why: 'stable' },
    ],
    [],
  ],
  [
    'classes of numbers closed, one of them opened again',
    [
      { fact: 'tollClosed', line: 'line/1', class: 'premium', why: '20 calls' },
      { fact: 'tollClosed', line: '', class: 'international', why: '20 calls' },
      { fact: 'tollOpened', line: 'line/1', class: 'premium', by: 'page' },
    ],
    ['tollClosed/box/international'],
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
  ['a blocked trunk', [{ fact: 'trunkBlocked', trunk: 'primary', by: 'page', minutes: 5 }], ['trunkBlocked/primary']],
  [
    'a trunk that was unblocked',
    [
      { fact: 'trunkBlocked', trunk: 'primary', by: 'page' },
      { fact: 'trunkUnblocked', trunk: 'primary', by: 'page' },
    ],
    [],
  ],
  ['a full mailbox', [full], ['mailboxFull/line/1']],
  ['a full mailbox in which something changed', [full, counted], ['mailboxFull/line/1']],
  ['a full mailbox that has room again', [full, { fact: 'mailboxHasRoom', mailbox: 'line/1' }], []],
  [
    'a full mailbox while another has room again',
    [full, { fact: 'mailboxHasRoom', mailbox: 'line/2' }],
    ['mailboxFull/line/1'],
  ],
  ['a locked mailbox', [{ fact: 'mailboxLocked', mailbox: 'line/1' }], ['mailboxLocked/line/1']],
  [
    'an unlocked mailbox',
    [
      { fact: 'mailboxLocked', mailbox: 'line/1' },
      { fact: 'mailboxUnlocked', mailbox: 'line/1' },
    ],
    [],
  ],
  ['wrong passwords', [sourceLocked], ['sourceLocked/192.0.2.7']],
  ['wrong passwords that somebody has read of', [sourceLocked, acknowledged('sourceLocked/192.0.2.7')], []],
  ['a page that cannot listen', [{ fact: 'pageOut', why: 'port 8443 is taken' }], ['pageOut']],
  [
    'a page that answers again',
    [
      { fact: 'pageOut', why: 'port 8443 is taken' },
      { fact: 'pageIn', why: 'port 8444' },
    ],
    [],
  ],
  ['a drill that did not pass', [drilled(false)], ['drillFailed/primary']],
  ['a drill that passed after one that did not', [drilled(false), drilled(true)], []],
  ['a drill that is overdue', [{ fact: 'drillOverdue', why: '40 days' }], ['drillOverdue']],
  ['a drill that passed when it was overdue', [{ fact: 'drillOverdue', why: '40 days' }, drilled(true)], []],
  ['a number that does not arrive', [{ fact: 'numberLost', did: 'main', why: 'busy' }], ['numberLost/main']],
  [
    'a number that arrives again',
    [
      { fact: 'numberLost', did: 'main', why: 'busy' },
      { fact: 'numberArrives', did: 'main', why: '' },
    ],
    [],
  ],
  ['an office that cannot be told', [{ fact: 'noticeFailed', way: 'mail', why: '535' }], ['noticeFailed/mail']],
  [
    'an office that can be told again',
    [
      { fact: 'noticeFailed', way: 'mail', why: '535' },
      { fact: 'noticeSent', way: 'mail', why: '' },
    ],
    [],
  ],
  ['a damaged store', [{ fact: 'storeDamaged', why: 'checksum' }], ['storeDamaged']],
  [
    'an own recording that cannot be played',
    [{ fact: 'ownSentenceUnusable', why: 'x.wav: it is no WAV file' }, acknowledged('ownSentenceUnusable')],
    ['ownSentenceUnusable'],
  ],
  [
    'an own recording that was mended',
    [{ fact: 'ownSentenceUnusable', why: 'x.wav: it is no WAV file' }, { fact: 'ownSentencesUsable' }],
    [],
  ],
  ['what still is cannot be acknowledged away', [full, acknowledged('mailboxFull/line/1')], ['mailboxFull/line/1']],
  ['a control plane that was restarted', [{ fact: 'controlRestarted', callsEnded: 2 }], ['controlRestarted']],
];

for (const [what, facts, ids] of rows)
  test(`alarms: ${what}`, () => {
    const alarms = alarmsOf(facts);
    assert.deepEqual(Object.keys(alarms), ids);
    for (const alarm of Object.values(alarms)) assert.ok(alarm.text && alarm.cause && alarm.remedy);
  });

test('a restart is an alarm with its reason, one for all that follow each other', () => {
  const restarted = (why: string): Fact => ({ fact: 'controlRestarted', callsEnded: 0, why });
  const alarms = alarmsOf([restarted('once'), restarted('twice'), { fact: 'engineRestarted', why: 'killed' }]);
  assert.deepEqual(
    Object.values(alarms).map(({ id, cause, since }) => [id, cause, since]),
    [
      ['controlRestarted', 'twice; 0 calls were ended', 0],
      ['engineRestarted', 'killed', 2],
    ],
  );
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
    { fact: 'mailboxCounted', mailbox: 'line/1', waiting: 2, kept: 1 },
  ];
  assert.deepEqual(facts.reduce(statusAfter, emptyStatus), {
    trunks: { primary: { is: 'suspect', why: 'missed', since: 0 } },
    registrations: { 'primary/a': { registered: false, sentence: 'because of silent' } },
    ports: { 'line/9': { inService: false, cause: 'no battery' } },
    calls: {
      'call/1': { from, dialled: '5', is: 'talking', since: 4, ways: [{ attempt: 'a', target, rings: false }] },
    },
    mailboxes: { 'line/1': { waiting: 2, kept: 1 } },
    engine: 'lost',
  });
});

test('what was taken out of the settings has no alarm any more; all other alarms stay', () => {
  const alarms = alarmsOf([
    { fact: 'trunkDown', trunk: 'primary', why: 'silent' },
    { fact: 'trunkDown', trunk: 'secondary', why: 'silent' },
    failed('wrongPassword'),
    { fact: 'portOut', line: 'line/9', cause: 'no battery' },
    full,
    { fact: 'engineLost', why: 'killed' },
  ]);
  const all = {
    trunks: ['primary', 'secondary'],
    registrations: ['primary/a'],
    dids: [],
    noticeWays: [],
    lines: ['line/1', 'line/9'],
    phones: ['line/1'],
  };
  assert.deepEqual(Object.keys(alarmsAbout(alarms, all)), Object.keys(alarms));
  const left = alarmsAbout(alarms, {
    trunks: ['secondary'],
    registrations: ['primary/b'],
    dids: [],
    noticeWays: [],
    lines: [],
    phones: ['line/1'],
  });
  assert.deepEqual(Object.keys(left), ['trunkDown/secondary', 'mailboxFull/line/1', 'engineRestarted']);
});

test('of many emergency calls the newest twenty stand in the list', () => {
  const calls = Array.from({ length: 25 }, (_, at): Fact => {
    return { fact: 'emergencyCall', call: `call/${at + 1}`, from, dialled: '112' };
  });
  const standing = Object.keys(alarmsOf(calls));
  assert.equal(standing.length, 20);
  assert.ok(standing.includes('emergencyCall/call/25') && !standing.includes('emergencyCall/call/5'));
});

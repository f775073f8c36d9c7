import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfiguration } from './check.ts';
import { factoryConfiguration } from './factory.ts';

const target = (to: string, name: string) => ({ to, name, ringS: 15 });
/** A box in which every reference has something to name. */
const whole = (more: object = {}): object => ({
  ...factoryConfiguration(),
  trunks: [{ id: 'primary', host: 'sip.example.com', group: 'upstream', rates: 'low', interface: '' }],
  groups: [{ id: 'upstream', failoverTrunk: 'primary' }],
  calendars: [{ id: 'office', timeZone: 'Europe/Berlin' }],
  rateTables: [{ id: 'low' }],
  scenarios: [{ id: 'night', title: 'Night', code: '*21', calendar: 'office' }],
  ringGroups: [{ id: 'sales', extension: '30', lines: ['line/1', 'line/2'] }],
  attendants: [{ id: 'front', extension: '40', choices: [{ digit: '1', to: 'group', name: 'sales' }] }],
  routes: [{ id: 'all', ways: ['primary', 'upstream', 'line/5'], calendar: 'office', scenario: 'night' }],
  dids: [{ id: 'main', number: '2025550100', rings: 'front', group: 'upstream' }],
  forwardings: [
    {
      id: 'on',
      line: 'line/1',
      targets: [target('extension', '30'), target('mailbox', 'line/1'), target('number', '1')],
    },
  ],
  ...more,
});

const refusedIn = async (more: object): Promise<string[]> => {
  const checked = await checkConfiguration(whole(more));
  return checked.ok ? [] : checked.refused.map(({ path }) => path);
};

test('what names something that is there is accepted', async () => {
  assert.deepEqual(await refusedIn({}), []);
});

test('the failover of a group may be a trunk or another group', async () => {
  const groups = [
    { id: 'upstream', failoverTrunk: 'backup' },
    { id: 'backup', failoverTrunk: 'upstream' },
  ];
  assert.deepEqual(await refusedIn({ groups }), []);
});

/** The lines of the box; the first one with more. */
const phones = (more: object): object[] =>
  (factoryConfiguration().lines ?? []).map((line, at) => (at === 0 ? { ...line, ...more } : line));

test('a phone may name trunks, groups and exchange lines; one that is named cannot be taken out', async () => {
  const lines = phones({ trunks: ['primary', 'upstream', 'line/5'] });
  assert.deepEqual(await refusedIn({ lines }), []);
  const checked = await checkConfiguration(whole({ lines, groups: [], trunks: [], routes: [], dids: [] }));
  assert.ok(!checked.ok);
  assert.deepEqual(
    checked.refused.map(({ path, limit }) => `${path} ${limit}`),
    [0, 1].map((at) => `lines/0/trunks/${at} must be a trunk or a group or a line that is in the settings`),
  );
});

/** Each names one thing that is not there; exactly that field is refused. */
const dangling: readonly (readonly [path: string, more: object])[] = [
  ['trunks/0/group', { trunks: [{ id: 'primary', host: 'a.example', group: 'none' }] }],
  ['trunks/0/rates', { trunks: [{ id: 'primary', host: 'a.example', rates: 'none' }] }],
  ['trunks/0/rateCalendar', { trunks: [{ id: 'primary', host: 'a.example', rateCalendar: 'none' }] }],
  ['groups/0/failoverTrunk', { groups: [{ id: 'upstream', failoverTrunk: 'none' }] }],
  ['groups/0/failoverTrunk', { groups: [{ id: 'upstream', failoverTrunk: 'upstream' }] }],
  [
    'dids/0/failoverTrunk',
    { dids: [{ id: 'main', number: '2025550100', group: 'upstream', failoverTrunk: 'upstream' }] },
  ],
  ['routes/0/ways/1', { routes: [{ id: 'all', ways: ['primary', 'none'] }] }],
  ['lines/0/trunks/1', { lines: phones({ trunks: ['primary', 'none'] }) }],
  ['routes/0/calendar', { routes: [{ id: 'all', calendar: 'none' }] }],
  ['routes/0/scenario', { routes: [{ id: 'all', scenario: 'none' }] }],
  ['dids/0/rings', { dids: [{ id: 'main', number: '1', rings: 'none' }] }],
  ['dids/0/failoverTrunk', { dids: [{ id: 'main', number: '1', failoverTrunk: 'none' }] }],
  ['forwardings/0/line', { forwardings: [{ id: 'on', line: 'line/5', targets: [target('number', '1')] }] }],
  [
    'forwardings/0/targets/0/name',
    { forwardings: [{ id: 'on', line: 'line/1', targets: [target('extension', '99')] }] },
  ],
  [
    'forwardings/0/targets/1/name',
    {
      forwardings: [{ id: 'on', line: 'line/1', targets: [target('number', '1'), target('group', 'none')] }],
    },
  ],
  [
    'attendants/0/choices/0/name',
    {
      attendants: [{ id: 'front', extension: '40', choices: [{ digit: '1', to: 'mailbox', name: 'line/5' }] }],
    },
  ],
  ['attendants/0/timeoutLine', { attendants: [{ id: 'front', timeoutLine: 'line/5' }] }],
  ['scenarios/0/calendar', { scenarios: [{ id: 'night', title: 'Night', calendar: 'none' }] }],
  ['tollGuard/nightCalendar', { tollGuard: { nightCalendar: 'none' } }],
  ['notice/longCallCalendar', { notice: { longCallCalendar: 'none' } }],
  ['mailbox/calendar', { mailbox: { calendar: 'none' } }],
  ['groups/0/calendar', { groups: [{ id: 'upstream', calendar: 'none' }] }],
  ['groups/0/scenario', { groups: [{ id: 'upstream', scenario: 'none' }] }],
  ['ringGroups/0/calendar', { ringGroups: [{ id: 'sales', extension: '30', lines: ['line/1'], calendar: 'none' }] }],
  ['lines/0/calendar', { lines: phones({ calendar: 'none' }) }],
  ['lines/0/scenario', { lines: phones({ scenario: 'none' }) }],
];
for (const [path, more] of dangling) {
  test(`${path} that names nothing is refused`, async () => assert.deepEqual(await refusedIn(more), [path]));
}

const scenario = (id: string, code: string) => ({ id, title: id, code });
for (const [code, why] of [
  ['*21', 'is that of another scenario'],
  ['*2', 'is the beginning of another'],
  ['*211', 'begins like another'],
  ['*97', 'is that of the mailbox'],
  ['*88', 'is that of the toll guard'],
] as const) {
  test(`a star code that ${why} is refused`, async () => {
    const scenarios = [scenario('night', '*21'), scenario('outage', code)];
    assert.deepEqual(await refusedIn({ scenarios }), ['scenarios/1/code']);
  });
}

test('extensions of phones, groups and attendants are unlike each other', async () => {
  assert.deepEqual(await refusedIn({ attendants: [{ id: 'front', extension: '30' }] }), ['attendants/0/extension']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../facts.ts';
import { type PortState, portsAfter } from './port-state.ts';
import { emptyStatus, type LiveStatus, statusAfter } from './snapshot.ts';
import { statusView, type ViewInputs } from './status-view.ts';

const noon = new Date(2026, 4, 12, 12, 0).getTime();
const line = (id: string, more: object = {}): ViewInputs['lines'][number] => ({
  line: id,
  kind: 'fxs',
  card: 'simulated',
  port: 'phone/1',
  extension: '11',
  simulated: true,
  enabled: true,
  ...more,
});
const state = (id: string, more: Partial<PortState> = {}): PortState => ({
  id,
  kind: 'fxs',
  available: true,
  offHook: false,
  present: true,
  ringing: false,
  ...more,
});
const trunk = (more: Partial<ViewInputs['trunks'][number]> = {}): ViewInputs['trunks'][number] => ({
  id: 'primary',
  host: '192.0.2.1',
  transport: 'udp',
  priority: 1,
  health: 'up',
  callsUp: 0,
  callLimit: 0,
  trouble: '',
  ...more,
});
const after = (...facts: readonly Fact[]): LiveStatus =>
  facts.reduce((live, fact, at) => statusAfter(live, fact, noon + at * 1000), emptyStatus);
const view = (more: Partial<ViewInputs>) =>
  statusView({
    at: noon + 60_000,
    box: { name: 'box', build: 'b', upS: 1 },
    live: emptyStatus,
    lines: [line('line/1')],
    ports: [state('line/1')],
    trunks: [],
    registrations: [],
    alarms: [],
    ...more,
  });

const began: Fact = {
  fact: 'callBegan',
  call: 'call/1',
  from: { kind: 'phone', id: 'line/1', number: '11' },
  dialled: '12',
};
const phone = { kind: 'phone', id: 'line/2', number: '12' } as const;
const tried: Fact = { fact: 'attemptBegan', call: 'call/1', attempt: 'a', target: phone, why: '' };
const alerting: Fact = { fact: 'callAlerting', call: 'call/1', attempt: 'a' };
const answered: Fact = { fact: 'callAnswered', call: 'call/1', attempt: 'a', target: phone };

const fxo = { kind: 'fxo' } as const;
const out: Fact = { fact: 'portOut', line: 'line/1', cause: 'the card does not answer' };
const rows: readonly (readonly [string, Partial<ViewInputs>, string, string])[] = [
  ['an idle phone', {}, 'idle', ''],
  ['a lifted handset', { ports: [state('line/1', { offHook: true })] }, 'off hook', ''],
  ['a phone that rings', { ports: [state('line/1', { ringing: true })] }, 'ringing', ''],
  ['an exchange line that is held', { ports: [state('line/1', { ...fxo, offHook: true })] }, 'in a call', ''],
  [
    'an exchange line without battery',
    { ports: [state('line/1', { ...fxo, present: false })] },
    'no line',
    'no battery of the exchange: nothing is plugged in',
  ],
  [
    'a card that is gone',
    { ports: [state('line/1', { available: false })], live: after(out) },
    'out of service',
    'the card does not answer',
  ],
  ['a line that the engine does not have', { ports: [] }, 'out of service', 'it is not ready yet'],
  [
    'an engine that is lost',
    { live: after({ fact: 'engineLost', why: '' }) },
    'out of service',
    'the media engine is starting',
  ],
  [
    'a port that is not used',
    { lines: [line('line/1', { enabled: false })] },
    'out of service',
    'it is switched off in the settings',
  ],
  [
    'the caller of a call that rings',
    { live: after(began, tried, alerting), ports: [state('line/1', { offHook: true })] },
    'off hook',
    '',
  ],
  [
    'the caller of a call that is up',
    { live: after(began, tried, alerting, answered), ports: [state('line/1', { offHook: true })] },
    'in a call',
    '',
  ],
];
for (const [what, inputs, is, cause] of rows)
  test(`port: ${what}`, () => {
    const [port] = view(inputs).ports;
    assert.deepEqual([port?.is, port?.cause], [is, cause]);
  });

test('a called phone rings from the moment on that the call does, and then talks', () => {
  const called = (...facts: readonly Fact[]) =>
    view({ lines: [line('line/2')], ports: [state('line/2')], live: after(...facts) }).ports[0]?.is;
  assert.equal(called(began, tried), 'idle');
  assert.equal(called(began, tried, alerting), 'ringing');
  assert.equal(called(began, tried, alerting, answered), 'in a call');
  assert.equal(called(began, tried, { fact: 'callEnded', call: 'call/1', cause: 'hungUp', by: 'caller' }), 'idle');
});

test('messages that wait are shown at their phone', () => {
  const live = after({ fact: 'mailboxCounted', mailbox: 'line/1', waiting: 2, kept: 5 });
  assert.equal(view({ live }).ports[0]?.waiting, 2);
  assert.equal(view({}).ports[0]?.waiting, 0);
});

test('events of a line are seen before the next audit', () => {
  const ports = [state('line/1'), state('line/2', { offHook: true })];
  assert.equal(portsAfter(ports, 'line/1', 'offHook')[0]?.offHook, true);
  assert.equal(portsAfter(ports, 'line/2', 'onHook')[1]?.offHook, false);
  assert.equal(portsAfter(ports, 'line/1', 'rung')[0]?.ringing, true);
  assert.equal(portsAfter(ports, 'line/1', 'digit'), ports);
  assert.equal(portsAfter(ports, 'line/2', 'offHook')[1]?.offHook, true);
  assert.equal(portsAfter(ports, 'line/1', 'onHook'), ports, 'nothing changed');
  assert.equal(portsAfter(ports, 'line/9', 'offHook'), ports);
});

test('a softswitch says since when and why', () => {
  const why = (more: Parameters<typeof trunk>[0], ...facts: readonly Fact[]) =>
    view({ trunks: [trunk(more)], live: after(...facts) }).trunks[0]?.why;
  assert.equal(why({}, { fact: 'trunkUp', trunk: 'primary', why: 'it answers' }), 'since 12:00: it answers');
  assert.equal(why({ health: 'unproven' }), 'nothing was heard of it yet');
  assert.equal(why({ trouble: 'the name was not found', health: 'down' }), 'the name was not found');
});

test('registrations stand with their softswitch; a sentence only where one is not registered', () => {
  const { trunks } = view({
    trunks: [trunk({ blocked: { by: 'page', minutesLeft: 4 } }), trunk({ id: 'secondary' })],
    registrations: [
      { trunk: 'primary', account: '101', bound: true, sentence: 'it cannot renew' },
      { trunk: 'primary', account: '102', bound: false, sentence: 'the password is wrong' },
      { trunk: 'secondary', account: '101', bound: false },
    ],
  });
  assert.deepEqual(trunks[0]?.registrations, [
    { account: '101', registered: true, sentence: '' },
    { account: '102', registered: false, sentence: 'the password is wrong' },
  ]);
  assert.deepEqual(trunks[0]?.blocked, { by: 'page', minutesLeft: 4 });
  assert.deepEqual(trunks[1]?.registrations, [{ account: '101', registered: false, sentence: '' }]);
  assert.equal('trouble' in trunks[0]!, false);
});

test('a call shows where it goes: what rings or was tried last, then who answered', () => {
  const to = (...facts: readonly Fact[]) => view({ live: after(began, ...facts) }).calls[0]?.to?.id;
  const trying = (attempt: string): Fact => ({
    fact: 'attemptBegan',
    call: 'call/1',
    attempt,
    target: { kind: 'trunk', id: attempt, number: '5' },
    why: '',
  });
  const ended: Fact = { fact: 'attemptEnded', call: 'call/1', attempt: 'b', cause: 'busy' };
  assert.equal(to(), undefined);
  assert.equal(to(trying('a'), trying('b')), 'b');
  assert.equal(to(trying('a'), trying('b'), { fact: 'callAlerting', call: 'call/1', attempt: 'a' }), 'a');
  assert.equal(to(trying('a'), trying('b'), ended), 'a');
  assert.equal(to(trying('a'), answered), 'line/2');
  assert.equal(view({ live: after(began) }).calls[0]?.forS, 60);
  assert.equal(view({ live: after(began), at: noon - 5000 }).calls[0]?.forS, 0, 'the clock was set back');
});

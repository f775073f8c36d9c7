import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusView, TrunkView } from '../../firmware/control/status/view.ts';
import { headlineOf } from './headline.ts';
import { t } from './t.ts';

const trunk = (id: string, priority: number, rest: Partial<TrunkView> = {}): TrunkView => ({
  id,
  host: id,
  transport: 'udp',
  priority,
  health: 'up',
  why: '',
  callsUp: 0,
  callLimit: 0,
  registrations: [{ account: 'x', registered: true, sentence: '' }],
  ...rest,
});
const blocked = { blocked: { by: 'page', minutesLeft: 0 } };

const port = (kind: 'fxs' | 'fxo', is: StatusView['ports'][number]['is'] = 'idle'): StatusView['ports'][number] => ({
  line: kind === 'fxs' ? 'line/1' : 'line/5',
  kind,
  card: 'c',
  port: 'p',
  extension: kind === 'fxs' ? '11' : '',
  is,
  cause: '',
  waiting: 0,
  simulated: true,
});

const view = (trunks: readonly TrunkView[], rest: Partial<StatusView> = {}): StatusView => ({
  at: 0,
  box: { name: '', build: '', upS: 0 },
  engine: 'in service',
  ports: [port('fxs'), port('fxo')],
  trunks,
  calls: [],
  alarms: [],
  ...rest,
});

const rows: readonly (readonly [StatusView, string, string])[] = [
  [view([trunk('A', 1), trunk('B', 2)]), 'good', 'Everything works'],
  [
    view([trunk('A', 1, { health: 'down' }), trunk('B', 2)]),
    'warn',
    'Calls go through B: softswitch A does not answer',
  ],
  [
    view([trunk('B', 2), trunk('A', 1, { health: 'returning' })]),
    'warn',
    'Calls go through B: softswitch A answers again and is being watched',
  ],
  [
    view([trunk('A', 1), trunk('B', 2, { health: 'returning' })]),
    'warn',
    'Calls work; the spare, softswitch B, answers again and is being watched',
  ],
  [
    view([trunk('B', 2, { health: 'returning' }), trunk('A', 1, { health: 'returning' })]),
    'warn',
    'Calls go through A: it answers again and is being watched',
  ],
  [
    view([trunk('A', 1, { health: 'returning', ...blocked }), trunk('B', 2, { health: 'down' })]),
    'bad',
    'No softswitch answers: phones reach each other and the exchange line',
  ],
  [
    view([trunk('C', 3), trunk('A', 1, { health: 'down' }), trunk('B', 2)]),
    'warn',
    'Calls go through B: softswitch A does not answer',
  ],
  [
    view([trunk('A', 1, { lock: { is: 'drain', until: '', minutesLeft: 0 } }), trunk('B', 2)]),
    'warn',
    'Calls go through B: softswitch A is blocked',
  ],
  [view([trunk('A', 1, blocked), trunk('B', 2)]), 'warn', 'Calls go through B: softswitch A is blocked'],
  [
    view([trunk('A', 1), trunk('B', 2, { health: 'held' })]),
    'warn',
    'Calls work, without a spare: softswitch B asked to be left alone for a while',
  ],
  [
    view([trunk('A', 1, { health: 'held' }), trunk('B', 2)]),
    'warn',
    'Calls go through B: softswitch A asked to be left alone for a while',
  ],
  [
    view([trunk('A', 1), trunk('B', 2, { health: 'down' })]),
    'warn',
    'Calls work, without a spare: softswitch B does not answer',
  ],
  [view([trunk('A', 1), trunk('B', 2, blocked)]), 'warn', 'Calls work, without a spare: softswitch B is blocked'],
  [
    view([trunk('A', 1, { health: 'down' }), trunk('B', 2, { health: 'down' })]),
    'bad',
    'No softswitch answers: phones reach each other and the exchange line',
  ],
  [
    view([trunk('A', 1, { health: 'down' })], { ports: [port('fxs'), port('fxo', 'no line')] }),
    'bad',
    'No softswitch answers: phones reach each other',
  ],
  [
    view([trunk('A', 1, blocked)]),
    'bad',
    'All softswitches are blocked: phones reach each other and the exchange line',
  ],
  [view([]), 'none', 'No softswitch is set up yet: phones reach each other and the exchange line'],
  [
    view([trunk('A', 1, { registrations: [{ account: 'x', registered: false, sentence: 'no' }] })]),
    'warn',
    'Calls work, but not every account is registered with A',
  ],
  [
    view([trunk('A', 1, { health: 'suspect' })]),
    'warn',
    'Calls work; softswitch A missed an answer and is being tested',
  ],
  [
    view([trunk('A', 1)], { ports: [port('fxs', 'out of service'), port('fxo')] }),
    'warn',
    'Calls work; Phone 11 is out of service',
  ],
  [
    view([trunk('A', 1)], { ports: [port('fxs'), port('fxo', 'no line')] }),
    'warn',
    'Calls work; Line 5 is not connected to the exchange',
  ],
  [view([trunk('A', 1)], { engine: 'lost' }), 'bad', 'The media engine starts again. No calls for a moment.'],
];

for (const [status, mood, sentence] of rows)
  test(`headline: ${sentence}`, () => {
    const headline = headlineOf(status);
    assert.equal(t(headline.text, headline.words), sentence);
    assert.equal(headline.mood, mood);
  });

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import type { FxoTiming } from '../../engine-protocol/hardware.ts';
import { type Fxo, type FxoEffect, type FxoEvent, fxoMachine } from './fxo-machine.ts';

const timing: FxoTiming = {
  ringOnMs: 150,
  ringGoneMs: 6000,
  dialToneWaitMs: 3000,
  digitMs: 80,
  digitPauseMs: 80,
  flashMs: 600,
  loopDropMs: 250,
  answerAssumedMs: 10_000,
  hangUpTones: ['busy'],
};
const machine = fxoMachine(timing);
const at = (ms: number) => ms as Instant;
const HOUR = 3_600_000;
const idle: Fxo = { phase: 'idle' };
const held: Fxo = { phase: 'held' };
const rung: Fxo = { phase: 'alerted', on: true, reported: true, until: at(HOUR) };
const seizing: Fxo = { phase: 'seizing', dial: '12', until: at(3000) };
const blind: Fxo = { ...seizing, blind: true };
const waiting: Fxo = { phase: 'waiting', until: at(9000) };
type Row = [string, Fxo, FxoEvent | { type: 'lapse' }, number, Fxo, FxoEffect[]];

const rows: Row[] = [
  [
    'ringing is looked at',
    idle,
    { type: 'ringing', on: true },
    0,
    { phase: 'alerted', on: true, reported: false, until: at(150) },
    [],
  ],
  [
    'a spike is no ring',
    { phase: 'alerted', on: true, reported: false, until: at(150) },
    { type: 'ringing', on: false },
    100,
    idle,
    [],
  ],
  [
    'long enough is a ring',
    { phase: 'alerted', on: true, reported: false, until: at(150) },
    { type: 'lapse' },
    150,
    { phase: 'alerted', on: true, reported: true, until: at(150 + HOUR) },
    [{ report: 'rung' }],
  ],
  [
    'a pause is waited for',
    rung,
    { type: 'ringing', on: false },
    2000,
    { phase: 'alerted', on: false, reported: true, until: at(8000) },
    [],
  ],
  [
    'the next ring is not told again',
    { phase: 'alerted', on: false, reported: true, until: at(8000) },
    { type: 'ringing', on: true },
    6000,
    { phase: 'alerted', on: true, reported: true, until: at(6000 + HOUR) },
    [],
  ],
  [
    'no further ring: the caller has gone',
    { phase: 'alerted', on: false, reported: true, until: at(8000) },
    { type: 'lapse' },
    8000,
    idle,
    [{ report: 'ringEnded' }],
  ],
  ['answering closes the loop', rung, { type: 'answer' }, 0, held, [{ loop: 'closed' }, { supervise: true }]],
  ['nothing rings: nothing is answered', idle, { type: 'answer' }, 0, idle, []],
  [
    'seizing closes the loop and waits for dial tone',
    idle,
    { type: 'seize', dial: '12' },
    0,
    seizing,
    [{ loop: 'closed' }],
  ],
  ['seizing a ringing line is glare', rung, { type: 'seize', dial: '12' }, 0, rung, [{ report: 'glare' }]],
  [
    'ringing while seizing is glare: the call is answered',
    seizing,
    { type: 'ringing', on: true },
    5,
    held,
    [{ supervise: true }, { report: 'glare' }],
  ],
  [
    'dial tone: dial',
    seizing,
    { type: 'dialTone' },
    500,
    { phase: 'dialling', until: at(820) },
    [{ report: 'seized', dialTone: true }, { dial: '12' }],
  ],
  [
    'a pause lengthens dialling',
    { ...seizing, dial: '9,1' },
    { type: 'dialTone' },
    500,
    { phase: 'dialling', until: at(1980) },
    [{ report: 'seized', dialTone: true }, { dial: '9,1' }],
  ],
  [
    'no dial tone: nothing is dialled',
    seizing,
    { type: 'lapse' },
    3000,
    idle,
    [{ loop: 'open' }, { report: 'seized', dialTone: false }],
  ],
  [
    'seizing blind waits for dial tone as well',
    idle,
    { type: 'seize', dial: '12', blind: true },
    0,
    blind,
    [{ loop: 'closed' }],
  ],
  [
    'no dial tone, blind: dial',
    blind,
    { type: 'lapse' },
    3000,
    { phase: 'dialling', until: at(3320) },
    [{ dial: '12' }],
  ],
  [
    'dialled',
    { phase: 'dialling', until: at(820) },
    { type: 'lapse' },
    820,
    { phase: 'waiting', until: at(10_820) },
    [{ supervise: true }, { report: 'dialled' }],
  ],
  ['a reversal answers', waiting, { type: 'reversed' }, 0, held, [{ report: 'answered', by: 'polarity' }]],
  ['a reversal in a call is no second answer', held, { type: 'reversed' }, 0, held, []],
  [
    'ringback is told once',
    waiting,
    { type: 'ringback' },
    100,
    { phase: 'waiting', ringbackAt: at(100), until: at(15_100) },
    [{ report: 'ringback' }],
  ],
  [
    'ringback again moves the wait',
    { phase: 'waiting', ringbackAt: at(100), until: at(15_100) },
    { type: 'ringback' },
    6100,
    { phase: 'waiting', ringbackAt: at(6100), until: at(21_100) },
    [],
  ],
  ['a voice before ringback is an announcement', waiting, { type: 'voice', heard: true }, 0, waiting, []],
  [
    'a voice after ringback begins to count',
    { phase: 'waiting', ringbackAt: at(100), until: at(9000) },
    { type: 'voice', heard: true },
    200,
    { phase: 'waiting', ringbackAt: at(100), until: at(9000), voiceSince: at(200) },
    [],
  ],
  [
    'a lasting voice answers',
    { phase: 'waiting', ringbackAt: at(100), until: at(9000), voiceSince: at(200) },
    { type: 'voice', heard: true },
    600,
    held,
    [{ report: 'answered', by: 'progress' }],
  ],
  [
    'a click does not',
    { phase: 'waiting', ringbackAt: at(100), until: at(9000), voiceSince: at(200) },
    { type: 'voice', heard: false },
    300,
    { phase: 'waiting', ringbackAt: at(100), until: at(9000) },
    [],
  ],
  [
    'nothing known for long counts as answer',
    waiting,
    { type: 'lapse' },
    9000,
    held,
    [{ report: 'answered', by: 'assumed' }],
  ],
  ['release opens the loop', held, { type: 'release' }, 0, idle, [{ supervise: false }, { loop: 'open' }]],
  ['disconnect opens the loop', waiting, { type: 'disconnected' }, 0, idle, [{ supervise: false }, { loop: 'open' }]],
  ['release of an idle line is nothing', idle, { type: 'release' }, 0, idle, []],
  [
    'a flash opens for its time, unwatched',
    held,
    { type: 'flash' },
    0,
    { phase: 'flashing', until: at(600) },
    [{ supervise: false }, { loop: 'open' }],
  ],
  [
    'and closes again',
    { phase: 'flashing', until: at(600) },
    { type: 'lapse' },
    600,
    held,
    [{ loop: 'closed' }, { supervise: true }],
  ],
  ['a lapse before its time is nothing', waiting, { type: 'lapse' }, 8999, waiting, []],
];

describe('exchange line', () => {
  for (const [name, state, event, now, next, effects] of rows) {
    it(name, () => assert.deepEqual(machine.step(state, event, at(now)), { state: next, effects }));
  }
});

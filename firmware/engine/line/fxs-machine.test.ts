import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import { type Fxs, type FxsEffect, type FxsEvent, fxsMachine } from './fxs-machine.ts';

const now = 1000 as Instant;
const standing = { onOffHook: 'dial', messageWaiting: false } as const;
const lift: FxsEvent = { type: 'offHook', standing, inContext: false };
const cadence = [2000, 4000];
const none: FxsEffect = { tone: 'none' };
const until = (ms: number) => (1000 + ms) as Instant;
const busy: FxsEvent = { type: 'tone', tone: 'busy', yields: false, inContext: false };

const rows: [string, Fxs, FxsEvent | { type: 'lapse' }, Fxs, FxsEffect[]][] = [
  [
    'lifting gives dial tone',
    { phase: 'idle' },
    lift,
    { phase: 'dialTone', until: until(20_000) },
    [{ tone: 'dial', yields: false }, { report: 'offHook' }],
  ],
  [
    'standing orders may want another tone',
    { phase: 'idle' },
    { ...lift, standing: { onOffHook: 'stutter', messageWaiting: true } },
    { phase: 'dialTone', until: until(20_000) },
    [{ tone: 'stutter', yields: false }, { report: 'offHook' }],
  ],
  [
    'standing orders may want silence',
    { phase: 'idle' },
    { ...lift, standing: { onOffHook: 'silence', messageWaiting: false } },
    { phase: 'taken' },
    [{ report: 'offHook' }],
  ],
  [
    'lifting within a context is silent',
    { phase: 'idle' },
    { ...lift, inContext: true },
    { phase: 'taken', owed: 'dial' },
    [{ report: 'offHook' }],
  ],
  [
    'the dial tone of who lifted before the last call was cleared away comes when it has been',
    { phase: 'taken', owed: 'stutter' },
    { type: 'left' },
    { phase: 'dialTone', until: until(20_000) },
    [{ tone: 'stutter', yields: false }],
  ],
  ['who leaves a call is owed none', { phase: 'taken' }, { type: 'left' }, { phase: 'taken' }, []],
  ['a phone that lies is owed none', { phase: 'idle' }, { type: 'left' }, { phase: 'idle' }, []],
  ['a key before it makes it needless', { phase: 'taken', owed: 'dial' }, { type: 'digit' }, { phase: 'taken' }, []],
  ['another call makes it needless', { phase: 'taken', owed: 'dial' }, { type: 'joined' }, { phase: 'taken' }, []],
  [
    'control has the last word',
    { phase: 'taken', owed: 'dial' },
    { type: 'silence' },
    { phase: 'taken' },
    [{ tone: 'none' }],
  ],
  [
    'lifting answers a ringing phone, silently',
    { phase: 'ringing' },
    lift,
    { phase: 'taken' },
    [{ ring: 'stop' }, { report: 'offHook' }],
  ],
  ['a ring rings', { phase: 'idle' }, { type: 'ring', cadence }, { phase: 'ringing' }, [{ ring: cadence }]],
  ['a lifted phone does not ring', { phase: 'taken' }, { type: 'ring', cadence }, { phase: 'taken' }, []],
  ['silence ends ringing', { phase: 'ringing' }, { type: 'silence' }, { phase: 'idle' }, [{ ring: 'stop' }]],
  ['the first digit ends dial tone', { phase: 'dialTone', until: now }, { type: 'digit' }, { phase: 'taken' }, [none]],
  ['a later digit changes nothing', { phase: 'taken' }, { type: 'digit' }, { phase: 'taken' }, []],
  [
    'no digit: congestion',
    { phase: 'dialTone', until: now },
    { type: 'lapse' },
    { phase: 'congestion', until: until(20_000) },
    [{ tone: 'congestion', yields: false }],
  ],
  [
    'then the howler',
    { phase: 'congestion', until: now },
    { type: 'lapse' },
    { phase: 'howler', until: until(60_000) },
    [{ tone: 'howler', yields: false }],
  ],
  [
    'then it is parked',
    { phase: 'howler', until: now },
    { type: 'lapse' },
    { phase: 'parked' },
    [none, { report: 'parked' }],
  ],
  [
    'a lapse before its time is nothing',
    { phase: 'howler', until: until(1) },
    { type: 'lapse' },
    { phase: 'howler', until: until(1) },
    [],
  ],
  [
    'a parked phone that is hung up is idle again',
    { phase: 'parked' },
    { type: 'onHook' },
    { phase: 'idle' },
    [none, { report: 'onHook' }],
  ],
  [
    'busy from control goes over into the howler',
    { phase: 'taken' },
    busy,
    { phase: 'told', until: until(30_000) },
    [{ tone: 'busy', yields: false }],
  ],
  [
    'busy left alone howls',
    { phase: 'told', until: now },
    { type: 'lapse' },
    { phase: 'howler', until: until(60_000) },
    [{ tone: 'howler', yields: false }],
  ],
  [
    'ringback may last as long as control likes',
    { phase: 'taken' },
    { type: 'tone', tone: 'ringback', yields: true, inContext: false },
    { phase: 'taken' },
    [{ tone: 'ringback', yields: true }],
  ],
  [
    'a tone in a context never howls',
    { phase: 'taken' },
    { ...busy, inContext: true },
    { phase: 'taken' },
    [{ tone: 'busy', yields: false }],
  ],
  ['a phone on its hook hears nothing', { phase: 'idle' }, busy, { phase: 'idle' }, []],
  ['joining a call ends dial tone', { phase: 'dialTone', until: now }, { type: 'joined' }, { phase: 'taken' }, [none]],
  ['joining a call keeps ringing', { phase: 'ringing' }, { type: 'joined' }, { phase: 'ringing' }, []],
  ['joining a call keeps its ringback', { phase: 'taken' }, { type: 'joined' }, { phase: 'taken' }, []],
  [
    'a flash is told and silences',
    { phase: 'taken' },
    { type: 'flash' },
    { phase: 'taken' },
    [none, { report: 'flash' }],
  ],
];

describe('phone port', () => {
  for (const [name, state, event, next, effects] of rows) {
    it(name, () => assert.deepEqual(fxsMachine.step(state, event, now), { state: next, effects }));
  }
});

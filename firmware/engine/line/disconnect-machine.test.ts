import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import type { FxoTiming } from '../../engine-protocol/hardware.ts';
import {
  type Disconnect,
  type DisconnectEffect,
  type DisconnectEvent,
  disconnectMachine,
} from './disconnect-machine.ts';

const timing = { loopDropMs: 250, hangUpTones: ['busy', 'dial'] } as unknown as FxoTiming;
const machine = disconnectMachine(timing);
const at = (ms: number) => ms as Instant;
const watching: Disconnect = { phase: 'watching' };
const off: Disconnect = { phase: 'unwatched' };
type Row = [string, Disconnect, DisconnectEvent | { type: 'lapse' }, number, Disconnect, DisconnectEffect[]];

const rows: Row[] = [
  ['a held loop is watched', off, { type: 'hold' }, 0, watching, []],
  [
    'lost current starts the time',
    watching,
    { type: 'current', flows: false, at: at(10) },
    10,
    { phase: 'watching', dropAt: at(260) },
    [],
  ],
  [
    'lost current told twice keeps the time',
    { phase: 'watching', dropAt: at(260) },
    { type: 'current', flows: false, at: at(50) },
    50,
    { phase: 'watching', dropAt: at(260) },
    [],
  ],
  [
    'current back in time is nothing',
    { phase: 'watching', dropAt: at(260) },
    { type: 'current', flows: true, at: at(100) },
    100,
    watching,
    [],
  ],
  ['a drop releases', { phase: 'watching', dropAt: at(260) }, { type: 'lapse' }, 260, off, [{ disconnected: 'loop' }]],
  [
    'a lapse too early does not',
    { phase: 'watching', dropAt: at(260) },
    { type: 'lapse' },
    259,
    { phase: 'watching', dropAt: at(260) },
    [],
  ],
  [
    'busy releases',
    watching,
    { type: 'tone', tone: 'busy', soundedMs: 3020 },
    0,
    off,
    [{ disconnected: 'tone', tone: 'busy', soundedMs: 3020 }],
  ],
  ['a tone not agreed on does not', watching, { type: 'tone', tone: 'congestion', soundedMs: 1500 }, 0, watching, []],
  [
    'polarity answers',
    watching,
    { type: 'answeredByPolarity', at: at(5) },
    5,
    { phase: 'watching', answeredAt: at(5) },
    [],
  ],
  [
    'its return releases',
    { phase: 'watching', answeredAt: at(5) },
    { type: 'polarityReturned', at: at(605) },
    605,
    off,
    [{ disconnected: 'polarity' }],
  ],
  [
    'its bounce does not',
    { phase: 'watching', answeredAt: at(5) },
    { type: 'polarityReturned', at: at(604) },
    604,
    { phase: 'watching', answeredAt: at(5) },
    [],
  ],
  ['a return without an answer does not', watching, { type: 'polarityReturned', at: at(900) }, 900, watching, []],
  ['a loop let go is not watched', watching, { type: 'let' }, 0, off, []],
  ['what is not watched releases nothing', off, { type: 'tone', tone: 'busy', soundedMs: 0 }, 0, off, []],
];

describe('disconnect supervision', () => {
  for (const [name, state, event, now, next, effects] of rows) {
    it(name, () => assert.deepEqual(machine.step(state, event, at(now)), { state: next, effects }));
  }
});

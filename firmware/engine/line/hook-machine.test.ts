import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import type { FxsTiming } from '../../engine-protocol/hardware.ts';
import { type HookEffect, hookAtStart, hookMachine } from './hook-machine.ts';

const timing: FxsTiming = {
  hookDebounceMs: 20,
  flashMs: [100, 300],
  pulseBreakMs: [30, 90],
  interDigitMs: 250,
  ringHertz: 20,
  openOnReleaseMs: 0,
};

/** Plays edges at times; each entry is [ms, closed]. Deadlines are served to the millisecond until `until`. */
const play = (edges: readonly (readonly [number, boolean])[], until: number, of = timing): string[] => {
  const machine = hookMachine(of);
  let state = hookAtStart;
  const told: string[] = [];
  const take = (effects: readonly HookEffect[], at: number) => {
    for (const effect of effects) told.push(`${at} ${effect.is}${'digit' in effect ? ` ${effect.digit}` : ''}`);
  };
  for (let ms = 0; ms <= until; ms++) {
    const now = ms as Instant;
    const due = machine.deadline(state);
    if (due !== undefined && now >= due) {
      const step = machine.step(state, { type: 'lapse' }, now);
      state = step.state;
      take(step.effects, ms);
    }
    for (const [at, closed] of edges) {
      if (at !== ms) continue;
      const step = machine.step(state, { type: 'loop', closed, at: now }, now);
      state = step.state;
      take(step.effects, ms);
    }
  }
  return told;
};

const pulses = (from: number, count: number): [number, boolean][] =>
  Array.from({ length: count }, (_, index): [number, boolean][] => [
    [from + index * 100, false],
    [from + index * 100 + 60, true],
  ]).flat();

const rows: [string, [number, boolean][], number, string[]][] = [
  ['a lift counts after the debounce', [[10, true]], 100, ['30 offHook']],
  [
    'a bounce is no lift',
    [
      [10, true],
      [25, false],
    ],
    500,
    [],
  ],
  [
    'a lift that bounces counts once',
    [
      [10, true],
      [15, false],
      [18, true],
    ],
    500,
    ['38 offHook'],
  ],
  [
    'a short opening is nothing',
    [
      [0, true],
      [100, false],
      [115, true],
    ],
    1000,
    ['20 offHook'],
  ],
  [
    'an opening of 200 ms is a flash',
    [
      [0, true],
      [500, false],
      [700, true],
    ],
    1500,
    ['20 offHook', '700 flash'],
  ],
  [
    'a long opening is a hang-up',
    [
      [0, true],
      [500, false],
    ],
    2000,
    ['20 offHook', '801 onHook'],
  ],
  [
    'between pulse and flash is nothing',
    [
      [0, true],
      [500, false],
      [595, true],
    ],
    1500,
    ['20 offHook'],
  ],
  ['three breaks are a 3', [[0, true], ...pulses(500, 3)], 2000, ['20 offHook', '1010 pulseDigit 3']],
  ['ten breaks are a 0', [[0, true], ...pulses(500, 10)], 3000, ['20 offHook', '1710 pulseDigit 0']],
  ['eleven breaks are no digit', [[0, true], ...pulses(500, 11)], 3000, ['20 offHook']],
];

describe('hook', () => {
  for (const [name, edges, until, told] of rows) it(name, () => assert.deepEqual(play(edges, until), told));

  it('knows no pulses where they are off', () => {
    const { pulseBreakMs: _, ...tones } = timing;
    assert.deepEqual(play([[0, true], ...pulses(500, 3)], 2000, tones), ['20 offHook']);
  });
});

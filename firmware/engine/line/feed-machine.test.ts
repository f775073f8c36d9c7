import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import { type Feed, type FeedEvent, feedMachine } from './feed-machine.ts';

const OPEN_MS = 800;

/** Plays [ms, event] and serves deadlines to the millisecond; what came of it, with its time. */
const play = (events: readonly (readonly [number, 'release' | 'closed' | 'open'])[], openMs = OPEN_MS): string[] => {
  const machine = feedMachine(openMs);
  const told: string[] = [];
  let state: Feed = { phase: 'on' };
  const step = (event: FeedEvent | { type: 'lapse' }, now: Instant): void => {
    const next = machine.step(state, event, now);
    state = next.state;
    for (const effect of next.effects) {
      told.push('feed' in effect ? `${now} feed ${effect.feed}` : `${now} loop ${effect.loop} at ${effect.at}`);
    }
  };
  for (let ms = 0; ms <= 4000; ms++) {
    const now = ms as Instant;
    const due = machine.deadline(state);
    if (due !== undefined && now >= due) step({ type: 'lapse' }, now);
    for (const [at, what] of events) {
      if (at !== ms) continue;
      const loop = { type: 'loop', closed: what === 'closed', at: now } as const;
      step(what === 'release' ? { type: 'release', closed: true } : loop, now);
    }
  }
  return told;
};

const rows: [string, [number, 'release' | 'closed' | 'open'][], string[]][] = [
  [
    'edges of a fed line are the phone’s own',
    [
      [10, 'open'],
      [300, 'closed'],
    ],
    ['10 loop open at 10', '300 loop closed at 300'],
  ],
  [
    'our own opening is no flash',
    [
      [0, 'release'],
      [5, 'open'],
      [805, 'closed'],
    ],
    ['0 feed open', '800 feed normal', '805 loop closed at 805'],
  ],
  [
    'a phone that was hung up meanwhile is found',
    [
      [0, 'release'],
      [5, 'open'],
    ],
    ['0 feed open', '800 feed normal', '1000 loop open at 800'],
  ],
  [
    'a hang-up just after the feed is back is the phone’s own',
    [
      [0, 'release'],
      [5, 'open'],
      [805, 'closed'],
      [900, 'open'],
    ],
    ['0 feed open', '800 feed normal', '805 loop closed at 805', '900 loop open at 900'],
  ],
  ['a card that told nothing changes nothing', [[0, 'release']], ['0 feed open', '800 feed normal']],
  [
    'a second release while the feed is open changes nothing',
    [
      [0, 'release'],
      [5, 'open'],
      [400, 'release'],
      [805, 'closed'],
    ],
    ['0 feed open', '800 feed normal', '805 loop closed at 805'],
  ],
];

describe('battery feed of a phone port', () => {
  for (const [name, events, told] of rows) it(name, () => assert.deepEqual(play(events), told));

  it('stays on where the country does not open it', () => {
    assert.deepEqual(play([[0, 'release']], 0), []);
  });

  it('does not take an edge that was stamped before the feed was back for the phone’s answer', () => {
    const machine = feedMachine(OPEN_MS);
    const settling: Feed = { phase: 'settling', since: 800 as Instant, until: 1000 as Instant, closed: false };
    const late: FeedEvent = { type: 'loop', closed: true, at: 790 as Instant };
    assert.deepEqual(machine.step(settling, late, 810 as Instant), {
      state: { ...settling, closed: true },
      effects: [],
    });
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant, Lapse } from '../../core/machine.ts';
import {
  type Evidence,
  firstHealth,
  type Health,
  HealthMachine,
  resumedFacts,
  resumedHealth,
} from './health-machine.ts';

const machineWith = (random: () => number) => new HealthMachine({ probeIntervalMs: 15_000, t1Ms: 500, random });
const machine = machineWith(() => 0.5);
const at = (ms: number) => ms as Instant;
const alive = { from: 'probe', type: 'alive', tookMs: 10 } as const;
const missed = { from: 'probe', type: 'missed' } as const;
const base = { roundTripMs: 10 };
const up: Health = { ...base, is: 'up', probeAt: at(9000) };
const suspect: Health = { ...base, is: 'suspect', sent: 1, silent: true, probeAt: at(1333) };
const down: Health = { ...base, is: 'down', since: at(0), probeAt: at(4000) };
const returning: Health = { ...base, is: 'returning', good: 2, stableAt: at(30_000), probeAt: at(4000) };
const held: Health = { ...base, is: 'held', until: at(60_000), doubted: false };
const cut: Health = { ...base, is: 'cut' };

/** Effects as short words: the name of a fact, or of what is to be done. */
type Row = readonly [string, Health, Evidence | Lapse, number, object, readonly string[]];
const rows: readonly Row[] = [
  ['first sign of life', firstHealth(at(0)), alive, 10, { is: 'up', probeAt: at(13_510) }, ['trunkUp', 'reregister']],
  ['a probe that is due', up, { type: 'lapse' }, 9000, { is: 'up', probeAt: at(22_500) }, ['probe']],
  ['a probe answered', up, alive, 9010, { is: 'up' }, []],
  ['a probe that only its second copy got answered', up, { ...alive, tookMs: 510 }, 9510, { is: 'up' }, ['reregister']],
  ['a missed probe', up, missed, 1000, { is: 'suspect', sent: 0, silent: true, probeAt: at(1000) }, ['trunkSuspect']],
  ['a 503', up, { ...missed, answered: true }, 1000, { is: 'suspect', silent: false }, ['trunkSuspect']],
  ['a fast probe', suspect, { type: 'lapse' }, 1333, { is: 'suspect', sent: 2 }, ['probe']],
  ['the third fast probe unanswered', { ...suspect, sent: 3 }, { type: 'lapse' }, 2000, { is: 'down' }, ['trunkDown']],
  ['a fast probe answered', suspect, alive, 1340, { is: 'up' }, ['trunkUp', 'reregister']],
  ['answered after a mere 503', { ...suspect, silent: false }, alive, 1340, { is: 'up' }, ['trunkUp']],
  ['down and probed', down, { type: 'lapse' }, 4000, { is: 'down', since: at(0), probeAt: at(6700) }, ['probe']],
  [
    'down and answered',
    down,
    alive,
    4010,
    { is: 'returning', good: 1, stableAt: at(34_010) },
    ['trunkSuspect', 'reregister'],
  ],
  ['returning, good but too soon', returning, alive, 6000, { is: 'returning', good: 3 }, []],
  ['returning and stable', { ...returning, good: 3 }, { type: 'lapse' }, 30_000, { is: 'up' }, ['trunkUp']],
  ['returning and missed', returning, missed, 6000, { is: 'down' }, ['trunkDown']],
  [
    'returning, a resent INVITE',
    returning,
    { from: 'call', type: 'missed' },
    3000,
    { is: 'returning', probeAt: at(3000) },
    [],
  ],
  [
    'asked to wait',
    up,
    { from: 'probe', type: 'refused', retryAfterMs: 5000 },
    1000,
    { is: 'held', until: at(6250), doubted: false },
    ['trunkSuspect', 'trunkHeld'],
  ],
  [
    'asked to wait for days',
    up,
    { from: 'probe', type: 'refused', retryAfterMs: 1e9 },
    0,
    { until: at(1_800_000) },
    ['trunkSuspect', 'trunkHeld'],
  ],
  ['waited', held, { type: 'lapse' }, 60_000, { is: 'unproven', probeAt: at(60_000) }, []],
  [
    'down and asked to wait',
    down,
    { from: 'call', type: 'refused', retryAfterMs: 5000 },
    1000,
    { is: 'held', doubted: true },
    ['trunkSuspect', 'trunkHeld'],
  ],
  [
    'waited after it was down',
    { ...held, doubted: true },
    { type: 'lapse' },
    60_000,
    { is: 'down', probeAt: at(60_000) },
    ['trunkDown'],
  ],
  ['alive while held', held, alive, 1000, { is: 'held', until: at(60_000) }, []],
  ['link lost', up, { from: 'link', type: 'cut' }, 1000, { is: 'cut' }, ['trunkDown']],
  ['link back', cut, { from: 'link', type: 'restored' }, 1000, { is: 'unproven', probeAt: at(1000) }, []],
];

for (const [what, state, event, now, next, words] of rows)
  test(`health: ${what}`, () => {
    const result = machine.step(state, event, at(now));
    assert.deepEqual({ ...result.state, ...next }, result.state);
    assert.deepEqual(
      result.effects.map((effect) => ('fact' in effect ? effect.fact : effect.do)),
      words,
    );
  });

test('after a restart of ours what was down stays down and is probed at once', () => {
  assert.deepEqual(resumedHealth(down, at(50)), { ...down, probeAt: at(50) });
  assert.equal(resumedHealth(up, at(50)).is, 'unproven');
});

test('a restart of ours ends neither a hold nor the time in which a softswitch returns', () => {
  assert.deepEqual(resumedHealth(held, at(50)), held);
  assert.equal(resumedHealth(held, at(60_000)).is, 'unproven');
  assert.deepEqual(resumedHealth(returning, at(50)), { ...returning, probeAt: at(50) });
});

test('the pause that a softswitch asked for is told with its length, by the next plane with what is left of it', () => {
  const words = (effects: readonly unknown[]) => effects.map((effect) => (effect as { why: string }).why);
  const asked = machine.step(up, { from: 'call', type: 'refused', retryAfterMs: 100_000 }, at(0));
  const left = { ...held, until: at(120_000) };
  assert.deepEqual(
    [words(asked.effects)[1], words(resumedFacts(left, at(60_000)))[1]],
    [
      'it asked to be left alone for 1 min 45 s (503 with Retry-After)',
      'it asked to be left alone for 1 min (503 with Retry-After)',
    ],
  );
  assert.deepEqual(
    resumedFacts(left, at(0)).map(({ fact }) => fact),
    ['trunkSuspect', 'trunkHeld'],
  );
});

test('a fast probe is given up before its first copy would leave, a usual one is not', () => {
  const patience = (state: Health): number => {
    const [effect] = machine.step(state, { type: 'lapse' }, at(9000)).effects;
    return effect && 'do' in effect && effect.do === 'probe' ? effect.giveUpAfterMs : Number.NaN;
  };
  assert.equal(patience(suspect), 495);
  assert.equal(patience({ ...suspect, roundTripMs: 600 }), 800);
  assert.equal(patience(up), 2000);
  const often = new HealthMachine({ probeIntervalMs: 2000, t1Ms: 500, random: () => 0 });
  const [effect] = often.step(up, { type: 'lapse' }, at(9000)).effects;
  assert.deepEqual(effect, { do: 'probe', giveUpAfterMs: 1484 }, 'over before the next one, and before its last copy');
});

const seeded = (seed: number) => () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};

const kinds: readonly Evidence[] = [
  alive,
  { ...alive, tookMs: 900 },
  { from: 'call', type: 'alive' },
  missed,
  { from: 'call', type: 'missed' },
  { ...missed, answered: true },
  { from: 'registration', type: 'refused', retryAfterMs: 90_000 },
  { from: 'link', type: 'cut' },
  { from: 'link', type: 'restored' },
];

test('whatever happens, only a cut trunk goes unprobed, and only probes in vain or a relapse make one down', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed);
    const tried = machineWith(random);
    let state = firstHealth(at(0));
    let now = 0;
    for (let step = 0; step < 300; step++) {
      const due = tried.deadline(state);
      const lapses = random() < 0.5 && due !== undefined;
      now = lapses ? Math.max(now, due) : Math.min(now + random() * 2000, due ?? Number.POSITIVE_INFINITY);
      const event = lapses ? ({ type: 'lapse' } as const) : (kinds[Math.floor(random() * kinds.length)] ?? alive);
      const next = tried.step(state, event, at(now)).state;
      if (next.is !== 'cut') assert.ok((tried.deadline(next) ?? Number.POSITIVE_INFINITY) <= now + 1_800_000);
      if (next.is === 'down' && state.is !== 'down')
        assert.ok(
          state.is === 'returning' ||
            (state.is === 'suspect' && state.sent === 3) ||
            (state.is === 'held' && state.doubted),
        );
      if (next.is === 'up' && state.is === 'returning') assert.ok(now >= state.stableAt);
      state = next;
    }
  }
});

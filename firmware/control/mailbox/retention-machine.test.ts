import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import { emptyIndex, type MessageIndex } from './message-index.ts';
import { clockIsSound, EARLIEST_WALL, expiredOf, retentionMachine, withAges } from './retention-machine.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 5, 1);

test('once a day', () => {
  const { step, deadline } = retentionMachine;
  const state = { sweepAt: 5 as Instant };
  assert.equal(deadline(state), 5);
  const next = step(state, { type: 'lapse' }, 1000 as Instant);
  assert.deepEqual(next, { state: { sweepAt: 1000 + DAY }, effects: [{ do: 'sweep' }] });
});

test('the earliest time is the begin of 2023', () => assert.equal(EARLIEST_WALL, Date.UTC(2023, 0, 1)));

const clocks: [string, number | undefined, number, boolean][] = [
  ['seen a day ago', NOW - DAY, NOW, true],
  ['seen just now', NOW, NOW, true],
  ['set back by seconds', NOW + 5000, NOW, true],
  ['never seen', undefined, NOW, false],
  ['not set: 1970', 0, 5000, false],
  ['set back by a day', NOW + DAY, NOW, false],
  ['two days on', NOW - 2 * DAY, NOW, false],
  ['years on', NOW, NOW + 3000 * DAY, false],
];

for (const [what, seen, wall, sound] of clocks) {
  test(`a clock ${what} is ${sound ? '' : 'not '}believed`, () => assert.equal(clockIsSound(seen, wall), sound));
}

const holding = (at: number, agesFrom?: number): MessageIndex => {
  const message = { id: 'm', at, from: { number: '' }, seconds: 3, is: 'kept' } as const;
  return { ...emptyIndex, messages: [agesFrom === undefined ? message : { ...message, agesFrom }] };
};

const ages: [string, MessageIndex, boolean][] = [
  ['of 90 days', holding(NOW - 90 * DAY), false],
  ['a moment older', holding(NOW - 90 * DAY - 1), true],
  ['of tomorrow', holding(NOW + DAY), false],
  ['of 1970', holding(1000), false],
  ['of 1970, known for 91 days', holding(1000, NOW - 91 * DAY), true],
  ['of 1970, known for a day', holding(1000, NOW - DAY), false],
];

for (const [what, index, expired] of ages) {
  test(`a message ${what} ${expired ? 'goes' : 'stays'}`, () =>
    assert.deepEqual(expiredOf(index, NOW, 90), expired ? ['m'] : []));
}

test('what was recorded by a clock that was not set, or set wrong, ages from now', () => {
  for (const at of [1000, NOW + 400 * DAY]) {
    assert.equal(withAges(holding(at), NOW).messages[0]!.agesFrom, NOW);
  }
  for (const index of [holding(NOW - DAY), holding(1000, NOW - DAY)]) assert.equal(withAges(index, NOW), index);
});

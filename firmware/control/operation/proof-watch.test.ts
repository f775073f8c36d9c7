import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../core/log.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { ProofSheet } from './inbound-proof.ts';
import type { ProofSettings } from './proof-calendar.ts';
import { ProofWatch } from './proof-watch.ts';

/** A box with one number and two ways, at whose midday nothing is due by the night. */
const setUp = (provedWith?: string) => {
  const clock = new TestClock();
  const is = { inward: 'a', numbers: 1, ways: 2, calls: 0, isBusy: false, fails: false };
  const made: string[] = [];
  const shelf: { proof: ProofSheet | undefined; provedWith: string | undefined } = { proof: undefined, provedWith };
  const noon = new Date(clock.wall());
  const at = `${String((noon.getHours() + 12) % 24).padStart(2, '0')}:00`;
  const settings: ProofSettings = { inboundProof: 'nightlyAndChanges', at, proofAfterS: 300 };
  const watch = new ProofWatch({
    ...{ clock, log: silentLog, shelf },
    settings: () => settings,
    inward: () => is.inward,
    numbers: () => is.numbers,
    ways: () => is.ways,
    calls: () => is.calls,
    isBusy: () => is.isBusy,
    proof: {
      running: false,
      run: async () => {
        made.push(is.inward);
        if (is.fails) throw new Error('somebody calls');
        shelf.provedWith = is.inward;
        return { at: 0, rows: [] };
      },
    },
  });
  watch.open();
  /** Lets this time pass, as the looks come, and what they began end. */
  const wait = async (s: number): Promise<void> => {
    for (let gone = 0; gone < s; gone += 20) {
      clock.turn(Math.min(20, s - gone) * 1000);
      await Promise.resolve();
    }
  };
  return { watch, is, made, wait };
};

test('a box that was never proved is proved once it has stood for some minutes, and then no more', async () => {
  const { made, wait } = setUp();
  await wait(290);
  assert.deepEqual(made, []);
  await wait(20);
  assert.deepEqual(made, ['a']);
  await wait(3600);
  assert.deepEqual(made, ['a']);
});

test('a change is proved when it has stood: each further change begins the wait anew', async () => {
  const { watch, is, made, wait } = setUp('a');
  await wait(600);
  assert.deepEqual(made, [], 'proved by the plane before');
  is.inward = 'b';
  watch.configured();
  await wait(200);
  is.inward = 'c';
  watch.configured();
  await wait(280);
  assert.deepEqual(made, []);
  await wait(20);
  assert.deepEqual(made, ['c']);
});

test('other settings do not begin the wait anew', async () => {
  const { watch, made, wait } = setUp();
  await wait(200);
  watch.configured();
  await wait(120);
  assert.deepEqual(made, ['a']);
});

for (const [what, wrong, right] of [
  ['somebody is on the phone', { calls: 1 }, { calls: 0 }],
  ['only one way works', { ways: 1 }, { ways: 2 }],
  ['a drill is under way', { isBusy: true }, { isBusy: false }],
  ['no number is ours', { numbers: 0 }, { numbers: 1 }],
] as const)
  test(`no proof is made while ${what}`, async () => {
    const { is, made, wait } = setUp();
    Object.assign(is, wrong);
    await wait(1200);
    assert.deepEqual(made, []);
    Object.assign(is, right);
    await wait(80);
    assert.deepEqual(made, ['a']);
  });

test('a proof that gave way is tried again a quarter of an hour later', async () => {
  const { is, made, wait } = setUp();
  is.fails = true;
  await wait(300);
  assert.equal(made.length, 1);
  await wait(880);
  assert.equal(made.length, 1);
  is.fails = false;
  await wait(40);
  assert.equal(made.length, 2);
  await wait(3600);
  assert.equal(made.length, 2);
});

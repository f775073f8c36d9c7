import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { after, type Instant } from '../../core/machine.ts';
import {
  emptyQueue,
  MOST_WAITING,
  type Notice,
  type NoticeEffect,
  type NoticeEvent,
  type NoticeQueue,
  noticeMachine,
  resumedQueue,
} from './notice-machine.ts';

const START = 1000 as Instant;
const notice = (id: string): Notice => ({
  ...{ id, is: 'raised', severity: 'major', text: `${id} is down`, cause: 'silent', remedy: 'look', at: 5 },
});
const tell = (id: string): NoticeEvent => ({ type: 'tell', notice: notice(id) });
const failed: NoticeEvent = { type: 'failed', why: 'refused' };

/** Events with the ms at which they come. */
const run = (happens: readonly (readonly [number, NoticeEvent | { readonly type: 'lapse' }])[], from = emptyQueue) => {
  let state: NoticeQueue = from;
  const effects: NoticeEffect[] = [];
  for (const [ms, event] of happens) {
    const stepped = noticeMachine.step(state, event, after(START, ms));
    state = stepped.state;
    effects.push(...stepped.effects);
  }
  return { state, effects };
};
const sentIn = (effects: readonly NoticeEffect[]): string[][] =>
  effects.flatMap((effect) => ('do' in effect ? [effect.notices.map(({ id }) => id)] : []));
const factsIn = (effects: readonly NoticeEffect[]): string[] =>
  effects.flatMap((effect) => ('fact' in effect ? [effect.fact] : []));

test('one message at a time; what comes meanwhile goes together in the next', () => {
  const { state, effects } = run([
    [0, tell('a')],
    [1, tell('b')],
    [2, tell('c')],
    [3, { type: 'sent' }],
    [4, { type: 'sent' }],
  ]);
  assert.deepEqual(sentIn(effects), [['a'], ['b', 'c']]);
  assert.deepEqual([state.is, state.waiting.length], ['idle', 0]);
});

test('a failure is said once, tried again later and later, and so is the success after it', () => {
  const { state, effects } = run([
    [0, tell('a')],
    [1, failed],
    [9_000, { type: 'lapse' }],
    [10_001, { type: 'lapse' }],
    [10_002, failed],
    [40_002, { type: 'lapse' }],
    [40_003, { type: 'sent' }],
  ]);
  assert.deepEqual(factsIn(effects), ['noticeFailed', 'noticeSent']);
  assert.deepEqual(sentIn(effects), [['a'], ['a'], ['a']], 'and none before its time');
  assert.equal(state.is, 'idle');
});

test('after a restart of the plane what was under way is sent once more', () => {
  const { state } = run([[0, tell('a')]]);
  const again = resumedQueue(state, after(START, 50));
  assert.deepEqual(sentIn(run([[51, { type: 'lapse' }]], again).effects), [['a']]);
});

test('taken out of the settings, nothing waits any more', () => {
  assert.deepEqual(
    run([
      [0, tell('a')],
      [1, tell('b')],
      [2, { type: 'off' }],
    ]).state,
    emptyQueue,
  );
});

test('whatever comes: bounded, in order, none lost but from a full queue, and never two at once', () => {
  const happening = fc.oneof(
    { weight: 6, arbitrary: fc.constant('tell' as const) },
    fc.constantFrom('sent' as const, 'failed' as const, 'lapse' as const),
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 400 }), (kinds) => {
      let state: NoticeQueue = emptyQueue;
      let under = 0;
      let told = 0;
      const accepted: number[] = [];
      let carried: readonly Notice[] = [];
      kinds.forEach((kind, index) => {
        if (kind === 'sent' && state.is === 'sending') accepted.push(...carried.map(({ id }) => Number(id)));
        if ((kind === 'sent' || kind === 'failed') && state.is === 'sending') under = 0;
        const event: NoticeEvent | { type: 'lapse' } =
          kind === 'tell' ? tell(String(told++)) : kind === 'failed' ? failed : { type: kind };
        const stepped = noticeMachine.step(state, event, after(START, index * 2_000_000));
        state = stepped.state;
        for (const effect of stepped.effects)
          if ('do' in effect) {
            under++;
            carried = effect.notices;
          }
        assert.ok(under <= 1 && state.waiting.length <= MOST_WAITING);
        if (state.waiting.length > 0) assert.ok(state.is !== 'idle', 'what waits is being taken care of');
      });
      assert.deepEqual(
        accepted,
        [...accepted].sort((one, other) => one - other),
      );
      assert.equal(new Set(accepted).size, accepted.length);
    }),
  );
});

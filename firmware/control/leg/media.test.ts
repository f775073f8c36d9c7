import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../core/log.ts';
import type { Instant } from '../../core/machine.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { FileEvent } from '../../engine-protocol/events.ts';
import type { AddReply, Notify } from '../../engine-protocol/messages.ts';
import type { Engine } from '../engine/client-face.ts';
import { LegMedia } from './media.ts';

type Added = { readonly ask: object; readonly answer: (reply: AddReply) => void };

/** Terminations of a plane beside an engine that answers when the test says so. */
const setUp = () => {
  const added: Added[] = [];
  const subtracted: string[] = [];
  const engine = {
    add: (ask: object) => new Promise<AddReply>((answer) => added.push({ ask, answer })),
    subtract: async ({ termination }: { readonly termination: string }) => {
      subtracted.push(termination);
      return {};
    },
  } as unknown as Engine;
  const states = new Map<string, unknown>();
  const runner = new Runner(new TestClock(), silentLog, {
    write: (cascade) => {
      for (const [id, state] of cascade.states) state === undefined ? states.delete(id) : states.set(id, state);
    },
  });
  const book = { callOf: () => undefined, onClosing: () => {} };
  const media = new LegMedia({ runner, engine, log: silentLog, book });
  return { media, runner, states, added, subtracted };
};

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const net = { what: { kind: 'net', interface: '192.0.2.1' }, mode: 'inactive' } as const;
const player = (file: string) =>
  ({ what: { kind: 'player', files: [file], repeat: false }, mode: 'receiveOnly' }) as const;
const finished: FileEvent = { is: 'finished', seconds: 0, why: 'end' };
const ended = (termination: `player/${number}`): Notify => ({
  to: 'event',
  seq: 1,
  at: 0 as Instant,
  termination,
  event: finished,
});

test('files that end in the moment in which they are known are told to each of their voices', async () => {
  const { media, added } = setUp();
  const heard: string[] = [];
  for (const voice of ['voice/a', 'voice/b'] as const) {
    media.follow(voice, () => heard.push(voice));
    media.open(voice, player(`${voice}.wav`), () => {});
  }
  await settle();
  for (const number of [1, 2]) {
    added[number - 1]?.answer({ context: `context/${number}`, termination: `player/${number}` });
    media.heard(ended(`player/${number}`));
  }
  await settle();
  assert.deepEqual(heard, ['voice/a', 'voice/b']);
});

test('what is taken away before the engine has answered is not asked for again by the next plane', async () => {
  const before = setUp();
  before.media.open('leg/1', net, () => {});
  await settle();
  before.media.close('leg/1');
  const next = setUp();
  next.media.adoptAll(before.states);
  next.media.compare({ contexts: [{ id: 'context/1', terminations: [{ id: 'net/1', mode: 'inactive' }] }] });
  await settle();
  assert.deepEqual(next.added, []);
  assert.deepEqual([...next.media.wanted()], [], 'an audit finds it, and it goes');
  assert.deepEqual([...next.states.keys()], []);
});

test('what is taken away before the engine has answered goes when the answer is there, and nothing of it is kept', async () => {
  const { media, added, subtracted, states } = setUp();
  media.open('leg/1', net, () => {});
  await settle();
  media.close('leg/1');
  added[0]?.answer({ context: 'context/1', termination: 'net/1' });
  await media.settled();
  await settle();
  assert.deepEqual(subtracted, ['net/1']);
  assert.deepEqual([...media.wanted()], []);
  assert.deepEqual([...states.keys()], []);
});

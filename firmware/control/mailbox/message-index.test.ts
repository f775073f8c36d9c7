import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spaceForRecordings } from './medium.ts';
import {
  committed,
  emptyIndex,
  folderOf,
  kept,
  type Limits,
  type MessageIndex,
  MOST_MESSAGES,
  mailboxOf,
  type Room,
  removed,
  removing,
  reserved,
  roomIn,
  type Stored,
} from './message-index.ts';

const MB = 1024 * 1024;
const from = { number: '12' };
const message = (id: string, seconds = 10, at = 0): Stored => ({ id, at, from, seconds, is: 'new' });
const pending = (id: string, longestS: number) => ({ id, at: 0, from, longestS });
const holding = (...messages: Stored[]): MessageIndex => messages.reduce(committed, emptyIndex);
const limits: Limits = { quotaS: 1200, longestS: 180, freeOctets: 1000 * MB, reservedS: 0 };

const rooms: [string, MessageIndex, Partial<Limits>, Room][] = [
  ['an empty mailbox takes the longest message', emptyIndex, {}, { longestS: 180 }],
  ['what is left of the quota', holding(message('a', 1100)), {}, { longestS: 100 }],
  ['whole seconds of it', holding(message('a', 1100.2)), {}, { longestS: 99 }],
  ['5 s are room', holding(message('a', 1195)), {}, { longestS: 5 }],
  ['4 s are none', holding(message('a', 1195.5)), {}, { full: 'quota', why: 'its messages have taken its 1200 s' }],
  ['a recording under way counts in full', reserved(emptyIndex, pending('a', 180)), { quotaS: 300 }, { longestS: 120 }],
  [
    'two of them fill it',
    reserved(reserved(emptyIndex, pending('a', 180)), pending('b', 118)),
    { quotaS: 300 },
    { full: 'quota', why: 'its messages have taken its 300 s' },
  ],
  [
    'a hundred short ones fill it',
    holding(...Array.from({ length: MOST_MESSAGES }, (_, number) => message(`m${number}`, 1))),
    {},
    { full: 'quota', why: 'it holds 100 messages' },
  ],
  ['what the medium has', emptyIndex, { freeOctets: 60 * 8000 }, { longestS: 60 }],
  ['less what other recordings may still take', emptyIndex, { freeOctets: 60 * 8000, reservedS: 40 }, { longestS: 20 }],
  [
    'a medium without space',
    emptyIndex,
    { freeOctets: 39_999 },
    { full: 'disk', why: 'the storage medium has no space left for recordings' },
  ],
];

for (const [what, index, change, room] of rooms) {
  test(`room: ${what}`, () => assert.deepEqual(roomIn(index, { ...limits, ...change }), room));
}

const media: [freeMb: number, totalMb: number, spaceMb: number][] = [
  [1000, 1000, 950],
  [60, 1000, 10],
  [50, 1000, 0],
  [20, 64, 4],
  [10, 64, 0],
];

for (const [free, total, space] of media) {
  test(`of ${total} MB with ${free} MB free recordings may take ${space} MB`, () =>
    assert.equal(spaceForRecordings({ freeOctets: free * MB, totalOctets: total * MB }), space * MB));
}

test('messages stand by their time, oldest first', () => {
  const index = holding(message('b', 1, 20), message('c', 1, 30), message('a', 1, 10));
  assert.deepEqual(
    index.messages.map(({ id }) => id),
    ['a', 'b', 'c'],
  );
});

test('a deleted message is remembered until its file has gone, and only it', () => {
  const index = removing(kept(holding(message('a'), message('b')), 'b'), ['a']);
  assert.deepEqual([index.messages.map(({ id, is }) => `${id} ${is}`), index.removing], [['b kept'], ['a']]);
  assert.deepEqual(removed(index, ['a']).removing, []);
  assert.deepEqual(removed(index, ['x']).removing, ['a']);
});

for (const id of ['line/1', 'line/Desk-2', '../../etc', 'a_b', 'ä', '.', '+', '_2f', '']) {
  test(`the folder of ${id || 'no mailbox'} is safe and can be read back`, () => {
    const folder = folderOf(id);
    assert.match(folder, /^[A-Za-z0-9+_-]*$/);
    assert.equal(mailboxOf(folder), id === '' ? undefined : id);
  });
}

for (const folder of ['lost.found', 'line 1', '_zz', '_41', '']) {
  test(`a folder "${folder}" is no mailbox`, () => assert.equal(mailboxOf(folder), undefined));
}

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TestClock } from '../../core/test-clock.ts';
import { systemFiles } from '../../store/file-primitives.ts';
import { Journal } from '../../store/journal.ts';
import type { CallRecord } from './call-record-machine.ts';
import { CallSearches } from './search.ts';

const record = (number: number): CallRecord => ({
  id: `call/${number}@1000`,
  at: 1000 + number,
  from: { kind: 'phone', id: 'line/1', number: number % 2 === 0 ? '11' : '12' },
  dialled: `5550${number}`,
  attempts: [],
  lastedMs: 10,
  endedBy: 'caller',
  cause: 'hungUp',
  sentence: 'the call was ended by hanging up',
});

/** A journal of small segments with this many calls, and the paths that are read from it. */
const setUp = async (t: TestContext, calls: number) => {
  const folder = await mkdtemp(join(tmpdir(), 'search-'));
  const reads: string[] = [];
  const journal = await Journal.open<CallRecord>({
    folder,
    name: 'calls',
    clock: new TestClock(),
    sync: 'each',
    limits: { segmentOctets: 1000, segments: 50 },
    files: {
      ...systemFiles,
      read: (path, most) => {
        reads.push(path);
        return systemFiles.read(path, most);
      },
    },
  });
  t.after(async () => {
    await journal.close();
    await rm(folder, { recursive: true });
  });
  for (let number = 1; number <= calls; number++) await journal.append(record(number));
  return { searches: new CallSearches(journal), journal, reads };
};

const ids = (found: { readonly records: readonly CallRecord[] }): number[] =>
  found.records.map(({ dialled }) => Number(dialled.slice(4)));

test('newest first, a page after another, to the oldest', async (t) => {
  const { searches } = await setUp(t, 25);
  const first = await searches.search({ limit: 10 });
  assert.deepEqual(ids(first), [25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
  assert.equal(first.more, true);
  const second = await searches.search({ limit: 10, before: first.records.at(-1)!.id });
  assert.deepEqual([ids(second)[0], ids(second).length, second.more], [15, 10, true]);
  const third = await searches.search({ limit: 10, before: second.records.at(-1)!.id });
  assert.deepEqual([ids(third), third.more], [[5, 4, 3, 2, 1], false]);
});

test('a page is found by another reader that never answered the one before', async (t) => {
  const { journal } = await setUp(t, 25);
  const found = await new CallSearches(journal).search({ limit: 3, before: 'call/7@1000' });
  assert.deepEqual(ids(found), [6, 5, 4]);
  assert.deepEqual(await new CallSearches(journal).search({ limit: 3, before: 'call/99@1000' }), {
    records: [],
    more: false,
  });
});

test('by a part of the number of the caller or of the dialled one, and not by what stands elsewhere', async (t) => {
  const { searches } = await setUp(t, 25);
  assert.deepEqual(ids(await searches.search({ limit: 100, number: '50' })).length, 25);
  assert.deepEqual(ids(await searches.search({ limit: 100, number: '502' })), [25, 24, 23, 22, 21, 20, 2]);
  assert.deepEqual(ids(await searches.search({ limit: 2, number: '12' })), [25, 23]);
  assert.deepEqual((await searches.search({ limit: 100, number: 'hungUp' })).records, []);
});

test('limits are kept: at least one, at most a hundred', async (t) => {
  const { searches } = await setUp(t, 120);
  assert.equal((await searches.search({ limit: 5000 })).records.length, 100);
  assert.equal((await searches.search({ limit: 0 })).records.length, 1);
});

test('only the segments that may hold the answer are read', async (t) => {
  const { searches, reads } = await setUp(t, 25);
  const { records } = await searches.search({ limit: 25 });
  reads.length = 0;
  await searches.search({ limit: 1 });
  assert.ok(reads.length <= 2, reads.join('\n'));
  reads.length = 0;
  await searches.search({ limit: 1, before: records.at(-2)!.id });
  assert.ok(reads.length <= 1, reads.join('\n'));
});

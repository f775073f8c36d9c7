import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { TestClock } from '../core/test-clock.ts';
import { crc32 } from './crc32.ts';
import { type Files, systemFiles } from './file-primitives.ts';
import { Journal, type JournalOptions } from './journal.ts';
import { lineOf, scan, scanBackwards } from './journal-line.ts';

type Entry = { n: number; text?: string };

const setUp = async (t: TestContext, more: Partial<JournalOptions> = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  t.after(() => rm(folder, { recursive: true }));
  const clock = new TestClock();
  const open = () => Journal.open<Entry>({ folder, name: 'calls', clock, sync: 'each', ...more });
  const paths = async () => (await readdir(folder)).map((name) => join(folder, name));
  return { folder, clock, open, paths };
};
const counts = (entries: readonly { record: Entry }[]) => entries.map(({ record }) => record.n);
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('the checksum is that of gzip', () => {
  assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
  fc.assert(fc.property(fc.uint8Array(), (octets) => crc32(octets) === zlibCrc32(octets)));
});

test('records come back with rising numbers, also after a restart', async (t) => {
  const { open } = await setUp(t);
  const journal = await open();
  assert.equal(await journal.append({ n: 1 }), 1);
  assert.deepEqual(await Promise.all([journal.append({ n: 2 }), journal.append({ n: 3 })]), [2, 3]);
  await journal.close();
  const again = await open();
  assert.equal(await again.append({ n: 4, text: 'Zürich\n\u2028' }), 4);
  assert.deepEqual(counts(await again.last(2)), [3, 4]);
  assert.deepEqual(counts(await again.read({ after: 1, limit: 2 })), [2, 3]);
  await again.close();
  await assert.rejects(again.append({ n: 5 }), { code: 'store-unwritable' });
});

test('a torn tail is cut off, everything acknowledged stays', async (t) => {
  const { open, paths } = await setUp(t);
  const journal = await open();
  for (const n of [1, 2, 3]) await journal.append({ n });
  await journal.close();
  const [path] = await paths();
  const sound = await readFile(path!);
  const torn = lineOf({ id: 4, record: { n: 4 } });
  for (let octets = 1; octets < torn.length; octets++) {
    await writeFile(path!, Buffer.concat([sound, torn.subarray(0, octets)]));
    const again = await open();
    assert.deepEqual(counts(await again.last(9)), [1, 2, 3]);
    assert.deepEqual(await readFile(path!), sound);
    await again.append({ n: 40 });
    assert.deepEqual(counts(await again.last(9)), [1, 2, 3, 40]);
    await again.close();
  }
});

test('a damaged line in the middle costs that line only', async (t) => {
  const { open, paths } = await setUp(t);
  const journal = await open();
  for (const n of [1, 2, 3]) await journal.append({ n });
  await journal.close();
  const [path] = await paths();
  const octets = await readFile(path!);
  octets[octets.indexOf('"n":2') + 4] = 0x37;
  await writeFile(path!, octets);
  const again = await open();
  assert.deepEqual(counts(await again.last(9)), [1, 3]);
  assert.equal(await again.append({ n: 4 }), 4);
  await again.close();
});

test('a hole of zeros, as some file systems leave it, is cut off', async (t) => {
  const { open, paths } = await setUp(t);
  const journal = await open();
  await journal.append({ n: 1 });
  await journal.close();
  await appendFile((await paths())[0]!, Buffer.alloc(4096));
  const again = await open();
  await again.append({ n: 2 });
  assert.deepEqual(counts(await again.last(9)), [1, 2]);
  await again.close();
});

test('any tail of octets: a scan keeps what is sound before it', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.uint8Array(), (records, tail) => {
      const sound = records.map((record, index) => lineOf({ id: index + 1, record }));
      const { lines } = scan(Buffer.concat([...sound, tail]));
      assert.equal(JSON.stringify(lines.slice(0, records.length).map((line) => line.record)), JSON.stringify(records));
    }),
  );
});

test('segments are bounded in size and number', async (t) => {
  const { open, paths } = await setUp(t, { limits: { segmentOctets: 400, segments: 3 } });
  let journal = await open();
  for (let n = 1; n <= 100; n++) {
    await journal.append({ n, text: 'x'.repeat(100) });
    if (n === 50) {
      await journal.close();
      journal = await open();
    }
  }
  assert.equal((await paths()).length, 3);
  const kept = counts(await journal.last(1000));
  assert.equal(kept.at(-1), 100);
  assert.deepEqual(
    kept,
    kept.map((_, index) => kept[0]! + index),
  );
  assert.deepEqual(counts(await journal.read({ after: 97, limit: 10 })), [98, 99, 100]);
  await assert.rejects(journal.append({ n: 0, text: 'x'.repeat(70_000) }), { code: 'store-unwritable' });
  await journal.close();
});

test('a group is written after a second, or when it is full', async (t) => {
  const { open, clock } = await setUp(t, { sync: 'group' });
  const journal = await open();
  let stored = 0;
  const append = (n: number) => journal.append({ n }).then(() => stored++);
  const first = append(1);
  clock.turn(999);
  await settled();
  assert.equal(stored, 0);
  clock.turn(1);
  await first;
  await Promise.all(Array.from({ length: 20 }, (_, index) => append(index + 2)));
  assert.equal(stored, 21);
  const waiting = append(22);
  await journal.close();
  await waiting;
  assert.deepEqual(counts(await (await open()).last(1)), [22]);
});

test('a full disk is told to those who wait; what half was written is cut off, and later records are kept', async (t) => {
  let full = false;
  const files: Files = {
    ...systemFiles,
    open: async (path, how) => {
      const file = await systemFiles.open(path, how);
      const write = async (octets: Uint8Array) => {
        await file.write(full ? octets.subarray(0, 10) : octets);
        if (full) throw new Error('ENOSPC');
      };
      return { ...file, write };
    },
  };
  const { open } = await setUp(t, { files });
  const journal = await open();
  await journal.append({ n: 1 });
  full = true;
  await assert.rejects(journal.append({ n: 2 }), { code: 'store-unwritable' });
  full = false;
  assert.equal(await journal.append({ n: 3 }), 3);
  await journal.close();
  assert.deepEqual(counts(await (await open()).last(9)), [1, 3]);
});

test('a segment without a sound line goes on with its first number', async (t) => {
  const { open, paths } = await setUp(t, { limits: { segmentOctets: 10, segments: 5 } });
  const journal = await open();
  for (const n of [1, 2, 3]) await journal.append({ n });
  await journal.close();
  await truncate((await paths()).at(-1)!, 5);
  const again = await open();
  assert.equal(await again.append({ n: 4 }), 3);
  await again.close();
  assert.deepEqual(counts(await (await open()).last(9)), [1, 2, 4]);
});

test('newest first: damaged lines are left out, text is found as it was written, a torn tail is no record', () => {
  const lines = [
    { n: 1, text: 'a "quoted" word' },
    { n: 2, text: 'other' },
    { n: 3, text: 'a "quoted" end' },
  ].map((record, at) => lineOf({ id: at + 1, record }));
  const ids = (octets: Buffer, holds = '') => [...scanBackwards<Entry>(octets, holds)].map(({ id }) => id);
  const whole = Buffer.concat(lines);
  assert.deepEqual(ids(whole), [3, 2, 1]);
  assert.deepEqual(ids(whole, '"quoted"'), [3, 1]);
  assert.deepEqual(ids(Buffer.concat([whole, lines[0]!.subarray(0, 20)])), [3, 2, 1]);
  const damaged = Buffer.from(whole);
  damaged[lines[0]!.length + 30]! ^= 1;
  assert.deepEqual(ids(damaged), [3, 1]);
  assert.deepEqual(ids(Buffer.alloc(0)), []);
  fc.assert(
    fc.property(fc.array(fc.string()), (texts) => {
      const octets = Buffer.concat(texts.map((text, at) => lineOf({ id: at + 1, record: { n: at, text } })));
      const back = [...scanBackwards<Entry>(octets, '')];
      assert.deepEqual(back.reverse(), scan<Entry>(octets).lines);
    }),
  );
});

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Low } from 'lowdb';
import { type Damage, DurableFile } from './durable-file.ts';
import { type Files, systemFiles } from './file-primitives.ts';

type State = { n: number };

const setUp = async (t: TestContext, files: Files = systemFiles) => {
  const folder = await mkdtemp(join(tmpdir(), 'durable-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'state');
  const damage: Damage[] = [];
  const open = () => new DurableFile<State>(path, (each) => damage.push(each), files);
  return { folder, path, damage, open };
};

test('what was written is read, through lowdb', async (t) => {
  const { open, path, damage } = await setUp(t);
  const low = new Low(open(), { n: 0 });
  await low.read();
  assert.deepEqual(low.data, { n: 0 });
  await low.update((state) => {
    state.n = 7;
  });
  const again = open();
  assert.deepEqual(await again.read(), { n: 7 });
  assert.equal(again.generation, 1);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(damage, []);
});

const damages: [string, (path: string) => Promise<void>, why: RegExp][] = [
  ['cut to nothing', (path) => truncate(path, 0), /header is missing/],
  ['cut in half', async (path) => truncate(path, (await stat(path)).size - 3), /checksum/],
  [
    'one bit flipped',
    async (path) => {
      const octets = await readFile(path);
      octets[octets.length - 2]! ^= 1;
      await writeFile(path, octets);
    },
    /checksum/,
  ],
  ['another format', (path) => writeFile(path, '{"v":9,"gen":1,"sha256":""}\n{}'), /version 9/],
  ['rubbish', (path) => writeFile(path, 'canary\n{}'), /header is damaged/],
];

for (const [what, spoil, why] of damages) {
  test(`${what}: the previous generation is used, and the file kept as evidence`, async (t) => {
    const { open, path, damage, folder } = await setUp(t);
    const file = open();
    await file.write({ n: 1 });
    await file.write({ n: 2 });
    await spoil(path);
    const spoiled = await readFile(path);
    const again = open();
    assert.deepEqual(await again.read(), { n: 1 });
    assert.equal(damage.length, 1);
    assert.match(damage[0]!.why, why);
    assert.ok(!damage[0]!.why.includes('canary'));
    assert.deepEqual(await readFile(damage[0]!.evidence), spoiled);
    // The next write must not make the damaged file the previous generation.
    await again.write({ n: 3 });
    await spoil(path);
    assert.deepEqual(await open().read(), { n: 1 });
    assert.ok((await readdir(folder)).includes('state.damaged-2'));
  });
}

test('a file that has gone: the previous generation', async (t) => {
  const { open, path } = await setUp(t);
  const file = open();
  await file.write({ n: 1 });
  await file.write({ n: 2 });
  await rm(path);
  assert.deepEqual(await open().read(), { n: 1 });
});

test('both generations damaged: nothing, two pieces of evidence', async (t) => {
  const { open, path, damage } = await setUp(t);
  const file = open();
  await file.write({ n: 1 });
  await file.write({ n: 2 });
  await truncate(path, 0);
  await truncate(`${path}.prev`, 0);
  assert.equal(await open().read(), null);
  assert.equal(damage.length, 2);
});

test('leftovers of an interrupted write are removed at start', async (t) => {
  const { open, path, folder } = await setUp(t);
  await open().write({ n: 1 });
  await writeFile(`${path}.tmp`, 'half');
  await writeFile(`${path}.prev.tmp`, 'half');
  assert.deepEqual(await open().read(), { n: 1 });
  assert.deepEqual(await readdir(folder), ['state']);
});

test('writers are put together, and each hears only when its state (or a later one) is on disk', async (t) => {
  let syncs = 0;
  const counted: Files = {
    ...systemFiles,
    syncFolder: async (folder) => {
      syncs++;
      await systemFiles.syncFolder(folder);
    },
  };
  const { open, path } = await setUp(t, counted);
  const file = open();
  const seen: number[] = [];
  const writes = Array.from({ length: 50 }, (_, n) =>
    file.write({ n }).then(async () => {
      const { n: onDisk } = JSON.parse((await readFile(path, 'utf8')).split('\n')[1]!) as State;
      seen.push(onDisk - n);
    }),
  );
  await Promise.all(writes);
  assert.ok(seen.every((ahead) => ahead >= 0));
  assert.equal(syncs, 2);
  assert.deepEqual(await open().read(), { n: 49 });
});

test('a write that fails is told to those who waited, the old state stands, and the next write works', async (t) => {
  let broken = true;
  const { open } = await setUp(t, {
    ...systemFiles,
    rename: async (from, to) => {
      if (broken) throw new Error('ENOSPC');
      await systemFiles.rename(from, to);
    },
  });
  const file = open();
  await assert.rejects(file.write({ n: 1 }), { code: 'store-unwritable' });
  broken = false;
  await file.write({ n: 2 });
  assert.deepEqual(await open().read(), { n: 2 });
});

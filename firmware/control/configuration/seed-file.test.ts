import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { seedFile } from './seed-file.ts';

const fileOf = (t: TestContext, text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seed-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'first.json');
  writeFileSync(path, text);
  return path;
};

test('first settings are read from a file, and only when they are asked for', (t) => {
  const path = fileOf(t, '{"version":1}');
  const read = seedFile(path);
  writeFileSync(path, '{"version":1,"system":{"name":"later"}}');
  assert.deepEqual(read(), { version: 1, system: { name: 'later' } });
});

test('a file that is missing, too long or no JSON is refused by its path, with what is wrong and what to do', (t) => {
  const missing = join(fileOf(t, ''), '..', 'none.json');
  assert.doesNotThrow(() => seedFile(missing));
  assert.throws(seedFile(missing), {
    code: 'setting-refused',
    message: /none\.json cannot be read .*ENOENT.*Name another/,
  });
  assert.throws(seedFile(fileOf(t, '{"version":1,}')), {
    code: 'setting-refused',
    message: /first\.json must be JSON \(.*\)\. Correct it there/,
  });
  assert.throws(seedFile(fileOf(t, `"${'x'.repeat(1 << 20)}"`)), {
    code: 'setting-refused',
    message: /first\.json cannot be read \(it has more than/,
  });
});

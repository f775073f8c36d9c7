import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { factoryConfiguration } from './factory.ts';
import { deviceKey, redacted, sealed, unsealed } from './secret.ts';
import { text } from './setting.ts';

const CANARY = 'canary-51c2';
const drivers = {
  simulated: { settings: v.looseObject({ pin: v.optional(text({ title: 'PIN', help: '', max: 64, secret: true })) }) },
};
const whole = {
  ...factoryConfiguration(),
  accounts: [
    { id: 'a', user: '1', password: `${CANARY}-1`, line: 'line/1' },
    { id: 'b', user: '2', password: '', line: 'line/2' },
    { id: 'c', user: '3', password: `${CANARY}-3`, line: 'line/3' },
  ],
  cards: [{ id: 'card', driver: 'simulated', settings: { pin: `${CANARY}-pin`, phones: 4 } }],
};
type Whole = typeof whole;
const fail = (error: Error) => {
  throw error;
};
const key = { key: Buffer.alloc(32, 7), id: '01234567' };

test('secrets are hidden, also those of a driver; what is not set can be seen', () => {
  const shown = redacted(whole, drivers) as Whole;
  assert.ok(!JSON.stringify(shown).includes(CANARY));
  assert.deepEqual(
    shown.accounts.map(({ password }) => password),
    [{ secret: true }, '', { secret: true }],
  );
  assert.deepEqual(shown.cards[0]?.settings, { pin: { secret: true }, phones: 4 });
  assert.deepEqual(shown.lines, whole.lines);
});

test('secrets are encrypted at rest and come back', () => {
  const stored = sealed(whole, drivers, key) as Whole;
  assert.ok(!JSON.stringify(stored).includes(CANARY));
  assert.match(stored.accounts[0]!.password, /^enc:v1:01234567:/);
  assert.deepEqual(unsealed(stored, drivers, key, fail), whole);
});

test('a secret is bound to its place and key, not to the order', () => {
  const stored = sealed(whole, drivers, key) as Whole;
  const [a, b, c] = stored.accounts as [Whole['accounts'][0], Whole['accounts'][0], Whole['accounts'][0]];
  const turned = unsealed({ ...stored, accounts: [c, b, a] }, drivers, key, fail) as Whole;
  assert.equal(turned.accounts[2]?.password, `${CANARY}-1`);
  const swapped = { ...stored, accounts: [{ ...a, password: c.password }] };
  const cases = [
    [swapped, key],
    [stored, { ...key, id: '89abcdef' }],
    [stored, { ...key, key: Buffer.alloc(32, 8) }],
  ] as const;
  for (const [document, other] of cases) {
    const lost: string[] = [];
    const open = unsealed(document, drivers, other, (error) => lost.push(error.code)) as Whole;
    assert.equal(open.accounts[0]?.password, '');
    assert.ok(lost.length > 0 && lost.every((code) => code === 'store-damaged'));
  }
});

test('the device key is made once, readable by its owner only', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'key-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'key');
  const first = await deviceKey(path);
  assert.equal((await stat(path)).mode & 0o777, 0o400);
  assert.deepEqual(await deviceKey(path), first);
  assert.equal((await readFile(path)).length, 32);
  await writeFile(join(folder, 'short'), 'x');
  await assert.rejects(deviceKey(join(folder, 'short')), { code: 'store-damaged' });
});

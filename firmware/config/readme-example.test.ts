import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkConfiguration } from './check.ts';
import { factoryConfiguration } from './factory.ts';

const examplesOf = (page: string): readonly unknown[] =>
  readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
    .split('```json\n')
    .slice(1)
    .map((block) => JSON.parse(block.slice(0, block.indexOf('```'))));

test('the settings that README.md shows are taken as they stand', async () => {
  const [example, ...more] = examplesOf('README.md');
  assert.equal(more.length, 0);
  const checked = await checkConfiguration(example);
  assert.ok(checked.ok, JSON.stringify(checked));
  assert.equal(checked.configuration.trunks.length, 2);
  assert.equal(checked.configuration.accounts.length, 2);
});

test('the first settings of npm start are those of the factory', async () => {
  const first = JSON.parse(readFileSync(new URL('../first-start.json', import.meta.url), 'utf8'));
  const checked = await checkConfiguration(first);
  assert.ok(checked.ok, JSON.stringify(checked));
  const factory = await checkConfiguration(factoryConfiguration());
  assert.ok(factory.ok);
  assert.deepEqual(checked.configuration, factory.configuration);
});

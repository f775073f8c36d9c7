import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkConfiguration } from './check.ts';

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

test('the settings of the lab that npm start brings are taken as they stand, and lead to softswitches a and b', async () => {
  const lab = JSON.parse(readFileSync(new URL('../../test/lab/lab.json', import.meta.url), 'utf8'));
  const checked = await checkConfiguration(lab);
  assert.ok(checked.ok, JSON.stringify(checked));
  const { trunks, accounts, lines, network, access } = checked.configuration;
  assert.deepEqual(
    trunks.map(({ id, host, priority }) => [id, host, priority]),
    [
      ['a', '127.0.0.1', 1],
      ['b', '127.0.0.1', 2],
    ],
  );
  assert.deepEqual([accounts.length, lines.length], [4, 6]);
  assert.deepEqual([network.address, access.address], ['127.0.0.1', '127.0.0.1'], 'nobody outside can call or look in');
});

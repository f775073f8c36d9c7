import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalogue } from '../../drivers/catalogue.ts';
import { describe } from './describe.ts';
import { configuration } from './schema.ts';
import { settingsPage } from './settings-page.ts';

test('docs/settings.md is fresh: node --import tsx firmware/config/write-settings-page.ts', () => {
  assert.equal(readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8'), settingsPage());
});

test('every setting has a title and a help text, and every number its limits', () => {
  const all = [configuration, ...Object.values(catalogue).map(({ settings }) => settings)].flatMap((schema) => [
    ...describe(schema),
  ]);
  assert.ok(all.length > 60);
  for (const setting of all) {
    if (setting.path === 'version') continue;
    assert.ok(setting.title.length > 0 && setting.help.length > 0, setting.path);
    if (setting.kind === 'number') assert.ok(setting.min !== undefined && setting.max !== undefined, setting.path);
    if (setting.kind === 'number' && setting.default !== undefined) {
      const value = setting.default as number;
      assert.ok(value >= setting.min! && value <= setting.max!, setting.path);
    }
  }
});

test('a description is plain JSON', () => {
  const all = describe(configuration);
  assert.deepEqual(JSON.parse(JSON.stringify(all)), all);
  assert.deepEqual(
    all.find(({ path }) => path === 'trunks/*/silenceBudgetMs'),
    {
      path: 'trunks/*/silenceBudgetMs',
      kind: 'number',
      title: 'Silence budget',
      help: 'Without any answer for this long the next softswitch is tried beside this one.',
      unit: 'ms',
      default: 1200,
      min: 300,
      max: 32000,
    },
  );
  assert.equal(all.find(({ path }) => path === 'accounts/*/password')?.secret, true);
});

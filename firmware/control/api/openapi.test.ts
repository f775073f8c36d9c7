import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openApi, openApiText } from './openapi.ts';

test('docs/openapi.json is fresh: node --import tsx firmware/control/api/write-openapi.ts', () => {
  assert.equal(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'), openApiText());
});

test('every schema that is named is there', () => {
  const { components } = openApi() as { components: { schemas: Record<string, unknown> } };
  const named = [...openApiText().matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
  assert.ok(named.length > 20);
  for (const name of named) assert.ok(name in components.schemas, name);
});

test('each route says what it takes, from whom, and how it refuses', () => {
  const { paths } = openApi() as { paths: Record<string, Record<string, Record<string, unknown>>> };
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, said]) => [`${method} ${path}`, said] as const),
  );
  assert.equal(all.length, 19);
  for (const [name, said] of all) {
    assert.ok('default' in (said['responses'] as object), name);
    assert.equal('requestBody' in said, /^(post|put)/.test(name), name);
    assert.equal((said['security'] as unknown[]).length, name.endsWith('/api/session') ? 0 : 1, name);
    const parameters = (said['parameters'] as { name: string; in: string }[]).filter((each) => each.in === 'path');
    assert.equal(parameters.length, name.split('{').length - 1, name);
  }
});

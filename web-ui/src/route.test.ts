import assert from 'node:assert/strict';
import { test } from 'node:test';

type Module = { readonly route: { readonly value: { readonly parts: readonly string[] } } };

test('an address that was mistyped is a place that is not there, and not the end of the page', async () => {
  Object.assign(globalThis, { location: { hash: '#/settings/lines/line%2F1/50%' }, addEventListener: () => {} });
  // by its address: the compiler of the tests knows no browser
  const { route } = (await import(new URL('route.ts', import.meta.url).href)) as Module;
  assert.deepEqual(route.value.parts, ['settings', 'lines', 'line/1', '50%']);
});

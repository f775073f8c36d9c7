import assert from 'node:assert/strict';
import { test } from 'node:test';

type Live = { readonly startLive: (ask: () => Promise<void>) => void; readonly stopLive: () => void };

/** What the page reads of its browser at the start, as far as the stream needs it. */
const page = { hidden: true };

test('a stream that broke leaves nobody listening for its end', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  Object.assign(globalThis, { document: page });
  // by its address: the compiler of the tests knows no browser
  const { startLive, stopLive } = (await import(new URL('live.ts', import.meta.url).href)) as Live;
  let [added, removed, opened] = [0, 0, 0];
  const [add, remove] = [AbortSignal.prototype.addEventListener, AbortSignal.prototype.removeEventListener];
  t.mock.method(AbortSignal.prototype, 'addEventListener', function (this: AbortSignal, ...args: unknown[]) {
    added++;
    return Reflect.apply(add, this, args) as unknown;
  });
  t.mock.method(AbortSignal.prototype, 'removeEventListener', function (this: AbortSignal, ...args: unknown[]) {
    removed++;
    return Reflect.apply(remove, this, args) as unknown;
  });
  t.mock.method(globalThis, 'fetch', async () => {
    opened++;
    throw new Error('no way to the box');
  });
  startLive(async () => {});
  for (let turn = 0; turn < 60 && opened < 5; turn++) {
    t.mock.timers.tick(4000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stopLive();
  assert.ok(opened >= 5, `opened ${opened} times`);
  assert.ok(added > 0 && added - removed <= 1, `${added} began to listen, ${removed} ended`);
});

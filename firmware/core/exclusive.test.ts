import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Exclusive } from './exclusive.ts';

it('runs one at a time in order, and goes on after a failure', async () => {
  const exclusive = new Exclusive();
  const order: string[] = [];
  let release = () => {};
  const first = exclusive.run(async () => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    order.push('first');
    throw new Error('planted');
  });
  const second = exclusive.run(async () => order.push('second'));
  await Promise.resolve();
  release();
  await assert.rejects(first, /planted/);
  await second;
  await exclusive.idle();
  assert.deepEqual(order, ['first', 'second']);
});

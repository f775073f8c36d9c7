import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { TestClock } from '../../core/test-clock.ts';
import type { Doors } from './doors.ts';
import { LiveFeed } from './live-feed.ts';

test('a stream that has ended and whose reader does not read is written to no more, and hurts nobody', async () => {
  const clock = new TestClock();
  let change = (): void => {};
  const status = {
    view: () => ({}),
    onChange: (listener: () => void) => {
      change = listener;
      return () => {};
    },
  } as unknown as Doors['status'];
  const feed = new LiveFeed(status, clock);
  // nobody takes what it says, so that it ends and does not close
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const errors: unknown[] = [];
  response.on('error', (error) => errors.push(error));
  feed.open(response);
  // the session is over
  response.end();
  change();
  clock.turn(20_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(errors, []);
  feed.close();
});

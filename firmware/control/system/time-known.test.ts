import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeIsKnown } from './time-known.ts';

const now = Date.UTC(2027, 0, 1);
const having =
  (...paths: string[]) =>
  (path: string) =>
    paths.includes(path);

test('time is known when a time server has answered, or where nobody says whether one has', () => {
  const systemd = '/run/systemd/system';
  assert.equal(timeIsKnown(now, having(systemd, '/run/systemd/timesync/synchronized')), true);
  assert.equal(timeIsKnown(now, having(systemd)), false);
  assert.equal(timeIsKnown(now, having()), true);
});

test('a clock that begins in 1970 is not believed', () => {
  assert.equal(timeIsKnown(5_000, having()), false);
});

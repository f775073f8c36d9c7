import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deathWords, readDeaths } from './plane-deaths.ts';

const death = { id: '7-1', why: 'it was ended by SIGKILL', times: 3 };

test('what was written of deaths is read back; what is damaged counts as nothing', () => {
  assert.deepEqual(readDeaths(JSON.stringify({ control: death })), { control: death });
  assert.deepEqual(readDeaths(JSON.stringify({ control: { ...death, times: '3' }, engine: death })), { engine: death });
  for (const text of ['', '{', 'null', '[]', '7', '{"engine":null}']) assert.deepEqual(readDeaths(text), {}, text);
});

test('how often it came is said where it came more than once', () => {
  assert.equal(deathWords({ ...death, times: 1 }), 'it was ended by SIGKILL');
  assert.equal(deathWords(death), 'it was ended by SIGKILL; 3 times, each within an hour of the one before');
});

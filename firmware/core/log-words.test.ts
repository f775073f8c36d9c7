import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logWords } from './log-words.ts';

const line = (more: object) =>
  logWords(JSON.stringify({ level: 30, time: '2026-01-02T03:04:05.678Z', room: 'control', msg: 'it rings', ...more }));

test('a line is local time, room, sentence and details', () => {
  assert.match(line({ line: 'line/1', ms: 3 }), /^\d\d:04:05 control {4}it rings \(line line\/1, ms 3\)\n$/);
});

test('a fact says everything in its sentence', () => {
  assert.match(line({ fact: 'callBegan', call: 'call/1' }), /it rings\n$/);
});

test('what is wrong stands out, with the error below it', () => {
  assert.match(line({ level: 40 }), /warning: it rings/);
  assert.match(
    line({ level: 50, err: { message: 'm', stack: 'Error: m\n  at x' } }),
    /ERROR it rings\nError: m\n {2}at x\n$/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusView } from '../../firmware/control/status/view.ts';
import { goodStatus } from '../../test/browser/fixture-bodies.ts';
import { sentenceOfAttempt, sentenceOfCause } from './cause.ts';

const status: StatusView = goodStatus;

test('a cause becomes a sentence of its own, but the name of a softswitch stays as it is', () => {
  assert.equal(sentenceOfCause('none of three probes was answered'), 'None of three probes was answered.');
  assert.equal(sentenceOfCause('The password is wrong. Compare it.'), 'The password is wrong. Compare it.');
  assert.equal(sentenceOfCause('primary (10.0.0.1) is busy', status), 'primary (10.0.0.1) is busy.');
  assert.equal(sentenceOfCause('primaries are busy', status), 'Primaries are busy.');
  assert.equal(sentenceOfCause('', status), '');
});

test('an attempt in a list needs no number before it', () => {
  assert.equal(sentenceOfAttempt('2. softswitch b (priority 2): answered'), 'Softswitch b (priority 2): answered.');
  assert.equal(sentenceOfAttempt('Phone 12 rang.'), 'Phone 12 rang.');
});

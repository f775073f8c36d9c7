import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorTable } from '../core/error.ts';
import { errorsPage } from './errors-page.ts';
import { failureTable } from './failure.ts';

test('docs/errors.md is fresh: node --import tsx firmware/control/write-errors-page.ts', () => {
  assert.equal(readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8'), errorsPage());
});

test('every error says what to do or where to look, and every failure has a sentence of its own', () => {
  for (const [code, words] of Object.entries(errorTable)) assert.match(words, /\. .+\.$/, code);
  const sentences = Object.values(failureTable).map(({ sentence }) => sentence);
  assert.equal(new Set(sentences).size, sentences.length);
});

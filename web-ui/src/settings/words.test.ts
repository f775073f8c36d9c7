import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../../../drivers/catalogue.ts';
import { describe } from '../../../firmware/config/describe.ts';
import { configuration } from '../../../firmware/config/schema.ts';
import '../i18n/form.ts';
import { tOr } from '../t.ts';

const ofBox = describe(configuration);
const ofDrivers = Object.values(catalogue).flatMap(({ settings }) => describe(settings));
/** A path as a form has it: below the section, or below the entry of a list. */
const inForm = (path: string): string =>
  path.includes('*/') ? path.slice(path.lastIndexOf('*/') + 2) : path.slice(path.indexOf('/') + 1);
const described = [
  ...ofBox.map((each) => ({ ...each, name: inForm(each.path) })),
  ...ofDrivers.map((each) => ({ ...each, name: each.path })),
];

test('every word that may be chosen stands on the page as a person reads it', () => {
  const bare = described.flatMap(({ path, name, of = [] }) =>
    of
      .map(String)
      .filter((word) => !/^[A-Z0-9-]+$/.test(word) && tOr(`word.${name}.${word}`, tOr(`word.${word}`, '')) === '')
      .map((word) => `${path}: ${word}`),
  );
  assert.deepEqual(bare, []);
});

test('every list of things inside a setting has a title, a help, and a word for one of it', () => {
  const lists = new Set(
    described.flatMap(({ path }) => [...path.matchAll(/^[^*]*\/\*\/(.*)\/\*\//g)].map(([, inside]) => inside!)),
  );
  assert.ok(lists.size >= 7);
  for (const list of lists)
    for (const part of ['', '.each', '.help']) assert.notEqual(tOr(`items.${list}${part}`, ''), '', `${list}${part}`);
});

test('no help speaks of rows of a table of features', () => {
  assert.deepEqual(
    described.filter(({ help }) => /\b[URS][0-9]+\b/.test(help)).map(({ path, help }) => `${path}: ${help}`),
    [],
  );
});

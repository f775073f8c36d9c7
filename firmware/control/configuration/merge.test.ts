import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { merge } from './merge.ts';
import { changedPaths, conflictPaths } from './revision.ts';

const things = [
  { id: 'a', n: 1 },
  { id: 'b', n: 2 },
];

const cases: [what: string, document: unknown, change: unknown, merged: unknown][] = [
  ['a value', { a: 1, b: 2 }, { b: 3 }, { a: 1, b: 3 }],
  ['a new value', { a: 1 }, { b: { c: 1 } }, { a: 1, b: { c: 1 } }],
  ['null removes', { a: 1, b: 2 }, { b: null }, { a: 1 }],
  ['null removes below', { a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
  ['a list without ids is replaced', { a: ['x', 'y'] }, { a: ['y'] }, { a: ['y'] }],
  ['things as a list', { t: things }, { t: [{ id: 'b', n: 3 }] }, { t: [things[0], { id: 'b', n: 3 }] }],
  ['things by their id', { t: things }, { t: { b: { n: 3 } } }, { t: [things[0], { id: 'b', n: 3 }] }],
  ['a new thing', { t: things }, { t: [{ id: 'c' }] }, { t: [...things, { id: 'c' }] }],
  ['a new thing by its id', { t: [] }, { t: { c: { n: 1 } } }, { t: [{ id: 'c', n: 1 }] }],
  ['a thing is removed', { t: things }, { t: { a: null } }, { t: [things[1]] }],
  [
    'a hidden secret stays',
    { t: [{ id: 'a', p: 'x' }] },
    { t: [{ id: 'a', p: { secret: true } }] },
    { t: [{ id: 'a', p: 'x' }] },
  ],
  ['a hidden secret that there is none of', {}, { p: { secret: true } }, {}],
];

for (const [what, document, change, merged] of cases) {
  test(`merge: ${what}`, () => {
    const before = structuredClone(document);
    assert.deepEqual(merge(document, change), merged);
    assert.deepEqual(document, before);
  });
}

test('a key named like the prototype is only a key', () => {
  const merged = merge({}, JSON.parse('{"__proto__":{"polluted":true}}')) as Record<string, unknown>;
  assert.deepEqual(Object.keys(merged), ['__proto__']);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.equal(merged['polluted'], undefined);
});

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(fc.integer(), fc.string(), fc.boolean(), tie('object')),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { maxKeys: 4, noNullPrototype: true }),
}))['object'];

test('a document merged into itself is itself, and twice the same change is once', () => {
  fc.assert(
    fc.property(value, value, (document, change) => {
      assert.deepEqual(merge(document, document), document);
      const once = merge(document, change);
      assert.deepEqual(merge(once, change), once);
    }),
  );
});

test('changed paths: none for the same, and each lies where the change is', () => {
  fc.assert(
    fc.property(value, value, (document, change) => {
      assert.deepEqual(changedPaths(document, document), []);
      const paths = changedPaths(document, merge(document, change));
      const names = new Set(Object.keys(change as object));
      assert.ok(paths.every((path) => names.has(path.split('/')[0]!)));
    }),
  );
});

test('conflicts: the same value, a part and its whole; not what lies beside', () => {
  const base = { a: { b: 1, c: 1 }, t: things };
  const standing = { a: { b: 2, c: 1 }, t: [things[0]] };
  const conflict = (change: unknown) => conflictPaths(base, standing, merge(base, change));
  assert.deepEqual(conflict({ a: { b: 3 } }), ['a/b']);
  assert.deepEqual(conflict({ a: { c: 3 } }), []);
  assert.deepEqual(conflict({ a: null }), ['a']);
  const fresh = (theirs: unknown, mine: unknown) =>
    conflictPaths({ t: things }, { t: things, a: theirs }, { t: things, a: mine });
  assert.deepEqual(fresh({ b: 1 }, { c: 1 }), [], 'in a section where nothing was set before');
  assert.deepEqual(fresh({ b: 1 }, { b: 2, c: 1 }), ['a/b']);
  assert.deepEqual(conflict({ t: { b: { n: 5 } } }), ['t/b/n']);
  assert.deepEqual(conflict({ t: { a: { n: 5 } } }), []);
});

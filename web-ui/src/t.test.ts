import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { takeEvents } from './event-stream.ts';
import './i18n/form.ts';
import './i18n/settings.ts';
import { plural, t, tOr } from './t.ts';
import { clockOf, dayWords, lengthWords, momentWords } from './time.ts';

const here = new URL('.', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, here), 'utf8');
/** Tables of words by name: `first`, and one for each part of the page. */
const tables = new Map(
  readdirSync(new URL('i18n/en', here)).map((file) => [file.replace('.json', ''), textOf(`i18n/en/${file}`)]),
);
const wordsOf = (source: string): Record<string, string> => JSON.parse(source);

test('words are filled in, and one that is missing is seen', () => {
  assert.equal(t('settings.add', { thing: 'line' }), 'Add line');
  assert.equal(t('settings.add'), 'Add {thing}');
});

test('counts take the plural of the language and are written as it writes numbers', () => {
  assert.equal(plural('time.days', 1), '1 day');
  assert.equal(plural('time.days', 1200), '1,200 days');
});

test('a key that is made at run time falls back to what it was made of', () => {
  assert.equal(tOr('word.fxs', 'fxs'), 'Phone (FXS)');
  assert.equal(tOr('word.someNewKind', 'someNewKind'), 'someNewKind');
});

test('each plural has both forms, no text is empty, and no key stands twice', () => {
  const keys = [...tables.values()].flatMap((source) => [...source.matchAll(/^\s*"([^"]+)":/gm)].map(([, key]) => key));
  assert.ok(keys.length > 400);
  assert.equal(new Set(keys).size, keys.length);
  for (const table of [...tables.values()].map(wordsOf))
    for (const [key, text] of Object.entries(table)) {
      assert.notEqual(text.trim(), '', key);
      if (key.endsWith('.one')) assert.ok(`${key.slice(0, -4)}.other` in table, key);
      if (key.endsWith('.other')) assert.ok(`${key.slice(0, -6)}.one` in table, key);
    }
});

test('whoever uses a word of a part of the page brings its table, and the first load brings none', () => {
  const sources = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.tsx?$/.test(path) && !path.includes('.test.') && !path.startsWith('i18n/'),
  );
  const users = new Map([...tables.keys()].map((name) => [name, 0]));
  for (const path of sources) {
    const source = textOf(path);
    const used = new Set([...source.matchAll(/\b(?:t|tOr|plural)\(\s*['`]([\w.]+)/g)].map(([, key]) => key!));
    for (const [name, table] of tables) {
      const keys = Object.keys(wordsOf(table));
      const uses = [...used].some((key) =>
        keys.some((one) => one === key || (key.endsWith('.') && one.startsWith(key)) || one === `${key}.other`),
      );
      if (!uses) continue;
      users.set(name, users.get(name)! + 1);
      assert.ok(name === 'first' || source.includes(`i18n/${name}.ts'`), `${path} uses words of ${name}.json`);
    }
  }
  assert.deepEqual(
    [...users].filter(([, count]) => count === 0),
    [],
  );
  const first = [
    'main.tsx',
    'shell.tsx',
    'kit.ts',
    'operations.ts',
    'page/overview.tsx',
    'page/alarms.tsx',
    'page/sign-in.tsx',
  ];
  for (const path of first) assert.ok(!/^import .*i18n\//m.test(textOf(path)), path);
});

test('lengths as a clock and in words', () => {
  assert.deepEqual([0, 7.9, 187, 3723, -1].map(clockOf), ['0:00', '0:07', '3:07', '1:02:03', '0:00']);
  assert.deepEqual([1, 59, 60, 7200, 200_000].map(lengthWords), [
    '1 second',
    '59 seconds',
    '1 minute',
    '2 hours',
    '2 days',
  ]);
});

test('moments are told from the clock of the box', () => {
  const now = new Date(2027, 2, 16, 14, 30).getTime();
  assert.equal(momentWords(new Date(2027, 2, 16, 9, 5).getTime(), now), '09:05');
  assert.equal(momentWords(new Date(2027, 2, 15, 9, 5).getTime(), now), 'Yesterday, 09:05');
  assert.match(momentWords(new Date(2027, 2, 10, 9, 5).getTime(), now), /^Wed,? 10 Mar, 09:05$/);
  assert.equal(dayWords(now, now), 'Today');
});

test('events come whole out of pieces, comments do not', () => {
  const first = takeEvents(': still there\n\nretry: 2000\n\nevent: status\ndata: {"a":1}\n\nevent: sta');
  assert.deepEqual(first, { events: [{ event: 'status', data: '{"a":1}' }], rest: 'event: sta' });
  const second = takeEvents(`${first.rest}tus\r\ndata: 1\r\ndata: 2\r\n\r\n`);
  assert.deepEqual(second, { events: [{ event: 'status', data: '1\n2' }], rest: '' });
});

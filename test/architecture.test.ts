import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { allModules, analyse, type Module, projectRoot, readSource } from './architecture/modules.ts';
import { rules } from './architecture/rules.ts';

const project = allModules();

const withPlanted = (path: string, source: string): Map<string, Module> =>
  new Map(project).set(path, analyse(path, source));

for (const rule of rules) {
  test(`rule ${rule.name}`, () => {
    assert.deepEqual(rule.check(project), []);
  });

  test(`planted violations of rule ${rule.name} are found`, () => {
    assert.ok(rule.planted.length > 0, 'a rule without a planted violation proves nothing');
    for (const { path, source, breaks } of rule.planted) {
      const found = rule.check(withPlanted(path, source));
      assert.ok(
        found.some((violation) => violation.includes(path) && violation.includes(breaks)),
        `${path}: ${source}\nwas not found; found: ${found.join('; ')}`,
      );
    }
  });
}

test('all eight rules of the design are here', () => {
  const numbers = new Set(rules.map(({ name }) => Number.parseInt(name, 10)).filter((number) => !Number.isNaN(number)));
  assert.deepEqual([...numbers].sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('the checker sees imports of every form', () => {
  const source = `import a from 'a'; import type { B } from './b.ts'; import { type C } from './c.ts';
    import { type D, d } from './d.ts'; import './e.ts'; export { f } from './f.ts'; export type { G } from './g.ts';
    export * from './h.ts'; const i = await import('./i.ts'); const j = await import(\`./j/\${i}/k.ts\`);
    type L = import('./l.ts').L;`;
  const seen = analyse('x/y.ts', source).imports.map(
    ({ to, typeOnly, dynamic }) => `${to}${typeOnly ? ' type' : ''}${dynamic ? ' late' : ''}`,
  );
  const expected = [
    'a',
    'x/b.ts type',
    'x/c.ts type',
    'x/d.ts',
    'x/e.ts',
    'x/f.ts',
    'x/g.ts type',
    'x/h.ts',
    'x/i.ts late',
    'x/j/*/k.ts late',
    'x/l.ts type',
  ];
  assert.deepEqual(seen, expected);
});

test('names that only look like timers are left alone', () => {
  const { globals } = analyse('x.ts', 'const a = { setTimeout: 1 }; a.setTimeout; class B { setInterval() {} }');
  assert.deepEqual([...globals], []);
});

// ── folders ────────────────────────────────────────────────────────────────────────────────────

const TOP = new Set([
  ...['firmware', 'drivers', 'web-ui', 'image', 'test', 'docs', '.ci'],
  ...[
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'biome.json',
    '.npmrc',
    '.gitignore',
  ],
]);
const TEST_FOLDERS = new Set([
  ...['scenario', 'interop', 'fake', 'lab', 'torture', 'fuzz', 'power', 'bench', 'browser', 'qemu'],
  ...['peer', 'architecture'],
]);
const FIRMWARE_FOLDERS = new Set([
  'core',
  'config',
  'store',
  'profiles',
  'engine-protocol',
  'engine',
  'control',
  'supervisor',
]);

/** What is wrong with where files stand. */
const misplaced = (paths: readonly string[]): string[] =>
  paths.flatMap((path) => {
    const [top = '', second = '', third] = path.split('/');
    if (!TOP.has(top)) return [`${path}: ${top} is no name of the top level`];
    if (top === 'test' && third !== undefined && !TEST_FOLDERS.has(second)) return [`${path}: no such folder of tests`];
    if (top === 'firmware' && third !== undefined && !FIRMWARE_FOLDERS.has(second)) return [`${path}: no such room`];
    return [];
  });

const tracked = (): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: projectRoot,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((path) => path !== '');

test('files stand in the folders of the design, and a misplaced one is found', () => {
  assert.deepEqual(misplaced(tracked()), []);
  assert.equal(misplaced(['notes.txt', 'src/x.ts', 'test/helpers/x.ts', 'firmware/shared/x.ts']).length, 4);
});

test('kernels are left out of the main compiler', () => {
  const { exclude } = JSON.parse(readSource('tsconfig.json')) as { exclude: string[] };
  assert.ok(exclude.includes('firmware/engine/kernel'));
});

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { buildPage } from '../web-ui/build.ts';

// node --import tsx firmware/build.ts [FOLDER] [--without api] [--without lab]
const { values: asked, positionals } = parseArgs({
  options: { without: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});
/** What may be left out of a build, and where the rest asks for it at run time. */
const FACES: Readonly<Record<string, string>> = { api: './api/face.ts' };
/** What only `npm start` and tests need: softswitches to call, and what commands them. */
const LAB = { lab: 'test/lab/main.ts', softswitch: 'test/fake/softswitch/main.ts' } as const;
const leavable = [...Object.keys(FACES), 'lab'];
const unknown = asked.without.filter((name) => !leavable.includes(name));
if (unknown.length > 0) {
  console.error(`Cannot build without ${unknown.join(', ')}; what may be left out is ${leavable.join(', ')}.`);
  process.exit(1);
}
const without = asked.without.flatMap((name) => FACES[name] ?? []);

/** The bundles of `dist/` and the files they begin at. */
const entries = {
  main: 'firmware/main.ts',
  engine: 'firmware/engine/main.ts',
  control: 'firmware/control/main.ts',
  certificate: 'firmware/control/api/certificate-maker.ts',
  bench: 'drivers/simulated/command-line.ts',
  ...(asked.without.includes('lab') ? {} : LAB),
};

const root = fileURLToPath(new URL('..', import.meta.url));

/** Names the build in the protocol between the planes: commit and time. */
const buildId = (): string => {
  const time = new Date().toISOString().replace(/\.\d+/, '');
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed} ${time}`;
  } catch {
    return `unversioned ${time}`;
  }
};

// packages written for CommonJS ask for `require`, which an ES module does not have
const requireForCommonJs =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const missing = Object.values(entries).filter((path) => !existsSync(`${root}${path}`));
if (missing.length > 0) {
  console.error(`Cannot build: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`);
  process.exit(1);
}

/** `dist/`, or the folder named on the command line. */
const outdir = positionals[0] ?? `${root}dist`;
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { ...entries },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  external: without,
  target: 'node20',
  sourcemap: 'external',
  legalComments: 'eof',
  chunkNames: 'part/[name]-[hash]',
  banner: { js: requireForCommonJs },
  define: { HOLDFAST_BUILD: JSON.stringify(buildId()) },
  logLevel: 'warning',
}).catch(() => process.exit(1)); // esbuild has said what is wrong
// what the box says in words stands beside its bundles, a folder a language
cpSync(`${root}firmware/profiles/sentence`, `${outdir}/sentence`, {
  recursive: true,
  filter: (path) => !basename(path).includes('.') || path.endsWith('.wav'),
});
if (!asked.without.includes('api')) {
  await buildPage(`${outdir}/web`).catch(() => process.exit(1));
  cpSync(`${root}docs/openapi.json`, `${outdir}/openapi.json`);
}
// the bundles are ES modules wherever they are copied
writeFileSync(`${outdir}/package.json`, '{ "type": "module" }\n');

import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The bundles of `dist/` and the files they begin at. */
const entries = {
  main: 'firmware/main.ts',
  engine: 'firmware/engine/main.ts',
  control: 'firmware/control/main.ts',
  bench: 'drivers/simulated/command-line.ts',
} as const;

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
const outdir = process.argv[2] ?? `${root}dist`;
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { ...entries },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'external',
  legalComments: 'eof',
  chunkNames: 'part/[name]-[hash]',
  banner: { js: requireForCommonJs },
  define: { HOLDFAST_BUILD: JSON.stringify(buildId()) },
  logLevel: 'warning',
}).catch(() => process.exit(1)); // esbuild has said what is wrong
// the bundles are ES modules wherever they are copied
writeFileSync(`${outdir}/package.json`, '{ "type": "module" }\n');

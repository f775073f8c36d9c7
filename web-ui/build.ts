import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Runs in the audio thread of a browser, which loads it by its address: it cannot be a chunk of the page. */
const WORKLET = 'src/handset/worklet.ts';

const common: BuildOptions = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome109', 'firefox115', 'safari16'],
  legalComments: 'none',
  // compiled while it comes, in a thread that does not draw (V8, explicit compile hints)
  banner: { js: '//# allFunctionsCalledOnLoad' },
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  metafile: true,
  logLevel: 'warning',
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** What was made of an entry: its file, and the files that it always loads. */
type Made = { readonly file: string; readonly needs: readonly string[] };

const bundle = async (entries: readonly string[], options: BuildOptions): Promise<ReadonlyMap<string, Made>> => {
  const { metafile } = await build({ ...common, ...options, entryPoints: [...entries] });
  const made = Object.entries(metafile!.outputs).flatMap(([path, { entryPoint, imports }]) => {
    const needs = imports.filter(({ kind }) => kind === 'import-statement').map((each) => nameOf(each.path));
    return entryPoint === undefined ? [] : [[entryPoint, { file: nameOf(path), needs }] as const];
  });
  return new Map(made);
};

/** Asked for together with the script that needs it, not after it. */
const preload = (name: string): string => `<link rel="modulepreload" href="/${name}">`;

/**
 * Builds the page into `outdir`: `index.html`, scripts and styles with a hash in their names, and each of them
 * compressed beside it (`.gz`), so that the box compresses nothing.
 */
export const buildPage = async (outdir: string): Promise<void> => {
  mkdirSync(outdir, { recursive: true });
  const worklets = existsSync(join(here, WORKLET)) ? await bundle([WORKLET], { outdir }) : new Map<string, Made>();
  const made = await bundle(['src/main.tsx', 'src/style.css'], {
    outdir,
    splitting: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { HANDSET_WORKLET: JSON.stringify(`/${worklets.get(WORKLET)?.file ?? ''}`) },
  });
  const main = made.get('src/main.tsx')!;
  const html = readFileSync(join(here, 'index.html'), 'utf8')
    .replace('SCRIPT', `/${main.file}`)
    .replace('STYLE', `/${made.get('src/style.css')!.file}`)
    .replace('</head>', `${main.needs.map(preload).join('')}</head>`)
    .replace(/>\s+</g, '><');
  writeFileSync(join(outdir, 'index.html'), html);
  writeFileSync(join(outdir, 'icon.svg'), readFileSync(join(here, 'icon.svg')));
  for (const name of readdirSync(outdir).filter((each) => /\.(html|js|css|svg)$/.test(each)))
    writeFileSync(join(outdir, `${name}.gz`), gzipSync(readFileSync(join(outdir, name)), { level: 9 }));
};

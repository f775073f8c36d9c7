import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

describe('the engine’s bundle', () => {
  it('holds one package, the logger, and what that needs', async () => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL('./main.ts', import.meta.url))],
      outdir: 'nowhere',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const packages = Object.keys(metafile.inputs).flatMap(
      (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    );
    assert.ok(packages.includes('pino'));
    for (const heavy of ['valibot', 'lowdb'])
      assert.ok(!packages.includes(heavy), `${heavy} costs memory and is not used`);
  });
});

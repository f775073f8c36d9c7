import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BenchClient } from '../../drivers/simulated/bench-client.ts';
import { EngineConnection, type EngineUnderTest } from '../engine-protocol/conformance.ts';
import type { Hardware } from '../engine-protocol/hardware.ts';
import { profile } from '../profiles/countries/us.ts';

/** Two phones and an exchange line of a simulated card, with the tones of the US profile. */
export const simulatedHardware = (bench: string, rtpFirst: number, settings: object = {}): Hardware => ({
  cards: [{ id: 'simulated', driver: 'simulated', settings: { phones: 2, exchangeLines: 1, bench, ...settings } }],
  lines: [
    { id: 'line/1', card: 'simulated', port: 'phone/1', kind: 'fxs', timing: profile.fxs },
    { id: 'line/2', card: 'simulated', port: 'phone/2', kind: 'fxs', timing: profile.fxs },
    { id: 'line/9', card: 'simulated', port: 'exchange/1', kind: 'fxo', timing: profile.fxo },
  ],
  tones: profile.tones,
  rings: profile.rings,
  rtpPorts: [rtpFirst, rtpFirst + 99],
});

export type TestEngine = EngineUnderTest & {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly worked: readonly number[];
  bench(): Promise<BenchClient>;
};

let rtpFirst = 21000 + (process.pid % 100) * 100;

const bundleIn = async (folder: string): Promise<string> => {
  await build({
    entryPoints: { engine: fileURLToPath(new URL('./main.ts', import.meta.url)) },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return join(folder, 'engine.mjs');
};

let bundle: Promise<string> | undefined;
const bundleFolder = join(tmpdir(), `engine-bundle-${process.pid}`);
process.once('exit', () => rmSync(bundleFolder, { recursive: true, force: true }));

/** The real engine process, bundled once for all tests of a file (it starts in a tenth of the time), on simulated lines, in a folder of its own. */
export const startEngine = async (settings: object = {}): Promise<TestEngine> => {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const socket = join(folder, 'engine.sock');
  const benchPath = join(folder, 'bench.sock');
  const worked: number[] = [];
  bundle ??= bundleIn(bundleFolder);
  const child = fork(await bundle, ['--socket', socket, '--build', 'test'], {
    execArgv: [],
    env: { ...process.env, HOLDFAST_LOG: process.env['HOLDFAST_LOG'] ?? 'error' },
  });
  child.on('message', (message: { work: number }) => worked.push(message.work));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await listening(socket);
  let bench: BenchClient | undefined;
  const openBench = async () => {
    bench ??= await BenchClient.connect(benchPath);
    return bench;
  };
  rtpFirst += 100;
  return {
    child,
    folder,
    worked,
    hardware: simulatedHardware(benchPath, rtpFirst, settings),
    connect: () => EngineConnection.connect(socket),
    bench: openBench,
    lift: async (line) => void (await (await openBench()).lift(line.replace('line', 'phone'))),
    hangUp: async (line) => void (await (await openBench()).hangUp(line.replace('line', 'phone'))),
    stop: async () => {
      bench?.close();
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const listening = async (socket: string): Promise<void> => {
  for (let tries = 0; ; tries++) {
    try {
      const probe = await EngineConnection.connect(socket);
      await probe.close();
      return;
    } catch (error) {
      if (tries > 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
};

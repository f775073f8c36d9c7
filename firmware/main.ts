import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from './core/clock.ts';
import { SETTINGS_REFUSED } from './core/error.ts';
import { openLog } from './core/log.ts';
import { DEATHS_FILE } from './core/plane-deaths.ts';
import { Deaths } from './supervisor/deaths.ts';
import { HeldSockets } from './supervisor/held-sockets.ts';
import { readOptions } from './supervisor/options.ts';
import { Plane, type PlaneName } from './supervisor/plane.ts';
import { ENGINE_FLAGS, engineScheduling, NODE_FLAGS, raisePriority } from './supervisor/scheduling.ts';

/** Put in by the bundler; what was not bundled names no build. */
declare const HOLDFAST_BUILD: string | undefined;
const build = typeof HOLDFAST_BUILD === 'string' ? HOLDFAST_BUILD : 'unbuilt';

/** Starts both planes and keeps them running; under systemd two units do this work. */
const options = readOptions(process.argv.slice(2));
const [data, run] = [resolve(options.data), resolve(options.run)];
const bundles = dirname(fileURLToPath(import.meta.url));
const log = openLog('supervisor');

const writeWhole = (name: string, text: string): void => {
  const path = join(run, name);
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
};

const writePlanes = (): void =>
  writeWhole('planes.json', JSON.stringify({ supervisor: process.pid, engine: engine.pid, control: control.pid }));

mkdirSync(data, { recursive: true, mode: 0o700 });
mkdirSync(run, { recursive: true, mode: 0o700 });
rmSync(join(run, 'ready'), { force: true });
rmSync(join(run, DEATHS_FILE), { force: true });

const deaths = new Deaths(`${process.pid}-${Math.round(systemClock.wall())}`);
const noteDeath = (plane: PlaneName) => (why: string) => {
  deaths.add(plane, why, systemClock.now());
  writeWhole(DEATHS_FILE, JSON.stringify(deaths.all));
};

const engineSocket = join(run, 'engine.sock');
const given = (name: string, path: string | undefined): string[] => (path ? [`--${name}`, resolve(path)] : []);
const seed = given('configuration', options.configuration);
const page = [...given('web', options.web), ...given('lab', options.lab)];
const sockets = new HeldSockets(systemClock, log);
const watched = { clock: systemClock, log, onChange: () => writePlanes() };

const engine: Plane = new Plane({
  ...watched,
  name: 'engine',
  command: [
    ...engineScheduling(log),
    process.execPath,
    ...ENGINE_FLAGS,
    join(bundles, 'engine.js'),
    '--socket',
    engineSocket,
  ] as unknown as readonly [string, ...string[]],
  onReady: () => {},
  onDied: () => {},
  onDeath: noteDeath('engine'),
  onRefused: () => void end(SETTINGS_REFUSED),
});
const control: Plane = new Plane({
  ...watched,
  name: 'control',
  command: [
    process.execPath,
    ...NODE_FLAGS,
    join(bundles, 'control.js'),
    '--data',
    data,
    '--run',
    run,
    '--engine',
    engineSocket,
    ...seed,
    ...page,
  ],
  onReady: () => {
    sockets.planeReady();
    writeWhole('ready', `${new Date().toISOString()}\n`);
  },
  onRestartAsked: (plane) => (plane === 'engine' ? engine : control).restart(),
  onSocket: (word, answer) => sockets.heard(word, answer),
  onDied: () => {
    sockets.planeGone();
    rmSync(join(run, 'ready'), { force: true });
  },
  onDeath: noteDeath('control'),
  onRefused: () => void end(SETTINGS_REFUSED),
});

let ending = false;
const end = async (code: number): Promise<void> => {
  if (ending) return;
  ending = true;
  if (code === 0) log.info({}, 'ends calls, unregisters, and stops');
  else log.error({}, 'stops: the settings must be mended first, as the control plane says above');
  engine.leave();
  await control.stop();
  await engine.stop();
  sockets.close();
  rmSync(join(run, 'ready'), { force: true });
  log.info({}, 'stopped');
  process.exit(code);
};
process.on('SIGTERM', () => void end(0));
process.on('SIGINT', () => void end(0));
// the terminal was closed
process.on('SIGHUP', () => void end(0));

log.info({ build, data, run }, 'Holdfast starts; Ctrl-C stops it');
raisePriority(log);
engine.start();
control.start();

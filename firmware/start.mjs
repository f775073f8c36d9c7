import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build, ensurePackages, root } from './setup.mjs';

// `npm start`: installs what is missing, builds, and runs the gateway on simulated lines.
// Words after `--` go to the gateway: npm start -- --configuration FILE
// Without such a file the first settings are those of `first-start.json`: the factory's, with a bench to play the phones.

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(`Holdfast needs Node 20 or later; this is ${process.versions.node}.`);
  process.exit(1);
}

ensurePackages();
console.log('Building the gateway into dist/.');
if (!build()) {
  console.error('The gateway could not be built; see above.');
  process.exit(1);
}

const given = process.argv.slice(2);
const isGiven = (name) => given.some((word) => word === name || word.startsWith(`${name}=`));
const run =
  parseArgs({ args: given, options: { run: { type: 'string' } }, strict: false }).values.run ?? `${root}var/run`;
const bench = resolve(run, 'bench.sock');

/** Writes the first settings: those of the factory, with a bench by which the phones can be played. */
const firstSettings = () => {
  const settings = JSON.parse(readFileSync(`${root}firmware/first-start.json`, 'utf8'));
  settings.cards[0].settings.bench = bench;
  mkdirSync(run, { recursive: true, mode: 0o700 });
  const path = resolve(run, 'first-settings.json');
  writeFileSync(path, JSON.stringify(settings, undefined, 2));
  return path;
};

const defaults = [
  ['--data', `${root}var/data`],
  ['--run', `${root}var/run`],
  ['--configuration', isGiven('--configuration') ? '' : firstSettings()],
];
const words = [...defaults.filter(([name]) => !isGiven(name)).flat(), ...given];
// lines for the eye; HOLDFAST_LOG_FORM=json gives them as the box writes them for its journal
process.env.HOLDFAST_LOG_FORM ??= 'words';
console.log(`Starting the gateway: node dist/main.js ${words.join(' ')}`);
if (!isGiven('--configuration')) {
  console.log('Lift a phone from another shell: node dist/bench.js', relative(process.cwd(), bench), 'lift phone/1');
}
// in this process, so that signals reach the supervisor directly
process.argv = [process.execPath, `${root}dist/main.js`, ...words];
await import(pathToFileURL(process.argv[1]).href);

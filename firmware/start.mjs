import { pathToFileURL } from 'node:url';
import { build, ensurePackages, root } from './setup.mjs';

// `npm start`: installs what is missing, builds, and runs the gateway on simulated lines.
// Words after `--` go to the gateway: npm start -- --configuration FILE

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
const defaults = [
  ['--data', `${root}var/data`],
  ['--run', `${root}var/run`],
];
const words = [...defaults.filter(([name]) => !given.includes(name)).flat(), ...given];
console.log(`Starting the gateway: node dist/main.js ${words.join(' ')}`);
// in this process, so that signals reach the supervisor directly
process.argv = [process.execPath, `${root}dist/main.js`, ...words];
await import(pathToFileURL(process.argv[1]).href);

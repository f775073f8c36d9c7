import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const packagesOf = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
};

/** What makes `node_modules` differ from `package-lock.json`, in words; `undefined` if nothing does. */
export const staleReason = (folder) => {
  const wanted = packagesOf(`${folder}/package-lock.json`) ?? {};
  const installed = packagesOf(`${folder}/node_modules/.package-lock.json`);
  if (installed === undefined) return 'no packages are installed yet';
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = installed[path]?.version;
    // packages for other processors and systems are not installed
    if (found !== version && !(optional && found === undefined)) return `${path} should be ${version}, not ${found}`;
  }
  return undefined;
};

/** Installs the packages of `package-lock.json` unless they are there already, and says so. */
export const ensurePackages = () => {
  const reason = staleReason(root);
  if (reason === undefined) return;
  console.log(`Installing packages by "npm install --no-save": ${reason}.`);
  // not "npm ci": it refuses a lock file that lacks packages for other systems, which not every registry carries
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', words, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.error('The packages could not be installed; see the lines of npm above.');
    process.exit(1);
  }
};

/** Runs one of the project's own steps; its output is shown. True if it succeeded. */
export const runStep = (command, args) =>
  spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;

/** Builds the bundles into `folder`. */
export const build = (folder = `${root}dist`) =>
  runStep(process.execPath, ['--import', 'tsx', 'firmware/build.ts', folder]);

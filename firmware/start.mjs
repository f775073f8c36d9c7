import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build, ensurePackages, root } from './setup.mjs';

// `npm start`: installs what is missing, builds, and runs the gateway on simulated lines, with a lab of two softswitches
// to call through. Words after `--` go to the gateway; with settings of your own there is no lab:
// npm start -- --configuration FILE

/** Says what is wrong and what to do, and ends. */
const refuse = (sentence) => {
  console.error(sentence);
  process.exit(1);
};

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) refuse(`Holdfast needs Node 20 or later; this is ${process.versions.node}.`);

const given = process.argv.slice(2);
const isGiven = (name) => given.some((word) => word === name || word.startsWith(`${name}=`));
const withLab = !isGiven('--configuration');
const folder = `${root}var/${withLab ? 'lab/' : ''}`;
const options = { data: { type: 'string' }, run: { type: 'string' } };
const { data = `${folder}data`, run = `${folder}run` } = parseArgs({ args: given, options, strict: false }).values;
const [bench, labSocket] = ['bench.sock', 'lab.sock'].map((name) => resolve(run, name));

/** The settings of the lab with the bench, by which phones can be played, in the folder of this run. */
const labSettings = () => {
  const settings = JSON.parse(readFileSync(`${root}test/lab/lab.json`, 'utf8'));
  settings.cards[0].settings.bench = bench;
  mkdirSync(run, { recursive: true, mode: 0o700 });
  const path = resolve(run, 'first-settings.json');
  writeFileSync(path, JSON.stringify(settings, undefined, 2), { mode: 0o600 });
  return { path, settings };
};

/** Resolves with false when something else has the port. */
const isFree = (kind, host, port) =>
  new Promise((resolve) => {
    const holder = kind === 'udp' ? createSocket('udp4') : createServer();
    holder.once('error', () => resolve(false));
    const free = () => holder.close(() => resolve(true));
    if (kind === 'udp') holder.bind(port, host, free);
    else holder.listen(port, host, free);
  });

/** Resolves with true when something listens there. */
const answers = (host, port) =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    const tell = (is) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => tell(true));
    socket.once('error', () => tell(false));
  });

/**
 * Refuses to start when a port of the lab's settings is taken, before anything is built over what another shell runs.
 * The page and the trunks may have been given other ports since their first start, and say themselves what is wrong.
 */
const checkPorts = async ({ access, network, trunks }) => {
  const first = !existsSync(resolve(data, 'configuration'));
  const ports = [
    ...trunks.map(({ id, host, port }) => ['udp', host, port, `softswitch ${id} of the lab`]),
    ...(first ? trunks.map(({ id, localPort }) => ['udp', network.address, localPort, `calls through ${id}`]) : []),
    ...(first ? [['tcp', access.address, access.httpsPort, 'the page']] : []),
  ];
  for (const [kind, host, port, what] of ports) {
    if (await isFree(kind, host, port)) continue;
    refuse(
      `Port ${port} of ${host}, for ${what}, is taken: perhaps npm start runs already in another shell. ` +
        'End that one, or change the port in test/lab/lab.json and remove var/lab.',
    );
  }
};

/** Starts the lab and waits until its softswitches listen. It ends with this process, whatever ends that. */
const startLab = (settings) =>
  new Promise((done) => {
    rmSync(labSocket, { force: true });
    const words = [`${root}dist/lab.js`, '--run', run, '--settings', settings];
    const lab = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let ready = false;
    lab.on('message', (word) => {
      if (!word.ready) return;
      ready = true;
      // it does not keep this process from ending when the gateway has ended
      lab.unref();
      lab.channel.unref();
      done();
    });
    lab.once('exit', (code) => {
      if (!ready) process.exit(code || 1);
      console.error('The lab has ended: both softswitches are gone. The gateway goes on without them.');
    });
    process.once('exit', () => endLab(lab));
  });

/** Waits, at most 2 s, until the lab has ended its softswitches: nothing is left when this process ends. */
const endLab = (lab) => {
  if (lab.exitCode !== null || lab.signalCode !== null) return;
  lab.removeAllListeners('exit');
  lab.kill('SIGTERM');
  const moment = new Int32Array(new SharedArrayBuffer(4));
  for (let waits = 0; waits < 100 && existsSync(labSocket); waits++) Atomics.wait(moment, 0, 0, 20);
};

/** Says once, when calls are possible, where the page is and what there is to see. */
const sayWhatToDo = ({ access }) => {
  const ready = resolve(run, 'ready');
  rmSync(ready, { force: true });
  const command = `node dist/bench.js ${relative(process.cwd(), bench)}`;
  const look = setInterval(async () => {
    if (!existsSync(ready) || !(await answers(access.address, access.httpsPort))) return;
    clearInterval(look);
    console.log(`
  Page:  https://localhost:${access.httpsPort}   (it signs for itself: the browser asks once whether to trust it)
  The first password stands above, the first time. What to do now:
    1. Sign in, choose a password, lift the handset of a phone and dial 600: you hear yourself.
    2. Freeze softswitch a in the lab and dial 600 again: the call goes through b.
    3. Stop both, let somebody call by the exchange line (in the lab) and let it ring: the mailbox answers. *97 plays the message.
    4. Without a page, from another shell: ${command} lift phone/1
`);
  }, 500);
  look.unref();
};

ensurePackages();
const lab = withLab ? labSettings() : undefined;
if (lab) await checkPorts(lab.settings);
console.log('Building the gateway into dist/.');
if (!build()) refuse('The gateway could not be built; see above.');

const words = [...(isGiven('--data') ? [] : ['--data', data]), ...(isGiven('--run') ? [] : ['--run', run]), ...given];
// lines for the eye; HOLDFAST_LOG_FORM=json gives them as the box writes them for its journal
process.env.HOLDFAST_LOG_FORM ??= 'words';
if (lab) {
  await startLab(lab.path);
  words.push('--configuration', lab.path, '--lab', labSocket);
  sayWhatToDo(lab.settings);
}
console.log(`Starting the gateway: node dist/main.js ${words.join(' ')}`);
// in this process, so that signals reach the supervisor directly
process.argv = [process.execPath, `${root}dist/main.js`, ...words];
await import(pathToFileURL(process.argv[1]).href);

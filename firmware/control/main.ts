import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogue } from '../../drivers/catalogue.ts';
import { systemClock } from '../core/clock.ts';
import { GatewayError, SETTINGS_REFUSED, wordsOf } from '../core/error.ts';
import { openLog } from '../core/log.ts';
import { seedFile } from './configuration/seed-file.ts';
import { readOptions } from './options.ts';
import { ControlPlane } from './plane.ts';
import { activatedSockets } from './sip/transport/activated-sockets.ts';
import { HandedSockets } from './sip/transport/handed-sockets.ts';

/** Put in by the bundler; a plane that was not bundled names no build. */
declare const HOLDFAST_BUILD: string | undefined;
const build = typeof HOLDFAST_BUILD === 'string' ? HOLDFAST_BUILD : 'unbuilt';

/** The control plane as a process: settings in, plane up, words to the supervisor, down in order. */
const log = openLog('control');
const options = readOptions(process.argv.slice(2));
const bundles = dirname(fileURLToPath(import.meta.url));

// Ctrl-C reaches every process of the group; the supervisor ends the planes in their order.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});

/** The supervisor holds the sockets for us; under a service manager its socket unit does. */
const handed =
  process.send === undefined
    ? undefined
    : new HandedSockets({
        send: (word) => void process.send?.(word),
        onMessage: (heard) => void process.on('message', heard),
      });

const begin = async (): Promise<void> => {
  const data = options.data;
  mkdirSync(join(data, 'records'), { recursive: true, mode: 0o700 });
  const plane = await ControlPlane.open({
    data,
    run: options.run,
    engineSocket: options.engine,
    build,
    sentences: join(bundles, 'sentence'),
    drivers: catalogue,
    face: {
      web: options.web ?? join(bundles, 'web'),
      bundles,
      lab: options.lab,
      print: (text) => void process.stdout.write(text),
    },
    clock: systemClock,
    log,
    ...(options.configuration === undefined ? {} : { seed: seedFile(options.configuration) }),
    udpSockets: handed ?? activatedSockets(process.env, process.pid),
    onReady: () => process.send?.({ ready: true }),
    onWork: (work) => process.send?.({ work }),
    ...(process.send === undefined ? {} : { restart: (plane) => void process.send?.({ restart: plane }) }),
  });
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    handed?.keep();
    plane.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the plane could not end in order');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('disconnect', end);
};

begin().catch((error: unknown) => {
  // what a person can mend needs no stack
  log.error(error instanceof GatewayError ? {} : { err: error }, `the control plane cannot start: ${wordsOf(error)}`);
  process.exit(error instanceof GatewayError && error.code === 'setting-refused' ? SETTINGS_REFUSED : 1);
});

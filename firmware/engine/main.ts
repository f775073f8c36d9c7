import { parseArgs } from 'node:util';
import type { LineCardDriver } from '../../drivers/contract/line-card.ts';
import { driverNames } from '../../drivers/names.ts';
import { systemClock } from '../core/clock.ts';
import { GatewayError, wordsOf } from '../core/error.ts';
import { openLog } from '../core/log.ts';
import { Engine } from './engine.ts';

/** Put in by the bundler; what was not bundled names no build. */
declare const HOLDFAST_BUILD: string | undefined;
const build = typeof HOLDFAST_BUILD === 'string' ? HOLDFAST_BUILD : 'unbuilt';

const log = openLog('engine');

/** The only place where drivers are loaded, and each only when a card asks for it. */
const load = async (name: string): Promise<LineCardDriver> => {
  if (!(driverNames as readonly string[]).includes(name)) {
    throw new GatewayError('driver-unknown', `no driver is called ${name}; there are ${driverNames.join(', ')}`);
  }
  const loaded = (await import(`../../drivers/${name}/driver.ts`)) as { readonly driver: LineCardDriver };
  return loaded.driver;
};

const { values } = parseArgs({
  options: { socket: { type: 'string' }, build: { type: 'string', default: build } },
});
if (!values.socket) {
  process.stderr.write('usage: engine --socket PATH [--build ID]\n');
  process.exit(2);
}

const engine = new Engine({
  socket: values.socket,
  build: values.build,
  clock: systemClock,
  log,
  load,
  worked: (work) => process.send?.({ work }),
});

let stopping = false;
const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  await engine.stop();
  process.exit(0);
};
process.on('SIGTERM', () => void stop());
// Ctrl-C reaches every process of a terminal; the supervisor ends them in order.
process.on('SIGINT', () => {});
// The supervisor's channel closes when it dies; the engine then goes on until it is told to end.
process.on('disconnect', () => log.warn({}, 'the supervisor went away'));

try {
  await engine.start();
  log.info({}, 'the engine is ready for the control plane');
} catch (error) {
  log.error({ err: error }, `the engine cannot start: ${wordsOf(error)}`);
  process.exit(1);
}

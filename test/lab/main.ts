import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { LabAct, LabView } from '../../firmware/control/api/wire.ts';
import { services } from '../fake/softswitch/numbers.ts';
import { type Ask, openControlSocket } from './control-socket.ts';
import { LabSoftswitch } from './lab-softswitch.ts';

/**
 * The lab of `npm start`: softswitches a and b as processes of their own, frozen, stopped and told to refuse through
 * `RUN/lab.sock`. Prints a sentence and ends with code 1 when a port is taken.
 *
 *     node dist/lab.js --run DIR --settings test/lab/lab.json [--a HOST:PORT] [--b HOST:PORT]
 */
const { values } = parseArgs({
  options: {
    run: { type: 'string', default: 'var/lab/run' },
    /** The gateway's settings: where its trunks lead, and the accounts. */
    settings: { type: 'string', default: 'test/lab/lab.json' },
    a: { type: 'string' },
    b: { type: 'string' },
  },
});

type Settings = {
  readonly trunks: readonly { readonly id: string; readonly host: string; readonly port: number }[];
  readonly accounts: readonly { readonly user: string; readonly displayName?: string }[];
};

const run = resolve(values.run);
const settings: Settings = JSON.parse(readFileSync(values.settings, 'utf8'));
const RTP_FIRST = 23_000;
const RTP_PORTS = 400;

const placeOf = (id: 'a' | 'b'): { host: string; port: number } => {
  const given = values[id];
  const colon = given?.lastIndexOf(':') ?? -1;
  if (given !== undefined && colon > 0) return { host: given.slice(0, colon), port: Number(given.slice(colon + 1)) };
  const trunk = settings.trunks.find((each) => each.id === id);
  if (trunk === undefined) throw new Error(`${values.settings} has no trunk ${id}; say where it is: --${id} HOST:PORT`);
  return { host: trunk.host, port: trunk.port };
};

const tellParent = (): void => {
  if (process.connected) process.send?.({ softswitches: softswitches.map(({ pid }) => pid) });
};

const softswitches = (['a', 'b'] as const).map(
  (id, index) =>
    new LabSoftswitch(
      {
        ...{ id, ...placeOf(id), accounts: resolve(values.settings), callLog: join(run, `softswitch-${id}.ndjson`) },
        // as it is outside: an older softswitch, and one that asks for more
        algorithm: id === 'a' ? 'MD5' : 'SHA-256',
        rtpFirst: RTP_FIRST + index * RTP_PORTS,
        rtpLast: RTP_FIRST + (index + 1) * RTP_PORTS - 1,
      },
      tellParent,
    ),
);

const numbers = [
  ...services.map(({ number, does }) => ({ number, does })),
  ...settings.accounts.map(({ user, displayName }) => ({
    number: user,
    does: `${displayName ?? user}, by way of the softswitch.`,
  })),
];
const view = (): LabView => ({ softswitches: softswitches.map((each) => each.view), numbers });

const act = async ({ softswitch: id, does }: LabAct): Promise<void> => {
  const softswitch = softswitches.find(({ options }) => options.id === id);
  if (softswitch === undefined) throw new Error(`The lab has no softswitch ${id}; it has a and b.`);
  await softswitch[does]();
};

/** What changes a softswitch is done one after the other, whoever asks; a view waits for nothing. */
let turn: Promise<unknown> = Promise.resolve();
const perform = async (ask: Ask): Promise<LabView> => {
  if (ask.do === 'act') {
    const done = turn.then(() => act(ask));
    turn = done.catch(() => {});
    await done;
  }
  return view();
};

const socket = join(run, 'lab.sock');
let ending = false;
const end = async (code: number): Promise<void> => {
  if (ending) return;
  ending = true;
  await Promise.all(softswitches.map((softswitch) => softswitch.stop()));
  // the last thing to go: whoever waits for the end of the lab waits for this
  rmSync(socket, { force: true });
  process.exit(code);
};
process.on('SIGTERM', () => void end(0));
// Ctrl-C reaches every process of the group: a lab with a parent ends when that has ended its calls
process.on('SIGINT', () => process.channel ?? void end(0));
process.on('SIGHUP', () => process.channel ?? void end(0));
process.on('disconnect', () => void end(0));

try {
  mkdirSync(run, { recursive: true, mode: 0o700 });
  await Promise.all(softswitches.map((softswitch) => softswitch.start()));
  await openControlSocket(socket, perform);
  if (process.connected) process.send?.({ ready: true });
  else console.log(`The lab runs; its socket is ${socket}. Ctrl-C ends it.`);
} catch (error) {
  console.error((error as Error).message);
  await end(1);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { primary } from '../peer/configuration.ts';
import type { Gateway } from '../peer/gateway.ts';
import { address, type Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { callsUp, dial, echoingFarEnd, registered, softswitch, startGateway } from './box.ts';
import { monotonicMs } from './clocks.ts';
import type { Bench, Measured } from './limit.ts';
import { median, quantile, rounded } from './statistics.ts';

const CALLS = 8;
const KILLS = 10;
const GOAL_MS = 2_000;
const POLL_MS = 2;
/** Between two kills: the supervisor counts no loop, and the new plane has come to rest. */
const REST_MS = 5_500;
/** A program that wants a whole processor. */
const GREEDY = 'for (;;);';

/** What Node itself takes to start and end at this moment. */
const bareNodeMs = async (): Promise<number> => {
  const began = monotonicMs();
  await once(spawn(process.execPath, ['-e', '0']), 'exit');
  return monotonicMs() - began;
};

/** Kills the control plane; gives the time until a new one has said that calls are possible. */
const replacedMs = async (gateway: Gateway): Promise<number> => {
  const ready = join(gateway.run, 'ready');
  const { control } = gateway.planes();
  const began = monotonicMs();
  process.kill(control!, 'SIGKILL');
  while (gateway.planes().control === control || !existsSync(ready)) await sleep(POLL_MS);
  return monotonicMs() - began;
};

/** Kills one after the other, a bare Node started just before each. */
const killed = async (site: Site, gateway: Gateway, what: string): Promise<Measured> => {
  const [ready, bare]: [number[], number[]] = [[], []];
  for (let kill = 0; kill < KILLS; kill++) {
    bare.push(await bareNodeMs());
    ready.push(await replacedMs(gateway));
    await sleep(REST_MS);
  }
  return {
    value: rounded(Math.max(...ready), 0),
    peer: { is: `the slowest start of \`node -e 0\` ${what}`, value: rounded(Math.max(...bare), 0) },
    detail: {
      medianMs: rounded(median(ready), 0),
      p90Ms: rounded(quantile(ready, 0.9), 0),
      bareMedianMs: rounded(median(bare), 0),
      files: site.directory,
    },
  };
};

export const bench: Bench = {
  limits: [
    {
      name: 'restart',
      what: `slowest of ${KILLS} new control planes, from SIGKILL to ready, ${CALLS} calls up`,
      unit: 'ms',
      goal: GOAL_MS,
    },
    { name: 'restart-busy', what: 'the same with every processor taken by another program', unit: 'ms', goal: GOAL_MS },
  ],
  async run(site) {
    const a = await softswitch(site, 'a', address.farEnd);
    echoingFarEnd(site);
    const gateway = await startGateway(site, { phones: CALLS, exchangeLines: 2, trunks: [primary()] });
    await registered(a, CALLS);
    for (let i = 1; i <= CALLS; i++) await dial(gateway, i, String(9500 + i));
    await eventually(`${CALLS} calls`, 20_000, async () => (await callsUp(a)).length === CALLS);
    const quiet = await killed(site, gateway, 'beside it');
    cpus().forEach((_, cpu) => {
      site.start(`greedy-${cpu}`, process.execPath, ['-e', GREEDY]);
    });
    await sleep(500);
    const busy = await killed(site, gateway, 'beside it');
    return { restart: quiet, 'restart-busy': busy };
  },
};

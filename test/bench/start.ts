import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { BenchClient } from '../../drivers/simulated/bench-client.ts';
import type { Site } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { phone, startGateway } from './box.ts';
import { monotonicMs } from './clocks.ts';
import type { Bench } from './limit.ts';
import { median, rounded } from './statistics.ts';

const PHONES = 24;
const EXCHANGE_LINES = 8;
const POLL_MS = 5;

const connected = async (path: string): Promise<BenchClient> => {
  for (;;) {
    const client = existsSync(path) ? await BenchClient.connect(path).catch(() => undefined) : undefined;
    if (client) return client;
    await sleep(POLL_MS);
  }
};

/** Milliseconds from the start of the box to dial tone on its last phone, and when the bench was there. */
const timed = async (site: Site) => {
  const began = monotonicMs();
  const gateway = await startGateway(site, { phones: PHONES, exchangeLines: EXCHANGE_LINES, trunks: [] }, false);
  const bench = await connected(gateway.benchPath);
  const benchMs = monotonicMs() - began;
  const heard = await Promise.all(
    Array.from({ length: PHONES }, async (_, i) => {
      await bench.lift(phone(i + 1));
      const { at } = await bench.waitFor(phone(i + 1), 'tone', { hertz: [350, 440], timeoutMs: 20_000 });
      return at - began;
    }),
  );
  bench.close();
  await gateway.stop();
  return { allMs: Math.max(...heard), firstMs: Math.min(...heard), benchMs };
};

/** What Node itself takes for a process that starts a process: the floor under our three. */
const bareNodeMs = async (): Promise<number> => {
  const began = monotonicMs();
  const child = spawn(process.execPath, ['-e', 'require("child_process").spawn(process.execPath, ["-e", "0"])']);
  await once(child, 'exit');
  return monotonicMs() - began;
};

export const bench: Bench = {
  limits: [
    { name: 'start', what: `first start of the bundle to dial tone on ${PHONES} phones`, unit: 'ms', goal: 1500 },
    { name: 'start-again', what: 'the same with certificate and password made before', unit: 'ms', goal: 1500 },
  ],
  async run(site) {
    const bare: number[] = [];
    for (let i = 0; i < 5; i++) bare.push(await bareNodeMs());
    // the first one makes a certificate and a password meanwhile
    const [first, again] = [await timed(site), await timed(site)];
    const detail = ({ firstMs, benchMs }: typeof first) => ({
      firstPhoneMs: rounded(firstMs, 0),
      benchSocketMs: rounded(benchMs, 0),
    });
    return {
      start: {
        value: rounded(first.allMs, 0),
        peer: { is: 'Node that starts Node and ends', value: rounded(median(bare), 0) },
        detail: detail(first),
      },
      'start-again': { value: rounded(again.allMs, 0), detail: detail(again) },
    };
  },
};

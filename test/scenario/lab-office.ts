import { Gateway } from '../peer/gateway.ts';
import { Lab, monotonicMs } from '../peer/lab.ts';
import type { Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, hears, hearsTone } from './office.ts';

const PHONES = 4;

/** The lab and a gateway with its settings, all phones registered at both softswitches. */
export const openLab = async (site: Site): Promise<{ lab: Lab; gateway: Gateway }> => {
  const lab = await Lab.start(site);
  const gateway = await Gateway.start(site, { configuration: Lab.settings() });
  await everyoneIsBound(lab);
  return { lab, gateway };
};

export const everyoneIsBound = (lab: Lab): Promise<unknown> =>
  eventually('all accounts bound at both softswitches', 10_000, async () =>
    (await lab.view()).softswitches.every(({ bindings }) => bindings === PHONES),
  );

/** Dials the echo; how long after the last digit softswitch `at` answered, in ms. The call stays up. */
export const echoSetUpMs = async (lab: Lab, gateway: Gateway, at: 'a' | 'b'): Promise<number> => {
  await dial(gateway, 1, '600');
  const dialled = monotonicMs();
  // the last digit may be understood before its key is up
  const answered = await lab.tells(at, 'answered', dialled - 100, 5000);
  return answered.at - dialled;
};

export const echoIsHeard = async (gateway: Gateway, hertz: number): Promise<void> => {
  await gateway.bench.tone('phone/1', [hertz]);
  await hearsTone(gateway, 1, hertz);
  await gateway.bench.silence('phone/1');
  await eventually('the echo to be silent', 2000, async () => (await hears(gateway, 1, 200)).length === 0);
};

export const hangUp = async (gateway: Gateway): Promise<void> => {
  await gateway.bench.hangUp('phone/1');
  // sooner would be a hook flash
  await sleep(1500);
};

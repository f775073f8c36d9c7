import { address } from '../peer/site.ts';
import { bounded, eventually, sleep } from '../peer/wait.ts';
import { callThrough, PHONES, type TwoSoftswitches, twoSoftswitches } from './box.ts';
import { Dispatcher, delaysOf, dispatcherDelays } from './dispatcher.ts';
import type { Bench } from './limit.ts';
import { type Datagram, Packets } from './packets.ts';
import { median, quantile, rounded } from './statistics.ts';

/** Calls with a primary that looks alive, and calls in whose first INVITE everything dies. */
const [SWALLOWED, DYING] = [18, 2];
/** A primary that was known to be dead takes calls first again when it has been stable for 30 s, and a margin. */
const STABLE_MS = 36_000;
/** Kamailio's own default for fr_timer, and our silence budget. */
const [KAMAILIO_DEFAULT_MS, TUNED_MS] = [30_000, 1200];

const primaryEnd = { host: address.relayA, port: 5060 };
const secondEnd = { host: address.softswitchB, port: 5060 };

/** Waits until the primary has shown itself alive so many times more: only then is it "not yet known" to be dead. */
const revived = async ({ relay }: TwoSoftswitches, proofs: number): Promise<void> => {
  const wanted = relay.proofsOfLife.length + proofs;
  await eventually('the primary to be taken for alive', 60_000, () => relay.proofsOfLife.length >= wanted);
  await sleep(200);
};

/** Makes the calls one after the other and gives the numbers dialled. */
const calls = async (box: TwoSoftswitches): Promise<string[]> => {
  const users: string[] = [];
  for (let i = 0; i < SWALLOWED + DYING; i++) {
    box.relay.manner = i < SWALLOWED ? 'swallow calls' : 'die at the first call';
    const user = String(9501 + i);
    await callThrough(box.gateway, box.b, 1 + (i % PHONES), user);
    users.push(user);
    box.relay.revive();
    await revived(box, 3);
    if (i >= SWALLOWED && i + 1 < SWALLOWED + DYING) await sleep(STABLE_MS);
  }
  return users;
};

const reference = async (dispatcher: Dispatcher) => {
  const tuned = await dispatcher.call(20, TUNED_MS);
  const usual = await dispatcher.call(5, KAMAILIO_DEFAULT_MS);
  return { tuned, usual };
};

const judge = (
  datagrams: readonly Datagram[],
  users: readonly string[],
  peers: Awaited<ReturnType<typeof reference>>,
) => {
  const delays = delaysOf(datagrams, users, primaryEnd, secondEnd);
  // a call that began at the second softswitch measured nothing: the primary was known to be dead
  const measured = delays.filter((delay) => delay > 0);
  if (measured.length < users.length) throw new Error(`only ${measured.length} calls began at the primary: ${delays}`);
  const [tuned, usual] = [peers.tuned, peers.usual].map((each) => dispatcherDelays(datagrams, each));
  const value = quantile(measured, 0.95);
  return {
    'unknown-dead': {
      value: rounded(value),
      peer: { is: `Kamailio dispatcher, fr_timer ${TUNED_MS} ms, p95`, value: rounded(quantile(tuned!, 0.95)) },
      detail: {
        calls: measured.length,
        medianMs: rounded(median(measured)),
        maxMs: rounded(Math.max(...measured)),
        kamailioDefaultMs: rounded(median(usual!)),
        ratioToKamailioDefault: rounded(value / median(usual!), 4),
        delaysMs: measured.map((each) => rounded(each, 1)),
      },
    },
  };
};

export const bench: Bench = {
  limits: [
    {
      name: 'unknown-dead',
      what: 'dead primary, not yet known: its first INVITE to the first INVITE at the second softswitch, p95 of 20 calls',
      unit: 'ms',
      goal: 1300,
    },
  ],
  async run(site) {
    const packets = await Packets.start(site, 'sip', 'udp and not portrange 10000-26999', 600);
    const box = await twoSoftswitches(site);
    const peers = reference(await Dispatcher.start(site));
    const users = await calls(box);
    const compared = await bounded('the reference', 60_000, peers);
    return judge(await packets.stop(), users, compared);
  },
};

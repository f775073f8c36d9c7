import { address } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { callThrough, PHONES, type TwoSoftswitches, twoSoftswitches } from './box.ts';
import { monotonicMs, toMonotonic, wallMinusMonotonicMs } from './clocks.ts';
import type { Bench } from './limit.ts';
import { type Datagram, Packets, requestOf, userOf } from './packets.ts';
import { median, quantile, rounded } from './statistics.ts';

const CALLS = 20;
const KNOWN_AFTER_MS = 8000;
const hosts = [address.relayA, address.softswitchB] as const;

/** When the last key of a call ended, by the bench's answer, CLOCK_MONOTONIC in ms. */
type Dialled = { readonly user: string; readonly atMs: number };

const callEach = async (box: TwoSoftswitches, firstUser: number, through: 'a' | 'b'): Promise<Dialled[]> => {
  const dialled: Dialled[] = [];
  for (let i = 0; i < CALLS; i++) {
    const user = String(firstUser + i);
    await callThrough(box.gateway, box[through], 1 + (i % PHONES), user, () =>
      dialled.push({ user, atMs: monotonicMs() }),
    );
    await sleep(300);
  }
  return dialled;
};

/** First INVITE of each call: where it went and how long after the last key, in ms. */
const firstInvites = (datagrams: readonly Datagram[], dialled: readonly Dialled[], offsetMs: number) =>
  dialled.map(({ user, atMs }) => {
    const first = datagrams.find((each) => {
      const request = requestOf(each);
      return request?.method === 'INVITE' && userOf(request.uri) === user && hosts.includes(each.to as never);
    });
    return { to: first?.to, delayMs: first ? toMonotonic(offsetMs, first.atMs) - atMs : Number.NaN };
  });

/** The primary dies; a call finds it out, and a few probes go unanswered as well. */
const die = async (box: TwoSoftswitches): Promise<void> => {
  box.relay.manner = 'dead';
  await callThrough(box.gateway, box.b, 1, '9800');
  await sleep(KNOWN_AFTER_MS);
};

export const bench: Bench = {
  limits: [
    {
      name: 'known-dead',
      what: 'dead primary, known: last key to the first INVITE at the second softswitch, less the same of a healthy call, medians of 20',
      unit: 'ms',
      goal: 50,
    },
  ],
  async run(site) {
    const packets = await Packets.start(site, 'sip', 'udp and not portrange 10000-26999', 600);
    const box = await twoSoftswitches(site);
    const healthy = await callEach(box, 9501, 'a');
    await die(box);
    const dead = await callEach(box, 9201, 'b');
    const offsetMs = wallMinusMonotonicMs();
    const datagrams = await packets.stop();
    const [before, after] = [firstInvites(datagrams, healthy, offsetMs), firstInvites(datagrams, dead, offsetMs)];
    const wrong = [
      ...before.filter(({ to }) => to !== address.relayA),
      ...after.filter(({ to }) => to !== address.softswitchB),
    ];
    if (wrong.length > 0) throw new Error(`first INVITEs where none belongs: ${JSON.stringify(wrong)}`);
    const [well, ill] = [before, after].map((all) => all.map(({ delayMs }) => delayMs));
    return {
      'known-dead': {
        value: rounded(median(ill!) - median(well!)),
        detail: {
          healthyMs: rounded(median(well!)),
          deadMs: rounded(median(ill!)),
          healthyP95Ms: rounded(quantile(well!, 0.95)),
          deadP95Ms: rounded(quantile(ill!, 0.95)),
        },
      },
    };
  },
};

import { address } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { callsUp, dial, oneSoftswitch, phone } from './box.ts';
import { toMonotonic, wallMinusMonotonicMs } from './clocks.ts';
import type { Bench } from './limit.ts';
import { Packets } from './packets.ts';
import { median, quantile, rounded } from './statistics.ts';
import { loudSamples, type VoiceStream, voiceStreams } from './streams.ts';

const CALLS = 4;
const MARKS = 400;
/** A mark is a frame of full scale; the packet that holds its last samples comes within this time. */
const LOOK_MS = 150;
const LOUD_SAMPLES = 40;

type Loud = { readonly atMs: number };

/** Packets with a mark, in CLOCK_MONOTONIC ms, oldest first. */
const loudPackets = (streams: readonly VoiceStream[], offsetMs: number): Loud[] =>
  streams
    .flatMap(({ packets }) => packets)
    .filter((packet) => loudSamples(packet) >= LOUD_SAMPLES)
    .map(({ atMs }) => ({ atMs: toMonotonic(offsetMs, atMs) }))
    .sort((a, b) => a.atMs - b.atMs);

/** From each mark's last sample to the packet that holds it: the last loud one before the next mark is said. */
const latencies = (marks: readonly number[], loud: readonly Loud[]): number[] =>
  marks.map((at) => {
    const found = loud.filter(({ atMs }) => atMs > at - 1 && atMs < at + LOOK_MS);
    if (found.length === 0) throw new Error(`no packet holds the mark of ${at}; ${loud.length} marks were seen`);
    return found.at(-1)!.atMs - at;
  });

export const bench: Bench = {
  limits: [
    {
      name: 'sample-latency',
      what: 'last sample of a frame leaves the card to its packet, median',
      unit: 'ms',
      goal: 21,
    },
    { name: 'sample-latency-p99', what: 'the same, p99', unit: 'ms', goal: 24 },
  ],
  async run(site) {
    const { a, gateway } = await oneSoftswitch(site, { phones: CALLS, exchangeLines: 2 });
    for (let i = 1; i <= CALLS; i++) await dial(gateway, i, String(9500 + i));
    await eventually('the calls', 20_000, async () => {
      return (await callsUp(a)).length === CALLS;
    });
    await sleep(1000);
    const packets = await Packets.start(
      site,
      'rtp',
      `udp and src host ${address.gateway} and dst host ${address.farEnd}`,
    );
    const marks: number[] = [];
    for (let i = 0; i < MARKS; i++) {
      marks.push((await gateway.bench.mark(phone(1 + (i % CALLS)))).at);
      // not a multiple of a frame, so that marks are asked for at every phase of the clock
      await sleep(LOOK_MS + (i % 20));
    }
    const offsetMs = wallMinusMonotonicMs();
    const values = latencies(marks, loudPackets(voiceStreams(await packets.stop(), address.gateway), offsetMs));
    const detail = {
      marks: values.length,
      minMs: rounded(Math.min(...values), 3),
      maxMs: rounded(Math.max(...values), 3),
    };
    return {
      'sample-latency': { value: rounded(median(values), 3), detail },
      'sample-latency-p99': { value: rounded(quantile(values, 0.99), 3) },
    };
  },
};

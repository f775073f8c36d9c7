import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ENGINE_FLAGS } from '../../firmware/supervisor/scheduling.ts';
import { primary } from '../peer/configuration.ts';
import type { Gateway } from '../peer/gateway.ts';
import type { Kamailio } from '../peer/kamailio.ts';
import type { Program } from '../peer/program.ts';
import { address, type Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { callsUp, dial, echoingFarEnd, registered, softswitch, startWithTwoCards } from './box.ts';
import { latenessOf } from './lateness.ts';
import type { Bench, Limit } from './limit.ts';
import { type Datagram, Packets } from './packets.ts';
import { quantile, rounded } from './statistics.ts';
import { skippedFrames, type VoiceStream, voiceStreams } from './streams.ts';

/** A call each with a stream of its own: exchange lines have none, so phones make all 30. The lines are served too. */
const PHONES = 30;
const EXCHANGE_LINES = 8;
const SECONDS = 60;
const WARM_UP_MS = 8000;
const WITHIN_MS = 3;
const tickerSink = { host: address.attacker, port: 7777 } as const;
/** The peer that `load.mjs` is. */
export const loadEnd = { host: address.caller, port: 5060 } as const;
export const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The words before `node` by which the supervisor starts the engine too. */
const likeTheEngine = (): string[] => {
  const fifo = ['chrt', '-f', '10'];
  return spawnSync(fifo[0]!, [...fifo.slice(1), 'true']).status === 0 ? fifo : ['nice', '-n', '-10'];
};

const startTicker = async (site: Site): Promise<void> => {
  const sink = createSocket('udp4').bind(tickerSink.port, tickerSink.host);
  await once(sink, 'listening');
  site.atEnd('close the sink', () => sink.close());
  const [program, ...words] = [...likeTheEngine(), process.execPath, ...ENGINE_FLAGS, script('ticker.mjs')];
  site.start('ticker', program!, [...words, tickerSink.host, String(tickerSink.port)]);
};

type Box = Awaited<ReturnType<typeof startWithTwoCards>>;

const callAll = async ({ at }: Box, a: Kamailio): Promise<void> => {
  const numbers = Array.from({ length: PHONES }, (_, i) => i + 1);
  for (let from = 0; from < PHONES; from += 5) {
    await Promise.all(numbers.slice(from, from + 5).map((n) => dial(at(n), at(n).number, String(9500 + n))));
  }
  await eventually(`${PHONES} calls`, 20_000, async () => {
    return (await callsUp(a)).length === PHONES;
  });
};

const frames = ({ packets }: VoiceStream) =>
  packets.map(({ atMs, timestamp }) => ({ atMs, number: (timestamp - packets[0]!.timestamp) / 160 }));

const judge = (datagrams: readonly Datagram[]) => {
  const streams = voiceStreams(datagrams, address.gateway).filter(({ packets }) => packets.length > 1);
  if (streams.length !== PHONES) throw new Error(`${streams.length} streams of ${PHONES} calls`);
  const late = streams.flatMap((stream) => latenessOf(frames(stream)));
  const ticks = datagrams
    .filter(({ toPort }) => toPort === tickerSink.port)
    .map(({ atMs, payload }) => ({ atMs, number: payload.readUInt32BE(0) }));
  const ticker = latenessOf(ticks);
  return {
    late,
    ticker,
    skipped: streams.reduce((sum, stream) => sum + skippedFrames(stream), 0),
    fewest: Math.min(...streams.map(({ packets }) => packets.length)),
  };
};

/** A program that keeps the control plane busy and prints what it sees as a JSON line a second. */
export type Load = {
  readonly start: (site: Site, gateway: Gateway) => Promise<Program>;
  /** Columns of its lines. */
  readonly columns: readonly string[];
};

/** What the load saw, means of a second over the measurement. */
const loadSeen = (load: Program, columns: readonly string[], seconds: number) => {
  const lines = load
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const seen = lines.slice(-seconds).map((line) => JSON.parse(line) as Record<string, number>);
  const mean = (name: string) => seen.reduce((sum, each) => sum + (each[name] ?? 0), 0) / seen.length;
  return Object.fromEntries(columns.map((name) => [name, rounded(mean(name), 1)]));
};

const quantiles = (all: readonly number[]) =>
  Object.fromEntries([0.5, 0.99, 0.999, 1].map((share) => [`p${share * 100}`, rounded(quantile(all, share), 3)]));

/** Calls on every phone that `load` does not disturb; lateness of their frames while it works. */
const measured = async (site: Site, load: Load) => {
  const a = await softswitch(site, 'a', address.farEnd);
  echoingFarEnd(site);
  const peer = { id: 'peer', kind: 'peer', host: loadEnd.host, localPort: 5080, priority: 9 } as const;
  const size = { phones: PHONES, exchangeLines: EXCHANGE_LINES };
  const box = await startWithTwoCards(site, { ...size, trunks: [primary(), peer] });
  await registered(a, PHONES);
  await callAll(box, a);
  await startTicker(site);
  const program = await load.start(site, box.gateway);
  await sleep(WARM_UP_MS);
  const filter = `udp and (src host ${address.gateway} and dst host ${address.farEnd} or dst port ${tickerSink.port})`;
  const packets = await Packets.start(site, 'rtp', filter, 60);
  await sleep(SECONDS * 1000);
  const found = judge(await packets.stop());
  if (found.fewest < SECONDS * 50 - 5) throw new Error(`a stream has only ${found.fewest} packets in ${SECONDS} s`);
  return { ...found, control: loadSeen(program, load.columns, SECONDS) };
};

/** The measurement of the frame clock, `name` and the words of its limits by what `load` it is under. */
export const frameClockUnder = (name: string, by: string, load: Load): Bench => {
  const limits: readonly Limit[] = [
    { name, what: `lateness of frames, p99.9, control busy by ${by}`, unit: 'ms', goal: WITHIN_MS },
    { name: `${name}-over-ticker`, what: 'the same above a bare ticker', unit: 'ms', goal: 2 },
    { name: `${name}-skipped`, what: `frames skipped in ${SECONDS} s`, unit: 'frames', goal: 0 },
  ];
  const run = async (site: Site) => {
    const { late, ticker, skipped, control } = await measured(site, load);
    const [ours, bare] = [late, ticker].map((all) => quantile(all, 0.999));
    return {
      [name]: {
        value: rounded(ours!, 3),
        peer: { is: 'bare ticker, p99.9', value: rounded(bare!, 3) },
        detail: {
          calls: PHONES,
          exchangeLines: EXCHANGE_LINES,
          packets: late.length,
          withinPercent: rounded((late.filter((each) => each <= WITHIN_MS).length / late.length) * 100, 4),
          ours: quantiles(late),
          ticker: quantiles(ticker),
          control,
          scheduling: likeTheEngine().join(' '),
        },
      },
      [`${name}-over-ticker`]: { value: rounded(ours! - bare!, 3) },
      [`${name}-skipped`]: { value: skipped },
    };
  };
  return { limits, run };
};

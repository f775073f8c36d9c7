import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Baresip } from '../peer/baresip.ts';
import { gatewayConfiguration, primary, secondary, userOf } from '../peer/configuration.ts';
import { Gateway, type Planes } from '../peer/gateway.ts';
import { Kamailio } from '../peer/kamailio.ts';
import { address, type Site } from '../peer/site.ts';
import { Stalls } from '../peer/stalls.ts';
import { sleep } from '../peer/wait.ts';
import { corpus } from './corpus.ts';
import { HostileSoftswitch, rtpModels } from './hostile-softswitch.ts';
import {
  type Judged,
  judgeCall,
  judgedCall,
  type OnTheWire,
  RTP,
  SAYS,
  secondsSince1970,
  type WatchedMachine,
  watchAudio,
} from './judged-call.ts';
import { mutateRtp, mutateSip } from './mutate.ts';
import { Random } from './random.ts';

export type FloodOptions = {
  readonly seed: number;
  readonly sipDatagrams: number;
  readonly rtpPackets: number;
  /** SIP datagrams a second, from all sources together. */
  readonly perSecond: number;
  /** Memory has to be back by then. */
  readonly restMs: number;
};

/** Of the datagrams, so many come before the memory is looked at for the first time. */
const FIRST = 10_000;
const MOST_GROWTH_BYTES = 5 * 1024 * 1024;
const SIP = { a: 5060, b: 5070 } as const;
const STEP_MS = 2;
/** A collection that is due comes within some seconds. */
const REST_STEP_MS = 10_000;
const PLANES = ['control', 'engine'] as const;
const MOST_WAITING_BYTES = 60_000;
/** Resident sizes in octets. */
type Memories = { readonly control: number; readonly engine: number };
type Place = { readonly host: string; readonly port: number };

const residentBytes = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);

/** Octets that wait at the local UDP ports, and datagrams that found them full (proc(5), net/udp). */
const queues = (): { readonly waiting: number; readonly dropped: number } => {
  const ports = Object.values(SIP).map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  const gateway = readFileSync('/proc/self/net/udp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => ports.some((port) => fields[1]?.endsWith(port)));
  return {
    waiting: gateway.reduce((sum, fields) => sum + Number.parseInt(fields[4]!.split(':')[1]!, 16), 0),
    dropped: gateway.reduce((sum, fields) => sum + Number(fields.at(-1)), 0),
  };
};

/** Calls `send` `count` times at an even rate, and waits while the gateway has much unread: none is to be lost. */
const evenly = async (count: number, perSecond: number, send: (i: number) => void): Promise<void> => {
  let last = performance.now();
  for (let sent = 0, due = 0; sent < count; await sleep(STEP_MS)) {
    const now = performance.now();
    if (queues().waiting < MOST_WAITING_BYTES) {
      due = Math.min(count, due + (Math.min(now - last, 10) / 1000) * perSecond);
      for (; sent < due; sent++) send(sent);
    }
    last = now;
  }
};

const socketAt = async (site: Site, host: string, port = 0): Promise<Socket> => {
  const socket = createSocket('udp4').bind(port, host);
  await once(socket, 'listening');
  socket.on('error', () => {});
  site.atEnd(`close ${host}:${port}`, () => socket.close());
  return socket;
};

const openSite = async (site: Site, random: Random) => {
  const b = await Kamailio.start(site, { name: 'b', host: address.softswitchB });
  const through = `${b.host}:${b.port}`;
  const account = { user: '201', domain: b.realm, password: 'secret', through };
  const farEnd = await Baresip.start(site, {
    name: 'far-end',
    host: address.farEnd,
    accounts: [account],
    says: SAYS.farEnd,
  });
  const hostile = await HostileSoftswitch.start(
    site,
    { host: address.softswitchA, port: 5060 },
    { host: address.gateway, port: SIP.a },
    random,
  );
  const trunks = [
    primary({ priority: 2, localPort: SIP.a, probeIntervalS: 2 }),
    secondary({ priority: 1, localPort: SIP.b }),
  ];
  const network = { address: address.gateway, rtpFirst: RTP.first, rtpLast: RTP.last };
  const configuration = gatewayConfiguration({ trunks }, { network, routing: { digitMap: '2xx|1x' } });
  const gateway = await Gateway.start(site, { configuration, environment: { HOLDFAST_LOG: 'info' } });
  await farEnd.registered();
  await b.holds(userOf(1), 10_000);
  await hostile.registered(userOf(2), 10_000);
  return { b, farEnd, hostile, gateway };
};

type Open = Awaited<ReturnType<typeof openSite>>;

const memories = (gateway: Gateway): Memories => {
  const { control, engine } = gateway.planes();
  return { control: residentBytes(control!), engine: residentBytes(engine!) };
};

/** Sends the SIP datagrams; gives the resident sizes after the first of them. */
const sipFlood = async (site: Site, open: Open, options: FloodOptions): Promise<Memories> => {
  const random = new Random(options.seed);
  const strangers = await Promise.all([1, 2, 3, 4].map(() => socketAt(site, address.attacker)));
  const stranger = { host: address.attacker, port: 5066 };
  const target = { host: address.gateway, port: SIP.a };
  const foreign = corpus({ target, source: stranger, user: userOf(2), id: 'stranger' });
  const trusted = open.hostile.messages();
  let first = memories(open.gateway);
  await evenly(options.sipDatagrams, options.perSecond, (i) => {
    if (i === FIRST) first = memories(open.gateway);
    if (i % 2 === 0) return open.hostile.send(mutateSip(random.pick(trusted), random, foreign));
    const port = i % 10 === 1 ? SIP.b : SIP.a;
    random.pick(strangers).send(mutateSip(random.pick(foreign), random, trusted), port, target.host);
  });
  return first;
};

/** Half of the packets come from the true far end of a second call, half from strangers to the judged call's ports. */
const rtpFlood = async (
  site: Site,
  to: { readonly far: Socket; readonly second: Place; readonly judgedPort: number },
  options: FloodOptions,
): Promise<void> => {
  // each sender has a stream of its own: what one sends does not hang on when the other does
  const random = new Random(options.seed + 1000);
  const stranger = await socketAt(site, address.attacker);
  const models = rtpModels();
  const perSecond = options.rtpPackets / (options.sipDatagrams / options.perSecond);
  await evenly(options.rtpPackets, perSecond, (i) => {
    const packet = mutateRtp(random.pick(models), random);
    const rtcp = random.below(4) === 0 ? 1 : 0;
    if (i % 2 === 0) to.far.send(packet, to.second.port + rtcp, to.second.host);
    else stranger.send(packet, to.judgedPort + rtcp, address.gateway);
  });
};

/** What the log says of thrown exceptions, each kind once with its count: message and where it was thrown. */
const thrown = (gateway: Gateway): string[] => {
  const kinds = new Map<string, number>();
  const note = (kind: string) => kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  for (const { level, err, msg } of gateway.log()) {
    const { message = msg, stack = '' } = (err ?? {}) as { message?: string; stack?: string };
    if (Number(level) < 50 && err === undefined) continue;
    const places = stack
      .split('\n')
      .slice(1, 5)
      .map((line) => /at (\S+)/.exec(line)?.[1]);
    note(`${String(message).replaceAll(/\d+/g, 'N')} at ${places.join(' < ')}`);
  }
  for (const line of gateway.program.output().split('\n')) {
    if (/^\s+at .*:\d+:\d+\)?$|^\w*Error\b|^FATAL/.test(line)) note(line);
  }
  return [...kinds].map(([kind, count]) => `${count} x ${kind}`);
};

/** Rests until both planes have given back what the flood took, at most `restMs`; gives their resident sizes then. */
const restOf = async (gateway: Gateway, first: Memories, restMs: number): Promise<Memories> => {
  const until = performance.now() + restMs;
  for (;;) {
    await sleep(REST_STEP_MS);
    const now = memories(gateway);
    const back = PLANES.every((plane) => now[plane] - first[plane] < MOST_GROWTH_BYTES);
    if (back || performance.now() >= until) return now;
  }
};

const megabytes = (bytes: number): number => Math.round(bytes / 104_857.6) / 10;

/** What a flood showed. Every broken promise is a complaint; all are looked at, however many are broken. */
export type FloodReport = {
  readonly complaints: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
};

type Seen = {
  before: Planes;
  first: Memories;
  rest: Memories;
  judged: Judged;
  wire: OnTheWire;
  machine: WatchedMachine;
};
const judge = async (open: Open, options: FloodOptions, seen: Seen) => {
  const { gateway, hostile, b } = open;
  const complaints: string[] = [];
  const promise = async (check: () => unknown): Promise<void> => {
    try {
      await check();
    } catch (error) {
      complaints.push(error instanceof Error ? error.message : String(error));
    }
  };
  const { rest } = seen;
  const { dropped } = queues();
  await promise(() => assert.ok(dropped < options.sipDatagrams / 50, `${dropped} datagrams never reached the gateway`));
  await promise(() => assert.deepEqual(gateway.planes(), seen.before, 'a plane was restarted'));
  await promise(() => assert.deepEqual(thrown(gateway), []));
  for (const plane of PLANES) {
    const growth = rest[plane] - seen.first[plane];
    await promise(() => assert.ok(growth < MOST_GROWTH_BYTES, `${plane} has grown by ${megabytes(growth)} MB`));
  }
  const spokenMs = (options.sipDatagrams / options.perSecond) * 1000;
  await promise(() => judgeCall(open, seen.judged, spokenMs, seen.wire, seen.machine));
  await promise(() => b.holds(userOf(1), 1000));
  const figures = {
    dropped,
    answersMutated: hostile.answersMutated,
    controlAfterFirstMB: megabytes(seen.first.control),
    controlAfterRestMB: megabytes(rest.control),
    engineAfterFirstMB: megabytes(seen.first.engine),
    engineAfterRestMB: megabytes(rest.engine),
  };
  return { complaints, figures };
};

/**
 * Mutated datagrams to both SIP ports and to RTP ports, from strangers and from a softswitch that is trusted, beside
 * a call that must not notice.
 */
export const flood = async (site: Site, options: FloodOptions): Promise<FloodReport> => {
  const open = await openSite(site, new Random(options.seed + 2000));
  const { gateway, hostile } = open;
  const before = gateway.planes();
  const stalls = await Stalls.start(site, gateway);
  const watched = await watchAudio(site);
  const judged = await judgedCall(site, open);
  const far = await socketAt(site, address.softswitchA, 40_000);
  const call = await hostile.call({ host: address.softswitchA, port: 40_000 }, () => gateway.bench.lift('phone/2'));
  const [first] = await Promise.all([
    sipFlood(site, open, options),
    rtpFlood(site, { far, second: call.media, judgedPort: judged.port }, options),
  ]);
  call.hangUp();
  const rest = await restOf(gateway, first, options.restMs);
  return await judge(open, options, {
    before,
    first,
    rest,
    judged,
    machine: { until: secondsSince1970(performance.now()), stalls: await stalls.stop() },
    wire: await watched(),
  });
};

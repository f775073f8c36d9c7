import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { dominantFrequency, readWav, type Sound } from '../peer/audio.ts';
import { Baresip, type BaresipOptions, mediaPort } from '../peer/baresip.ts';
import { type RtpPacket, type Stream, streams } from '../peer/capture.ts';
import { type GatewayConfiguration, gatewayConfiguration, userOf } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { Kamailio, noDialogs } from '../peer/kamailio.ts';
import { address, type Site } from '../peer/site.ts';
import { EAR_S, gapsIn, LONGEST_GAP_MS, ownGaps, type Stall, silencesIn } from '../peer/stalls.ts';
import { eventually, patience } from '../peer/wait.ts';

/** The far end's number at both softswitches, what it says, and what a phone of ours says. */
export const farNumber = '201';
export const farHertz = 620;
export const nearHertz = 440;

const farPort = 5080;

/** Numbers are complete at once, so that scenarios need no inter-digit wait. */
const routing = { digitMap: '[2-9]xx|0x.T' };

export type Office = {
  readonly a: Kamailio;
  readonly b: Kamailio;
  readonly far: Baresip;
  readonly gateway: Gateway;
};

export type OfficeOptions = {
  readonly configuration?: Parameters<typeof gatewayConfiguration>[0];
  readonly more?: Partial<GatewayConfiguration>;
  /** Left out: the far end answers by itself. */
  readonly farAnswers?: 'auto' | 'manual';
  readonly far?: Partial<BaresipOptions>;
  /** Folder of another build of the gateway than that of this run. */
  readonly bundles?: string;
  /** Of the gateway. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Words before the gateway's own, which is started by them. */
  readonly through?: readonly string[];
};

/** Softswitch A asks MD5, B SHA-256; the far end knows only MD5 and is let in at B by its source port. */
export const startSoftswitches = async (site: Site): Promise<{ a: Kamailio; b: Kamailio }> => {
  const [a, b] = await Promise.all([
    Kamailio.start(site, { name: 'a', host: address.softswitchA, algorithm: 'MD5' }),
    Kamailio.start(site, {
      name: 'b',
      host: address.softswitchB,
      algorithm: 'SHA-256',
      freePorts: `^${farPort}$`,
    }),
  ]);
  return { a, b };
};

export const startFarEnd = (
  site: Site,
  answers: 'auto' | 'manual' = 'auto',
  more: Partial<BaresipOptions> = {},
): Promise<Baresip> =>
  Baresip.start(site, {
    name: 'far',
    host: address.farEnd,
    port: farPort,
    says: farHertz,
    accounts: [
      { user: farNumber, domain: 'a.test', password: 'secret', through: `${address.softswitchA}:5060`, answers },
      { user: farNumber, domain: 'b.test', password: 'secret', through: `${address.softswitchB}:5060`, answers },
    ],
    ...more,
  });

/** A gateway with its phones, two softswitches and a far end that is registered at both. */
export const openOffice = async (site: Site, options: OfficeOptions = {}): Promise<Office> => {
  const { a, b } = await startSoftswitches(site);
  const [far, gateway] = await Promise.all([
    startFarEnd(site, options.farAnswers, options.far),
    Gateway.start(site, {
      configuration: gatewayConfiguration(options.configuration, { routing, ...options.more }),
      ...(options.bundles === undefined ? {} : { bundles: options.bundles }),
      ...(options.environment === undefined ? {} : { environment: options.environment }),
      ...(options.through === undefined ? {} : { through: options.through }),
    }),
  ]);
  await Promise.all([
    far.registered(5_000, `${farNumber}@a.test`),
    far.registered(5_000, `${farNumber}@b.test`),
    bound(a),
    bound(b),
  ]);
  return { a, b, far, gateway };
};

/** Waits until a softswitch holds our binding for the accounts of all phones. */
export const bound = async (softswitch: Kamailio, phones = 4, withinMs = 8_000): Promise<void> => {
  const users = Array.from({ length: phones }, (_, index) => userOf(index + 1));
  await softswitch.holdsAll(users, withinMs);
};

const READY_WITHIN_MS = 2_000;

/**
 * Kills the control plane; a new one takes calls within 2 s, less the time for which other tests had the processors that
 * it was ready to run on. What it takes on a busy box is measured by `npm run bench -- restart` and the fifty kills.
 */
export const replaceControl = async (gateway: Gateway): Promise<void> => {
  const killedAt = performance.now();
  const former = await gateway.signalPlane('control');
  await gateway.planeReplaced('control', former, READY_WITHIN_MS);
  await gateway.ready(2 * READY_WITHIN_MS);
  const readyMs = performance.now() - killedAt;
  const waitedMs = gateway.waitedMs('control');
  const waited = `others had the processors for ${waitedMs} ms of it`;
  assert.ok(readyMs - waitedMs <= READY_WITHIN_MS, `a new plane was ready after ${readyMs} ms; ${waited}`);
};

/** Lifts a phone, waits for its dial tone and presses the keys of a number. */
export const dial = async (gateway: Gateway, phone: number, number: string): Promise<void> => {
  const port = `phone/${phone}`;
  await gateway.bench.lift(port);
  await gateway.bench.waitFor(port, 'tone', { hertz: [350, 440], timeoutMs: 10_000 });
  await gateway.bench.press(port, number);
};

/** What the ear at a phone hears, at its strongest, in hertz. */
export const hears = async (gateway: Gateway, phone: number, ms = 500): Promise<readonly number[]> =>
  (await gateway.bench.hear(`phone/${phone}`, ms)).hertz;

export const assertNear = (actual: number | undefined, wanted: number, what: string): void =>
  assert.ok(
    actual !== undefined && Math.abs(actual - wanted) <= wanted / 100,
    `${what}: ${actual} Hz, wanted ${wanted} Hz within 1 %`,
  );

/** Waits until a phone hears one tone alone, within 1 %. */
export const hearsTone = (gateway: Gateway, phone: number, hertz: number, withinMs = 3_000): Promise<unknown> =>
  eventually(`phone ${phone} to hear ${hertz} Hz`, patience(withinMs), async () => {
    const heard = await hears(gateway, phone, 200);
    return heard.length === 1 && Math.abs(heard[0]! - hertz) <= hertz / 100;
  });

/** Whether a phone hears this tone and nothing else at this moment, without waiting for it. */
export const hearsNow = async (gateway: Gateway, phone: number, hertz: number): Promise<void> => {
  const heard = await hears(gateway, phone, 200);
  assert.equal(heard.length, 1, `phone ${phone} hears ${heard.join(', ')} Hz`);
  assertNear(heard[0], hertz, `phone ${phone} hears`);
};

/** The tone in the far end's last recording. */
export const farHeard = (far: Baresip): number | undefined => dominantFrequency(readWav(far.recordings().at(-1)!));

/** What the gateway says of itself in its status file; used only to show that nothing of ours is left over. */
export type GatewayStatus = {
  readonly alarms: readonly { readonly id: string; readonly cause: string }[];
  readonly calls: readonly unknown[];
  readonly legs: readonly string[];
  readonly audit: { readonly contexts: readonly unknown[] };
  readonly trunks: readonly { readonly id: string; readonly health: string }[];
};
export const statusOf = (gateway: Gateway): GatewayStatus =>
  JSON.parse(readFileSync(join(gateway.run, 'status.json'), 'utf8')) as GatewayStatus;

/** Waits until routing sees a trunk in one of these states. */
export const trunkIs = (gateway: Gateway, id: string, health: RegExp, withinMs: number): Promise<unknown> =>
  eventually(`trunk ${id} to be ${health}`, patience(withinMs), () =>
    health.test(statusOf(gateway).trunks.find((trunk) => trunk.id === id)?.health ?? ''),
  );

/** Two audits of the engine, and a busy machine. */
const AUDITED_MS = 8_000;

/** No leg anywhere: not at either softswitch, not at the far end, not in our audit. */
export const assertNothingLeft = async ({ a, b, far, gateway }: Office, dead?: 'a' | 'b'): Promise<void> => {
  if (dead !== 'a') await noDialogs(a, 1_000);
  if (dead !== 'b') await noDialogs(b, 1_000);
  assert.deepEqual(far.openCalls(), [], 'calls open at the far end');
  // the engine is asked once a second what it holds
  const left = (): number => {
    const { calls, legs, audit } = statusOf(gateway);
    return calls.length + legs.length + audit.contexts.length;
  };
  await eventually('the gateway to hold nothing', AUDITED_MS, () => left() === 0);
};

/** The last part of an end `HOST:PORT`. */
const portOf = (end: string): number => Number(end.slice(end.lastIndexOf(':') + 1));
/** Whether `HOST:PORT` is a media port of the far end. */
export const isFarMedia = (end: string): boolean =>
  portOf(end) >= mediaPort(address.farEnd) && portOf(end) < mediaPort(address.farEnd) + 200;

/**
 * The audio streams between gateway and far end. They are told apart by port: the far end's system sends its audio
 * from another address than it names, and the gateway follows it there (symmetric RTP).
 */
export const audioBetween = (
  rtp: readonly RtpPacket[],
): { readonly towardsFar: Stream; readonly towardsUs: Stream } => {
  const [towardsFar, ...more] = streams(
    rtp.filter((each) => isFarMedia(each.to)).map((each) => ({ ...each, to: 'far' })),
  );
  const [towardsUs] = streams(rtp.filter((each) => isFarMedia(each.from)).map((each) => ({ ...each, to: 'us' })));
  assert.ok(towardsFar && towardsUs, 'audio went both ways');
  assert.deepEqual(more, [], 'one source sends to the far end');
  return { towardsFar, towardsUs };
};

const FRAME_MS = 20;

/**
 * The call was heard without a cut: every packet was there both ways, and ours came in time. A gap of ours at a moment
 * in which the far end, a program of its own, or a bare clock on one of the processors stood still as well, was the
 * machine's.
 */
export const assertUncut = (context: TestContext, rtp: readonly RtpPacket[], stalls: readonly Stall[]): void => {
  const { towardsFar, towardsUs } = audioBetween(rtp);
  const longest = [towardsFar, towardsUs].map(({ longestGapMs }) => longestGapMs.toFixed(1));
  context.diagnostic(
    `longest gap from us ${longest[0]} ms, from the far end ${longest[1]} ms; the machine stood still ${stalls.length} times`,
  );
  for (const { missing } of [towardsFar, towardsUs]) assert.equal(missing, 0, 'packets are missing');
  const [first, last] = [towardsFar.packets[0]!, towardsFar.packets.at(-1)!];
  assert.ok(towardsFar.packets.length >= ((last.at - first.at) * 1000) / FRAME_MS - 2, 'a frame each 20 ms');
  const ours = ownGaps(gapsIn(towardsFar), [...gapsIn(towardsUs), ...stalls]);
  assert.deepEqual(ours, [], `gaps beyond ${LONGEST_GAP_MS} ms`);
};

/**
 * The same for what was recorded at an ear from `beganAt` on (seconds since 1970): silence beyond two frames is
 * forgiven only where audio from the far end was late on the wire, or a bare clock stood still.
 */
export const assertHeardUncut = (
  { sound, beganAt, at }: { readonly sound: Sound; readonly beganAt: number; readonly at: string },
  rtp: readonly RtpPacket[],
  stalls: readonly Stall[],
): void => {
  const others = [...gapsIn(audioBetween(rtp).towardsUs), ...stalls];
  assert.deepEqual(ownGaps(silencesIn(sound, beganAt), others, EAR_S), [], `silence beyond ${LONGEST_GAP_MS} ms ${at}`);
};

/** How often the far end's phone has rung. */
export const ringsAtFarEnd = (far: Baresip): number =>
  far.events.filter((event) => event.type === 'CALL_INCOMING').length;

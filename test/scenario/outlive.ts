import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Random } from '../fuzz/random.ts';
import type { Baresip } from '../peer/baresip.ts';
import { Capture, type Decoded, type RtpPacket, streams } from '../peer/capture.ts';
import { gatewayConfiguration, userOf } from '../peer/configuration.ts';
import { address, type Site } from '../peer/site.ts';
import { ownGaps, type Stall } from '../peer/stalls.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { assertNothingLeft, dial, farNumber, hearsTone, isFarMedia, type Office, openOffice } from './office.ts';

/**
 * Each call has a number of its own at the far end, whose commands choose among calls by their account. Phones 1 to 3
 * call the first three, which answer; the fourth rings until somebody does; the last two call phones 4 and 6.
 */
const answering = [farNumber, '203', '204'] as const;
const slowNumber = '202';
const calling = { 4: farNumber, 6: '205' } as const;
/** Calls of a round: six over SIP, one from phone to phone, one over the exchange line. */
const CALLS = 8;
const PHONES = 9;
/** A new plane takes the calls over within this time of the kill (S6), whatever else the machine has to do. */
const READY_WITHIN_MS = 2_000;
/** A plane that is late is judged at the end: what becomes of its calls tells more. */
const PATIENCE_MS = 10_000;
const MOST_BETWEEN_PACKETS_MS = 40;
/** A longer gap is a hold, and so many calls are held while planes are killed: the second and the third. */
const HELD_MS = 300;
const MOST_HELD = 2;
/** Requests and kill begin within this time of each other. */
const AROUND_MS = 300;

/** `readyMs`: until calls were possible again; `bareMs`: what `node -e 0` took, started in the same moment. */
export type Replaced = { readonly readyMs: number; readonly bareMs: number };
/** `between`: from packet to packet of streams that were not held, at either end. */
export type Figures = {
  readonly replaced: readonly Replaced[];
  readonly between: { readonly atFar: readonly Stall[]; readonly atUs: readonly Stall[] };
};

/** An office with nine phones, an exchange line that rings the ninth, and a far end that answers 201 but not 202. */
export const openLargeOffice = async (site: Site): Promise<Office> => {
  const options = { phones: PHONES, exchangeLines: 1 };
  const lines = (gatewayConfiguration(options).lines ?? []).map((line) =>
    line.kind === 'fxo' ? { ...line, rings: `line/${PHONES}` } : line,
  );
  const account = (user: string, domain: string, through: string, answers: 'auto' | 'manual') => ({
    ...{ user, domain, password: 'secret', through: `${through}:5060`, answers },
  });
  const accounts = [
    ...answering.map((user) => account(user, 'a.test', address.softswitchA, 'auto')),
    account(slowNumber, 'a.test', address.softswitchA, 'manual'),
    ...Object.values(calling).map((user) => account(user, 'b.test', address.softswitchB, 'auto')),
  ];
  const office = await openOffice(site, { configuration: options, more: { lines }, far: { accounts } });
  for (const { user, domain } of accounts) await office.far.registered(5_000, `${user}@${domain}`);
  return office;
};

/** One call at the far end, found by the user of its other end. */
class FarCall {
  readonly #far: Baresip;
  readonly #user: string;
  readonly #since: number;

  constructor(far: Baresip, user: string, since: number) {
    this.#far = far;
    this.#user = user;
    this.#since = since;
  }

  #events() {
    return this.#far.events.slice(this.#since).filter(({ peeruri }) => peeruri?.includes(`:${this.#user}@`));
  }

  is(type: string, withinMs = 4_000): Promise<unknown> {
    return eventually(`${type} of the call with ${this.#user}`, withinMs, () =>
      this.#events().some((event) => event.type === type),
    );
  }

  get closed(): boolean {
    return this.#events().some(({ type }) => type === 'CALL_CLOSED');
  }

  /** `hold`, `resume`, `accept` or `hangup` of this call. */
  async do(command: string): Promise<void> {
    await this.#far.command('uafind', this.#events()[0]?.accountaor);
    await this.#far.command(command);
  }
}

/** Commands to the far end choose an account first: one at a time. */
class InTurn {
  #tail: Promise<unknown> = Promise.resolve();
  run(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => {});
    return done;
  }
}

/** What Node alone takes now: a machine that has much else to do, or stands still, is known by it. */
const bareNodeMs = async (): Promise<number> => {
  const began = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return Math.round(performance.now() - began);
};

/** Kills the control plane and waits until a new one takes calls. */
const replaceControl = async ({ gateway }: Office): Promise<Replaced> => {
  const killedAt = performance.now();
  const bare = bareNodeMs();
  const former = await gateway.signalPlane('control');
  await gateway.planeReplaced('control', former, PATIENCE_MS);
  await gateway.ready(PATIENCE_MS);
  return { readyMs: Math.round(performance.now() - killedAt), bareMs: await bare };
};

/**
 * A round: eight calls are set up, the control plane is killed several times while one of them is answered, held,
 * resumed or let be, and at last all are held, resumed and ended. Peers and capture are the judges.
 */
export const round = async (site: Site, office: Office, random: Random, kills: number): Promise<Figures> => {
  const { far, gateway } = office;
  const { bench } = gateway;
  const recordsBefore = gateway.records().length;
  const since = far.events.length;
  const farCall = (phone: number) => new FarCall(far, userOf(phone), since);
  const [one, two, three, four, five, six] = [1, 2, 3, 4, 5, 6].map(farCall) as [FarCall, ...FarCall[]] & FarCall[];
  const capture = await Capture.start(site, `round-${recordsBefore}`);
  const turn = new InTurn();
  const tell = (call: FarCall | undefined, command: string) => turn.run(() => call!.do(command));
  const callsUs = (phone: 4 | 6) =>
    turn.run(async () => {
      await far.command('uafind', `sip:${calling[phone]}@b.test`);
      await far.dial(`sip:${userOf(phone)}@b.test`);
    });

  // ── eight calls ─────────────────────────────────────────────────────────────────────────────
  await Promise.all(answering.map((number, n) => dial(gateway, n + 1, number)));
  await Promise.all([dial(gateway, 5, slowNumber), dial(gateway, 7, '18')]);
  await bench.ring('exchange/1', { callerId: '5558888' });
  await callsUs(4);
  await callsUs(6);
  await Promise.all([4, 8, 9].map((phone) => bench.waitFor(`phone/${phone}`, 'ringing', { timeoutMs: 8_000 })));
  await Promise.all([4, 8, 9].map((phone) => bench.lift(`phone/${phone}`)));
  await Promise.all([one, two, three, four].map((call) => call!.is('CALL_ESTABLISHED')));
  await bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: 3_000 });
  await five!.is('CALL_INCOMING');
  await six!.is('CALL_RINGING');
  await tell(two, 'hold');
  await bench.tone('phone/7', [330]);
  await hearsTone(gateway, 8, 330);

  // ── kills, with something going on around each ──────────────────────────────────────────────
  const changes = shuffled(random, [
    () => tell(three, 'hold'),
    () => tell(two, 'resume'),
    () => tell(five, 'accept'),
    () => bench.lift('phone/6').then(() => {}),
    async () => {},
  ]);
  const replaced: Replaced[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const change = changes.pop() ?? (async () => {});
    await Promise.all([
      sleep(random.below(AROUND_MS)).then(change),
      sleep(random.below(AROUND_MS)).then(async () => replaced.push(await replaceControl(office))),
    ]);
    const gone = [one, two, three, four, five, six].flatMap((call, n) => (call!.closed ? [n + 1] : []));
    assert.deepEqual(gone, [], `calls that ended by kill ${kill + 1}`);
  }
  for (const change of changes) await change();
  await Promise.all([one, two, three, four, five, six].map((call) => call!.is('CALL_ESTABLISHED', 6_000)));
  await hearsTone(gateway, 8, 330);
  const quietFrom = Date.now();

  // ── every later hold and hang-up ────────────────────────────────────────────────────────────
  await tell(three, 'resume');
  await tell(one, 'hold');
  await tell(four, 'hold');
  await sleep(300);
  await tell(one, 'resume');
  await tell(four, 'resume');
  await sleep(300);
  for (const call of [one, four, five]) await tell(call, 'hangup');
  await Promise.all([2, 3, 6, 7].map((phone) => bench.hangUp(`phone/${phone}`)));
  await bench.farHangUp('exchange/1', 'loop');
  await Promise.all([one, two, three, four, five, six].map((call) => call!.is('CALL_CLOSED')));
  await sleep(200);
  await Promise.all([1, 4, 5, 8, 9].map((phone) => bench.hangUp(`phone/${phone}`)));
  const records = (await gateway.recorded(recordsBefore + CALLS)).slice(recordsBefore);
  assert.deepEqual(
    records.map((each) => [each['cause'], each['answeredAfterMs'] !== undefined]),
    records.map(() => ['hungUp', true]),
    'each call was answered and ended by hanging up',
  );
  assert.equal(records.length, CALLS, 'one record a call');
  await assertNothingLeft(office);
  await bench.waitFor('exchange/1', 'loopOpen', { timeoutMs: 3_000 });
  return { replaced, between: judged(await capture.stop(), quietFrom) };
};

/** The lengths in ms, in order. */
const lengths = (all: readonly Stall[]): number[] =>
  all.map(({ from, to }) => (to - from) * 1_000).sort((a, b) => a - b);
/** The value that so many of the values, in order, stay below. */
const at = (values: readonly number[], share: number): number =>
  values[Math.floor(values.length * share)] ?? Number.NaN;

/**
 * Judges the times of all rounds together, and gives them in short. Times between packets are judged by p99.9 without
 * those in which the machine itself stood still; with them it stands beside. Time to readiness forgives nothing: what
 * Node alone took in the same moments tells of what machine it was.
 */
export const judgeTimes = (rounds: readonly Figures[], stalls: readonly Stall[]): string => {
  const atEnd = (end: 'atFar' | 'atUs') => {
    const all = rounds.flatMap(({ between }) => between[end]);
    return { all: at(lengths(all), 0.999), own: at(lengths(ownGaps(all, stalls)), 0.999) };
  };
  const [far, us] = [atEnd('atFar'), atEnd('atUs')];
  const replaced = rounds.flatMap((each) => each.replaced);
  const spread = (values: readonly number[]): string => {
    const sorted = [...values].sort((a, b) => a - b);
    return `p50 ${at(sorted, 0.5)} ms, p90 ${at(sorted, 0.9)} ms, at most ${sorted.at(-1)} ms`;
  };
  const words = [
    `${replaced.length} kills, ready: ${spread(replaced.map(({ readyMs }) => readyMs))}`,
    `\`node -e 0\` beside them: ${spread(replaced.map(({ bareMs }) => bareMs))}`,
    `p99.9 between packets ${far.own.toFixed(1)} ms at the far end, ${us.own.toFixed(1)} ms here`,
    `with what ${stalls.length} stalls of the machine made late: ${far.all.toFixed(1)} and ${us.all.toFixed(1)} ms`,
  ].join('; ');
  assert.ok(Math.max(far.own, us.own) < MOST_BETWEEN_PACKETS_MS, words);
  const late = replaced.filter(({ readyMs }) => readyMs > READY_WITHIN_MS);
  assert.deepEqual(late, [], `later than ${READY_WITHIN_MS} ms: ${words}`);
  return words;
};

const shuffled = <T>(random: Random, list: T[]): T[] =>
  list
    .map((each) => ({ each, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);

/** Answers that say no, without those that ask for a password or end what was cancelled. */
const refusals = ({ sip }: Decoded): string[] =>
  sip.flatMap(({ status = 0, head, cseq }) =>
    status >= 400 && ![401, 407].includes(status) ? [`${head.split('\r\n', 1)[0]} to ${cseq}`] : [],
  );

const betweenOf = (packets: readonly RtpPacket[]): Stall[] =>
  packets.slice(1).map(({ at: to }, n) => ({ from: packets[n]!.at, to }));

/** No refusal, no packet missing either way; gives what is between packets each way. */
const judged = (seen: Decoded, quietFrom: number): Figures['between'] => {
  assert.deepEqual(refusals(seen), [], 'answers that say no');
  const media = seen.rtp.filter(({ event }) => !event);
  // told apart by port: the far end's system sends from another address than it names
  const all = streams(media.map((each) => ({ ...each, from: '', to: isFarMedia(each.to) ? 'far' : 'us' })));
  assert.ok(all.length >= 12, `${all.length} streams, both ways of six calls`);
  const missing = all.filter((stream) => stream.missing > 0);
  assert.deepEqual(
    missing.map(({ ssrc, to, missing: count }) => ({ ssrc, to, count })),
    [],
    'sequence numbers missing',
  );
  const unheld = (end: string) => {
    const long = all
      .filter(({ to }) => to === end)
      .map(({ packets }) => betweenOf(packets.filter(({ at: seenAt }) => seenAt * 1_000 < quietFrom)))
      .filter((between) => between.length > 100);
    const flowing = long.filter((between) => (lengths(between).at(-1) ?? 0) < HELD_MS);
    assert.ok(long.length - flowing.length <= MOST_HELD, `${long.length - flowing.length} streams ${end} were silent`);
    return flowing;
  };
  const [atFar, atUs] = [unheld('far'), unheld('us')];
  assert.ok(atFar.length >= 2 && atUs.length >= 2, `${atFar.length} and ${atUs.length} streams that were never held`);
  return { atFar: atFar.flat(), atUs: atUs.flat() };
};

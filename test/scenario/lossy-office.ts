import assert from 'node:assert/strict';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Heard } from '../../drivers/simulated/spectrum.ts';
import { gatewayConfiguration, primary, secondary, type TrunkSettings } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { Kamailio } from '../peer/kamailio.ts';
import {
  brokenPromises,
  type FarLeg,
  isKept,
  isLost,
  silenceExplained,
  type Transaction,
  transactionsOf,
} from '../peer/losses.ts';
import { LossyRelay, type Relayed } from '../peer/relay.ts';
import { address, type Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { FarSwitchboard } from './far-switchboard.ts';
import { bound, dial, statusOf } from './office.ts';

export const PHONES = 20;
export const CALLS = 40;
/** A hunt ends within 60 s. */
const LONGEST_WAIT_MS = 64_000;
const TALK_MS = 600;
/** A shorter opening of the loop would be a hook flash. */
const DOWN_MS = 1500;

export type TrunkId = 'primary' | 'secondary';
export type LossyOffice = {
  readonly a: Kamailio;
  readonly b: Kamailio;
  readonly relays: Readonly<Record<TrunkId, LossyRelay>>;
  readonly far: FarSwitchboard;
  readonly gateway: Gateway;
  /** How late this process itself was woken: a bare reference for a plane that shares its processors. */
  readonly lateness: IntervalHistogram;
};

export type LossyOptions = {
  readonly lossPercent: number;
  readonly seed: number;
  /** Laid over the settings of both trunks. */
  readonly trunk?: Partial<TrunkSettings>;
};

/** Each softswitch behind a relay of its own that loses this share of the messages each way. */
export const openLossyOffice = async (
  site: Site,
  { lossPercent, seed, trunk: more = {} }: LossyOptions,
): Promise<LossyOffice> => {
  const behind = async (name: string, host: string, relayHost: string, algorithm: 'MD5' | 'SHA-256', own: number) => {
    const seen = { host: relayHost, port: 5060 };
    const relay = await LossyRelay.start(site, { ...seen, target: { host, port: 5060 }, seed: own, lossPercent });
    const trunk = `sip:${address.farEnd}:5060`;
    return { relay, softswitch: await Kamailio.start(site, { name, host, algorithm, trunk, advertise: seen }) };
  };
  const [a, b] = await Promise.all([
    behind('a', address.softswitchA, address.relayA, 'MD5', 2 * seed),
    behind('b', address.softswitchB, address.relayB, 'SHA-256', 2 * seed + 1),
  ]);
  const far = new FarSwitchboard(site, 170_000);
  const trunks = [primary({ host: address.relayA, ...more }), secondary({ host: address.relayB, ...more })];
  const configuration = gatewayConfiguration(
    { phones: PHONES, exchangeLines: 0, trunks },
    { routing: { digitMap: '9xxx' } },
  );
  const gateway = await Gateway.start(site, { configuration });
  const lateness = monitorEventLoopDelay({ resolution: LATENESS_STEP_MS });
  lateness.enable();
  const relays = { primary: a.relay, secondary: b.relay };
  return { a: a.softswitch, b: b.softswitch, relays, far, gateway, lateness };
};

/** Waits until both softswitches hold the binding of every phone. */
export const allBound = async ({ a, b }: LossyOffice, withinMs: number): Promise<void> => {
  await Promise.all([bound(a, PHONES, withinMs), bound(b, PHONES, withinMs)]);
};

export type Outcome = { readonly number: string; readonly phone: number; readonly is: 'talked' | 'refused' };

/** The number of a call, dialled once in a test: by it all records are put together. */
const numberOf = (call: number): string => String(9000 + call);
/** Every phone has a voice of its own, so that nobody hears another one. */
const voiceOf = (phone: number): number => 700 + 30 * phone;

const hasTone = (heard: Heard, hertz: number): boolean =>
  heard.hertz.some((each) => Math.abs(each - hertz) <= hertz / 100);

/** Waits until the phone hears its own voice from the far end, and nothing else, or a tone of refusal. */
const outcomeAt = (gateway: Gateway, phone: number): Promise<Outcome['is']> =>
  eventually(`phone ${phone} to hear the far end or a tone of refusal`, LONGEST_WAIT_MS, async () => {
    const heard = await gateway.bench.hear(`phone/${phone}`, 200);
    if (hasTone(heard, 480) && hasTone(heard, 620)) return 'refused';
    return heard.hertz.length === 1 && hasTone(heard, voiceOf(phone)) ? 'talked' : undefined;
  });

/** One call from lifting to hanging up. */
const call = async (gateway: Gateway, phone: number, number: string): Promise<Outcome> => {
  const port = `phone/${phone}`;
  await dial(gateway, phone, number);
  await gateway.bench.tone(port, [voiceOf(phone)]);
  const is = await outcomeAt(gateway, phone);
  await sleep(TALK_MS);
  await gateway.bench.hangUp(port);
  return { number, phone, is };
};

/** All calls, every phone busy at the same time and one after the other's end. */
export const makeCalls = async ({ gateway }: LossyOffice): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  const person = async (phone: number): Promise<void> => {
    for (let number = phone; number <= CALLS; number += PHONES) {
      outcomes.push(await call(gateway, phone, numberOf(number)));
      await sleep(DOWN_MS);
    }
  };
  await Promise.all(Array.from({ length: PHONES }, (_, index) => person(index + 1)));
  return outcomes;
};

/** Waits until no softswitch has a dialog and the gateway neither a call, a leg nor a context. */
export const nothingLeft = async ({ a, b, gateway }: LossyOffice, withinMs: number): Promise<void> => {
  let left: unknown;
  const clear = async (): Promise<boolean> => {
    const { calls, legs, audit } = statusOf(gateway);
    const dialogs = [...(await a.dialogs()), ...(await b.dialogs())];
    left = { calls, legs, contexts: audit.contexts, dialogs };
    return calls.length + legs.length + audit.contexts.length + dialogs.length === 0;
  };
  await eventually('nothing to be left', withinMs, clear).catch((error: Error) => {
    throw new Error(`${error.message}; left: ${JSON.stringify(left)}`);
  });
};

type CallRecord = {
  /** Wall time of its begin, in ms. */
  readonly at: number;
  readonly dialled: string;
  readonly attempts: readonly {
    readonly attempt: TrunkId;
    readonly cause: string;
    readonly afterMs: number;
    readonly lastedMs: number;
  }[];
};

export type Evidence = {
  readonly logs: Readonly<Record<TrunkId, readonly Relayed[]>>;
  readonly transactions: Readonly<Record<TrunkId, readonly Transaction[]>>;
  readonly all: readonly Transaction[];
  readonly legs: readonly FarLeg[];
  readonly records: readonly CallRecord[];
  /** `registrationFailed` in the gateway's own words. */
  readonly registrationsFailed: readonly {
    readonly trunk: TrunkId;
    readonly account: string;
    readonly cause: string;
  }[];
  readonly droppedShare: number;
  /** In ms: the longest that this process was kept from the processor. */
  readonly longestWaitMs: number;
};

/** What relays, far end and gateway have each written down. */
export const evidenceOf = ({ relays, far, gateway, lateness }: LossyOffice): Evidence => {
  lateness.disable();
  const logs = { primary: relays.primary.log, secondary: relays.secondary.log };
  const longestWaitMs = lateness.max / 1e6 - LATENESS_STEP_MS;
  const endedAt = performance.now() - longestWaitMs;
  const ended = (each: readonly Relayed[]) => transactionsOf(each, endedAt);
  const transactions = { primary: ended(logs.primary), secondary: ended(logs.secondary) };
  const log = [...logs.primary, ...logs.secondary];
  return {
    logs,
    transactions,
    all: [...transactions.primary, ...transactions.secondary],
    legs: far.legs(),
    records: gateway.records() as unknown as CallRecord[],
    registrationsFailed: gateway.log().filter((line) => line['fact'] === 'registrationFailed') as never,
    droppedShare: log.filter((each) => each.dropped).length / log.length,
    longestWaitMs,
  };
};

/** Copies of a non-INVITE request until Timer F (RFC 3261 §17.1.2.2). */
const COPIES_UNTIL_SILENCE = 11;
/** Between a message at the relay and the gateway's word on it, beside what the machine kept a bare process waiting. */
const SLACK_MS = 250;
const LATENESS_STEP_MS = 10;

/** An attempt that did not answer, in the gateway's record: was nothing heard because all was lost? */
const assertAttemptsExplained = ({ logs, records, longestWaitMs }: Evidence): void => {
  const toMonotonic = performance.now() - Date.now();
  for (const { at, dialled, attempts } of records) {
    for (const { attempt, cause, afterMs, lastedMs } of attempts) {
      if (cause === 'answered' || cause === 'answeredElsewhere') continue;
      const until = at + afterMs + lastedMs + toMonotonic - SLACK_MS - longestWaitMs;
      // after a 100 only what says more than 100 counts
      const counts = { serverSilent: /^[1-6]/, progressStalled: /^(?!100)/ }[cause];
      assert.ok(counts, `attempt by ${attempt} for ${dialled} ended with ${cause}`);
      assert.ok(silenceExplained(logs[attempt], dialled, until, counts), `${cause} of ${attempt} for ${dialled}`);
    }
  }
};

const assertRegistrationsExplained = ({ transactions, registrationsFailed }: Evidence): void => {
  for (const { trunk, account, cause } of registrationsFailed) {
    const lost = transactions[trunk].filter(
      (each) => each.method === 'REGISTER' && each.name.startsWith(`${account}>`) && isLost(each),
    );
    const explained =
      cause === 'silent'
        ? lost.some((each) => each.copies >= COPIES_UNTIL_SILENCE)
        : cause === 'refused' && lost.some((each) => each.fate === 'answerLost');
    assert.ok(explained, `registration of ${account} at ${trunk} failed: ${cause}`);
  }
};

/** Whatever failed was lost: in the relays' log, in the call records and in what was said of registrations. */
export const assertOnlyLossFails = (outcomes: readonly Outcome[], evidence: Evidence): void => {
  const unexplained = evidence.all.filter((each) => each.fate === 'unexplained');
  assert.deepEqual(unexplained, [], 'transactions whose request came through and that were never answered');
  assertAttemptsExplained(evidence);
  assertRegistrationsExplained(evidence);
  for (const { number, is } of outcomes) {
    const record = evidence.records.find((each) => each.dialled === number);
    const answered = record?.attempts.some(({ cause }) => cause === 'answered');
    assert.equal(answered, is === 'talked', `${number} ${is}, recorded as ${JSON.stringify(record)}`);
  }
};

/** One confirmed leg a call at most, and one for each that was talked on; everything else CANCELled or BYEd. */
export const assertOneLegEach = (outcomes: readonly Outcome[], { legs, all }: Evidence): void => {
  assert.deepEqual(brokenPromises(legs, all), []);
  for (const { number, is } of outcomes) {
    const kept = legs.filter((leg) => leg.number === number && isKept(leg));
    assert.equal(kept.length, is === 'talked' ? 1 : 0, `legs kept for ${number}: ${JSON.stringify(kept)}`);
  }
};

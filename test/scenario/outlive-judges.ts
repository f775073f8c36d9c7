import assert from 'node:assert/strict';
import { type Decoded, type RtpPacket, type Stream, streams } from '../peer/capture.ts';
import { userOf } from '../peer/configuration.ts';
import { LONGEST_GAP_MS, ownGaps, type Stall, stoodStillMs } from '../peer/stalls.ts';
import { isFarMedia } from './office.ts';
import type { Replaced } from './outlive-office.ts';

/** A new plane takes the calls over within this time of the kill (S6), whatever else the machine has to do. */
const READY_WITHIN_MS = 2_000;
/** No sound for longer is a hold. */
const HELD_MS = 300;

type End = 'atFar' | 'atUs';
/** `between`: from packet to packet of streams that were not held, at either end. */
export type Figures = {
  readonly replaced: readonly Replaced[];
  readonly between: Readonly<Record<End, readonly Stall[]>>;
};

/** The lengths in ms, in order. */
const lengths = (all: readonly Stall[]): number[] =>
  all.map(({ from, to }) => (to - from) * 1_000).sort((a, b) => a - b);
/** Without what the machine stood still: a short stall is no excuse for a long silence. */
const ownMs = ({ from, to }: Stall, stalls: readonly Stall[]): number => {
  const lengthMs = (to - from) * 1_000;
  return lengthMs < LONGEST_GAP_MS ? lengthMs : lengthMs - stoodStillMs(stalls, from, to);
};
/** The value that so many of the values, in order, stay below. */
const at = (values: readonly number[], share: number): number =>
  values[Math.floor(values.length * share)] ?? Number.NaN;

/**
 * Judges the times of all rounds together, and gives them in short. Times between packets are judged by p99.9 without
 * those in which the machine itself stood still; with them it stands beside. Of the time to readiness only that is
 * forgiven for which other tests had the processors; what Node alone took in the same moments tells of what machine it was.
 */
export const judgeTimes = (rounds: readonly Figures[], stalls: readonly Stall[]): string => {
  const atEnd = (end: End) => {
    const all = rounds.flatMap(({ between }) => between[end]);
    const longest = all.reduce((most, each) => Math.max(most, ownMs(each, stalls)), 0);
    return { all: at(lengths(all), 0.999), own: at(lengths(ownGaps(all, stalls)), 0.999), longest };
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
    `at most, less stalls, ${far.longest.toFixed(1)} and ${us.longest.toFixed(1)} ms`,
    `p99.9 with what ${stalls.length} stalls of the machine made late: ${far.all.toFixed(1)} and ${us.all.toFixed(1)} ms`,
  ].join('; ');
  assert.ok(Math.max(far.own, us.own) < LONGEST_GAP_MS, words);
  assert.ok(Math.max(far.longest, us.longest) < HELD_MS, `nobody was without sound: ${words}`);
  const late = replaced.filter(({ readyMs, waitedMs }) => readyMs - waitedMs > READY_WITHIN_MS);
  assert.deepEqual(late, [], `later than ${READY_WITHIN_MS} ms: ${words}`);
  return words;
};

/** Answers that say no, without those that ask for a password or end what was cancelled. */
const refusals = ({ sip }: Decoded): string[] =>
  sip.flatMap(({ status = 0, head, cseq }) =>
    status >= 400 && ![401, 407].includes(status) ? [`${head.split('\r\n', 1)[0]} to ${cseq}`] : [],
  );

const betweenOf = (packets: readonly RtpPacket[]): Stall[] =>
  packets.slice(1).map(({ at: to }, n) => ({ from: packets[n]!.at, to }));

const portOf = (end: string): number => Number(end.slice(end.lastIndexOf(':') + 1));

/** The media port that the far end named for its call with a phone of ours. */
const farPortOf = ({ sip }: Decoded, phone: number): number => {
  const names = new RegExp(`^(?:From|To):[^\\r\\n]*sip:${userOf(phone)}@`, 'im');
  const ports = sip.flatMap(({ head, mediaPort = 0 }) =>
    isFarMedia(`:${mediaPort}`) && names.test(head) ? [mediaPort] : [],
  );
  assert.equal(new Set(ports).size, 1, `media ports of the far end with phone ${phone}: ${ports.join(', ')}`);
  return ports[0]!;
};

/** Both ways of each call with the far end, by the phone of ours that placed it or was called. */
type BothWays = Readonly<Record<End, Stream>>;
const waysOf = (seen: Decoded, phone: number): BothWays => {
  const port = farPortOf(seen, phone);
  const media = seen.rtp.filter(({ event }) => !event);
  // told apart by port: the far end's system sends from another address than it names
  const far = streams(media.filter(({ to }) => portOf(to) === port).map((each) => ({ ...each, to: 'far' })));
  const us = streams(media.filter(({ from }) => portOf(from) === port).map((each) => ({ ...each, from: 'far' })));
  assert.deepEqual([far.length, us.length], [1, 1], `one source each way between phone ${phone} and the far end`);
  return { atFar: far[0]!, atUs: us[0]! };
};

/** Calls with the far end, by phone: all of them, and those whose sound towards an end was held during the kills. */
export type Expected = { readonly calls: readonly number[]; readonly held: Readonly<Record<End, readonly number[]>> };

/**
 * No refusal; each call with the far end has one source each way, whoever it was transferred to, and no packet is
 * missing. Gives what is between packets until `untilS` (seconds since 1970) in those that were not held.
 */
export const judged = (seen: Decoded, { calls, held }: Expected, untilS: number): Figures['between'] => {
  assert.deepEqual(refusals(seen), [], 'answers that say no');
  const ways = new Map(calls.map((phone) => [phone, waysOf(seen, phone)]));
  const missing = [...ways].flatMap(([phone, both]) =>
    (['atFar', 'atUs'] as const).flatMap((end) =>
      both[end].missing > 0 ? [{ phone, end, is: both[end].missing }] : [],
    ),
  );
  assert.deepEqual(missing, [], 'sequence numbers missing');
  const between = (end: End): Stall[] =>
    [...ways].flatMap(([phone, both]) =>
      held[end].includes(phone) ? [] : betweenOf(both[end].packets.filter((each) => each.at < untilS)),
    );
  return { atFar: between('atFar'), atUs: between('atUs') };
};

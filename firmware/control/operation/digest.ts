import { type CallFailure, isFailure } from '../failure.ts';
import type { CallRecord } from '../records/call-record-machine.ts';
import { recordWords } from '../records/words.ts';
import { dateIn } from '../routing/calendar.ts';
import { momentOf } from '../routing/local-time.ts';
import { zoneOffsetMs } from '../routing/time-zone.ts';

// The digest of a day (R10); pure. Times are wall time in ms since 1970.

/** When it is due: a time such as `07:30` by the clocks of a zone. */
export type DigestTime = { readonly at: string; readonly zone: string };

/** An alarm that came or went. */
export type DigestEvent = { readonly at: number; readonly is: 'raised' | 'cleared'; readonly text: string };

/** What is kept between two digests. */
export type DigestState = {
  /** The office was told of all until then. */
  readonly told: number;
  readonly events: readonly DigestEvent[];
  /** Events that were dropped because there were too many. */
  readonly dropped: number;
};

/** So many alarms and so many failed calls are told one by one. */
const MOST_EVENTS = 100;
const MOST_FAILED = 30;
const DAY_MS = 86_400_000;

/** A digest that begins now. */
export const digestFrom = (told: number): DigestState => ({ told, events: [], dropped: 0 });

/** With one more event; the oldest goes where there are too many. */
export const digestNoted = (state: DigestState, event: DigestEvent): DigestState => {
  const events = [...state.events, event];
  const over = Math.max(0, events.length - MOST_EVENTS);
  return { ...state, events: events.slice(over), dropped: state.dropped + over };
};

/**
 * Whether a digest is due: its time has come since the last one, be it today's or, while the box was off, yesterday's.
 * An hour that the clocks show twice makes no second one.
 */
export const digestDue = ({ told }: DigestState, { at, zone }: DigestTime, now: number): boolean =>
  [now, now - DAY_MS].some((day) => {
    const moment = momentOf(zone, `${dateIn(zone, day)} ${at}`);
    return moment !== undefined && moment <= now && moment > told;
  });

/** A clock that was set back by more than a day makes nobody wait for what it said before. */
export const digestBelieved = (state: DigestState, now: number): DigestState =>
  state.told - now > DAY_MS ? { ...state, told: now } : state;

/** What the digest says; `atLeast`: more calls than were read belong to it. */
export type DigestGiven = {
  readonly state: DigestState;
  readonly now: number;
  readonly zone: string;
  /** Calls of the time since the last digest, oldest first. */
  readonly records: readonly CallRecord[];
  readonly atLeast: boolean;
  /** Alarms that stand. */
  readonly standing: readonly string[];
};

/** Ends that are the word of a callee or a caller, of the number dialled, or of our own rules. */
const NO_FAULT: ReadonlySet<CallFailure> = new Set<CallFailure>([
  ...(['busy', 'declined', 'noAnswer', 'unknownNumber', 'numberIncomplete'] as const),
  ...(['unavailable', 'barred', 'duplicate'] as const),
]);

const failed = ({ cause }: CallRecord): boolean => isFailure(cause) && !NO_FAULT.has(cause);
const talked = (record: CallRecord): boolean => record.answeredAfterMs !== undefined && !failed(record);

/** The way that took a call after another had failed. */
const otherWay = ({ attempts }: CallRecord): string | undefined => {
  const taken = attempts.findIndex(({ cause }) => cause === 'answered');
  const missed = attempts
    .slice(0, Math.max(0, taken))
    .some(({ target, cause }) => isWay(target) && cause !== undefined && isFault(cause));
  const way = attempts[taken];
  return missed && way !== undefined && isWay(way.target) ? way.target.id : undefined;
};
const isWay = ({ kind }: CallRecord['attempts'][number]['target']): boolean => kind === 'trunk' || kind === 'line';
const isFault = (cause: NonNullable<CallRecord['attempts'][number]['cause']>): boolean =>
  cause !== 'answered' && isFailure(cause) && !NO_FAULT.has(cause);

/** Calls that ended within the time of a digest. */
export const recordsSince = (records: readonly CallRecord[], told: number, now: number): readonly CallRecord[] =>
  records.filter(({ at, lastedMs }) => at + lastedMs > told && at + lastedMs <= now);

/** The sentence that stands in the subject, and the lines below it. */
export const digestWords = (given: DigestGiven): { readonly text: string; readonly lines: readonly string[] } => {
  const { state, now, zone, records, atLeast, standing } = given;
  const stamp = (ms: number): string =>
    new Date(ms + zoneOffsetMs(zone, ms)).toISOString().slice(0, 16).replace('T', ' ');
  const bad = records.filter(failed);
  const text = `Digest: ${atLeast ? 'at least ' : ''}${counted(records.length, 'call')}, ${bad.length} failed, ${counted(standing.length, 'alarm')} now`;
  const lines = [
    `From ${stamp(state.told)} to ${stamp(now)} (${zone}).`,
    `Calls: ${records.length}; answered ${records.filter(talked).length}; failed ${bad.length}.`,
    ...emergencies(records),
    ...byOtherWays(records),
    ...section('Alarms that stand now:', standing),
    ...section('Alarms that came and went:', happened(state, stamp)),
    ...section(
      'Calls that failed:',
      limited(bad).map((record) => `${stamp(record.at)}  ${recordWords(record).title}`),
      bad.length - MOST_FAILED,
    ),
  ];
  return { text, lines };
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
/** The newest of them. */
const limited = (records: readonly CallRecord[]): readonly CallRecord[] => records.slice(-MOST_FAILED);

const section = (title: string, lines: readonly string[], more = 0): string[] =>
  lines.length === 0
    ? []
    : ['', title, ...lines.map((line) => `  ${line}`), ...(more > 0 ? [`  and ${more} before these`] : [])];

const happened = ({ events, dropped }: DigestState, stamp: (ms: number) => string): string[] => [
  ...(dropped > 0 ? [`${counted(dropped, 'change')} before these`] : []),
  ...events.map(({ at, is, text }) => `${stamp(at)}  ${is === 'raised' ? text : `Over: ${text}`}`),
];

const emergencies = (records: readonly CallRecord[]): string[] => {
  const count = records.filter(({ emergency }) => emergency).length;
  return count === 0 ? [] : [`Emergency calls: ${count}.`];
};

const byOtherWays = (records: readonly CallRecord[]): string[] => {
  const counts = new Map<string, number>();
  for (const record of records) {
    const way = otherWay(record);
    if (way !== undefined) counts.set(way, (counts.get(way) ?? 0) + 1);
  }
  const ledOn = records.filter(({ ledOn: rules }) => rules !== undefined && rules.length > 0).length;
  const ways = [...counts].map(([way, count]) => `${way} ${count}`).join(', ');
  return [
    ...(ways === '' ? [] : [`Answered by another way after the first had failed: ${ways}.`]),
    ...(ledOn === 0 ? [] : [`Led on by a forwarding or a failover: ${ledOn}.`]),
  ];
};

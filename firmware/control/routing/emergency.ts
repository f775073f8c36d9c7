import type { Configuration } from '../../config/schema.ts';
import { isSome } from '../../core/machine.ts';
import type { NumberPlan } from '../../profiles/number-plan.ts';
import { type CallFailure, failureTable } from '../failure.ts';
import type { TrunkSnapshot, VerdictOverrides } from '../trunk/trunk.ts';
import type { Attempt, Level } from './attempt.ts';
import type { PlanReason } from './explanation.ts';
import { groupCalls } from './group.ts';
import type { LineSnapshot, PlanQuestion } from './question.ts';
import { isShut } from './usable.ts';
import { isBound, lineAttempt, trunkAttempt } from './way-attempt.ts';

/** Whether this is an emergency number as it stands. */
export const isEmergency = (number: string, numbers: readonly string[]): boolean => numbers.includes(number);

/** Every way in which an emergency number may be dialled here: as it is, and behind the outside prefix (S4). */
export const dialledEmergency = (
  { routing }: Pick<Configuration, 'routing'>,
  { emergency }: Pick<NumberPlan, 'emergency'>,
): readonly string[] => {
  const { outsidePrefix } = routing;
  return outsidePrefix === '' ? emergency : [...emergency, ...emergency.map((number) => outsidePrefix + number)];
};

/** The emergency number that was meant, without outside prefix; undefined for any other number. */
export const emergencyNumber = ({ offer, configuration, country }: PlanQuestion): string | undefined => {
  const { dialled } = offer;
  const { outsidePrefix } = configuration.routing;
  return country.emergency.find((number) => dialled === number || dialled === outsidePrefix + number);
};

/** For an emergency call every failure goes on: no answer of anybody ends it while another way is left (S4). */
const emergencyVerdicts: VerdictOverrides = Object.fromEntries(
  (Object.keys(failureTable) as CallFailure[]).map((failure) => [failure, 'next']),
);
/** Nobody's patience ends an emergency call but the caller's. */
const RING_MS = 3_600_000;

/** How a way stands for an emergency call, in the order in which they are asked. */
const STANDINGS = {
  freeLine: 'a free exchange line, valid for emergency calls',
  marked: 'its provider takes emergency calls from here',
  alive: 'a softswitch that lives',
  doubtful: 'a softswitch of which little good is known',
  otherLine: 'a free exchange line, though not marked for emergency calls',
  preempts: 'nothing is free: an ordinary call is ended for it',
  crowded: 'a softswitch that is full, and none of its calls can be ended',
  dead: 'a softswitch that is down, as the last hope',
  lastLine: 'an exchange line that is in use or gives no sign of life, as the last hope',
} as const;
type Standing = keyof typeof STANDINGS;
const ORDER = Object.keys(STANDINGS) as Standing[];

type Way = { readonly way: TrunkSnapshot; readonly standing: Standing; readonly taken?: LineSnapshot['call'] };
/** Ways of these standings were free when the call came. */
const FREE: readonly Standing[] = ['freeLine', 'marked', 'alive', 'doubtful', 'otherLine'];

/**
 * The ways for an emergency call (S4): free exchange lines that are marked, softswitches that are marked, any
 * softswitch, even without our binding. A softswitch that refuses what it is told beside the number is asked once more by
 * the number alone. Only if none of these is free, or none took it, the newest ordinary call is ended, never an emergency
 * call; what is surely dead comes after that. No limit, bar, lock, transform or tech prefix applies.
 */
export const emergencyLevels = (
  question: PlanQuestion,
  number: string,
): { readonly levels: readonly Level[]; readonly reasons: readonly PlanReason[] } => {
  const { from, caller } = question.offer;
  // a PBX that registers with us has asked because it has no other way: it is not asked back
  const others = question.trunks.filter(({ kind, id }) => kind !== from.kind || id !== from.id);
  const ways = others.map((way) => placed(way, question)).sort(inOrder(caller.account));
  const attempts = withBlind([
    ...ways.filter(isFree).map((each) => attemptBy(each, question, number)),
    ...ways.filter(isFree).flatMap((each) => plainly(each, question, number)),
    ...ways.filter((each) => !isFree(each)).map((each) => attemptBy(each, question, number)),
  ]);
  const reasons = attempts.map(({ id, why }) => ({ what: id, why }));
  return { levels: isSome(attempts) ? [{ on: 'any', attempts, emergency: true }] : [], reasons };
};

const isFree = ({ standing }: Way): boolean => FREE.includes(standing);

const placed = (way: TrunkSnapshot, question: PlanQuestion): Way => {
  if (way.kind === 'trunk') return placedTrunk(way, question);
  if (way.health === 'down') return { way, standing: 'lastLine' };
  if (way.callLimit === 0 || way.callsUp < way.callLimit) {
    return { way, standing: way.emergency ? 'freeLine' : 'otherLine' };
  }
  const call = question.lines.find(({ id }) => id === way.id)?.call;
  return call === undefined || call.emergency
    ? { way, standing: 'lastLine' }
    : { way, standing: 'preempts', taken: call };
};

/** A softswitch that is full is as good as one that is in use: its newest ordinary call, or of its group, makes way. */
const placedTrunk = (way: TrunkSnapshot, question: PlanQuestion): Way => {
  const standing = standingOfTrunk(way);
  const full = fullWays(way, question);
  if (standing === 'dead' || full === undefined) return { way, standing };
  const taken = newestOrdinary(full, question);
  return taken === undefined ? { way, standing: 'crowded' } : { way, standing: 'preempts', taken };
};

/** Softswitches of which one must lose a call before this one takes another; undefined where it is not full. */
const fullWays = (way: TrunkSnapshot, { configuration, trunks }: PlanQuestion): readonly string[] | undefined => {
  if (way.callLimit > 0 && way.callsUp >= way.callLimit) return [way.id];
  const limit = configuration.groups.find(({ id }) => id === way.group)?.callLimit ?? 0;
  if (limit === 0 || groupCalls(way.group, trunks) < limit) return undefined;
  return trunks.flatMap(({ id, group }) => (group === way.group ? [id] : []));
};

const newestOrdinary = (ways: readonly string[], { lines }: PlanQuestion): LineSnapshot['call'] => {
  const calls = lines.flatMap(({ id, call }) => (ways.includes(id) && call && !call.emergency ? [call] : []));
  return calls.sort((a, b) => b.beganMs - a.beganMs)[0];
};

/** A block or a lock is passed, but whoever set it had a reason. */
const standingOfTrunk = (way: TrunkSnapshot): Standing => {
  if (way.health === 'down') return 'dead';
  if (way.emergency) return 'marked';
  return way.health === 'up' && way.blocked === undefined && way.lock === 'none' ? 'alive' : 'doubtful';
};

/** Among those of one standing: the newest call, marked ones, free ones, priority, our binding, the name. */
const inOrder =
  (account: string | undefined) =>
  (a: Way, b: Way): number =>
    ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) ||
    (b.taken?.beganMs ?? 0) - (a.taken?.beganMs ?? 0) ||
    Number(isShut(a.way)) - Number(isShut(b.way)) ||
    Number(b.way.emergency) - Number(a.way.emergency) ||
    a.way.callsUp - b.way.callsUp ||
    a.way.priority - b.way.priority ||
    Number(isBound(b.way, account)) - Number(isBound(a.way, account)) ||
    (a.way.id < b.way.id ? -1 : Number(a.way.id > b.way.id));

const attemptBy = ({ way, standing, taken }: Way, question: PlanQuestion, number: string): Attempt => {
  const why = `emergency call: ${STANDINGS[standing]}`;
  const preempts = taken === undefined ? {} : { preempts: taken.call };
  const about = { ringMs: RING_MS, verdicts: emergencyVerdicts, why, ...preempts };
  if (way.kind === 'line') return { ...lineAttempt(way, number, why), ...about };
  const plain = trunkAttempt(way, undefined, number, question);
  return { ...plain, ...about, targets: [{ ...plain.targets[0], emergencyOf: callingLine(question) }] };
};

const callingLine = ({ offer: { from } }: PlanQuestion): string => (from.kind === 'phone' ? from.id : '');

/**
 * What a softswitch is asked when all that is free has refused: by the number alone where it was told more, and with
 * its newest ordinary call out of the way, which may have held its last channel.
 */
const plainly = (each: Way, question: PlanQuestion, number: string): readonly Attempt[] => {
  const { way } = each;
  if (way.kind === 'line') return [];
  const settings = question.configuration.trunks.find(({ id }) => id === way.id);
  const taken = newestOrdinary([way.id], question);
  const toldMore = settings !== undefined && (settings.sosUrn || settings.location !== 'none');
  if (!toldMore && taken === undefined) return [];
  const { targets, ...attempt } = attemptBy({ ...each, ...(taken === undefined ? {} : { taken }) }, question, number);
  const { emergencyOf: _, ...target } = targets[0];
  const why = taken === undefined ? 'by the number alone' : 'an ordinary call is ended, as nothing free took it';
  return [{ ...attempt, id: `${way.id}/again`, targets: [target], start: 'alone', why: `emergency call: ${why}` }];
};

/**
 * A line without dial tone is left for the next way; when all has failed, a line is dialled without one, as it may
 * only sound unlike what we know.
 */
const withBlind = (attempts: readonly Attempt[]): readonly Attempt[] => {
  const lines = attempts.filter(({ targets, preempts }) => targets[0].kind === 'line' && preempts === undefined);
  const line = lines[0];
  if (line === undefined) return attempts;
  const [target] = line.targets;
  const blind: Attempt = {
    ...line,
    targets: [{ ...target, blind: true }],
    why: 'emergency call: all has failed, so the line is dialled without dial tone',
  };
  // the only way of all is dialled blind at once
  if (attempts.length === 1) return [{ ...blind, why: line.why }];
  return [...attempts, { ...blind, id: `${line.id}/blind` }];
};

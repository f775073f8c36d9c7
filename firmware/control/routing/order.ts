import type { Group, Trunk } from '../../config/schema.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import type { PlanQuestion } from './question.ts';
import { costOf } from './rate.ts';
import { transformed } from './transform.ts';
import { isBound } from './way-attempt.ts';

type Sort = Group['sort'];
type Compare = (a: TrunkSnapshot, b: TrunkSnapshot) => number;

/**
 * The order in which trunks are tried (U4): what has just come back after all others, until it has been stable (U3);
 * then priority; then, among those of one group, by the rule of the group; among equals a softswitch that holds our
 * binding, then the one that is surely alive, then the name.
 */
export const inOrder = (
  ways: readonly TrunkSnapshot[],
  question: PlanQuestion,
  number: string,
): readonly TrunkSnapshot[] => {
  const ordered = [...ways].sort(byPriority(question.offer.caller.account));
  for (const group of question.configuration.groups) {
    const compare = ruleOf(group.sort, question, number);
    if (compare !== undefined) sortAmongThemselves(ordered, (way) => way.group === group.id, compare);
  }
  return ordered;
};

const byPriority =
  (account: string | undefined): Compare =>
  (a, b) =>
    rank(a, b) ||
    Number(isBound(b, account)) - Number(isBound(a, account)) ||
    Number(b.health === 'up') - Number(a.health === 'up') ||
    (a.id < b.id ? -1 : Number(a.id > b.id));

const rank: Compare = (a, b) =>
  Number(a.health === 'returning') - Number(b.health === 'returning') || a.priority - b.priority;

/**
 * Members of a group change places with each other only, and only among those of one rank: a rule that compared them
 * with trunks outside the group would have no order at all.
 */
const sortAmongThemselves = (
  ordered: TrunkSnapshot[],
  isMember: (way: TrunkSnapshot) => boolean,
  compare: Compare,
): void => {
  const places = [...ordered.keys()].filter((place) => isMember(ordered[place]!));
  if (places.length < 2) return;
  const members = places.map((place) => ordered[place]!);
  members.sort((a, b) => rank(a, b) || compare(a, b));
  for (const [at, place] of places.entries()) ordered[place] = members[at]!;
};

/** A trunk whose share is not known yet comes first, so that it becomes known; a number without rate last. */
const ruleOf = (sort: Sort, question: PlanQuestion, number: string): Compare | undefined => {
  if (sort === 'priority') return undefined;
  if (sort === 'leastUsed') return (a, b) => a.callsUp - b.callsUp;
  if (sort === 'bestAsr') return (a, b) => (b.asr ?? 1) - (a.asr ?? 1);
  const trunkOf = (id: string): Trunk | undefined => question.configuration.trunks.find((trunk) => trunk.id === id);
  const costs = new Map<string, number>();
  const cost = (id: string): number => {
    const known = costs.get(id);
    if (known !== undefined) return known;
    const trunk = trunkOf(id);
    const sent = trunk === undefined ? number : transformed(trunk, number, 'callee');
    const fresh = costOf(question, id, sent) ?? Number.MAX_SAFE_INTEGER;
    costs.set(id, fresh);
    return fresh;
  };
  return (a, b) => cost(a.id) - cost(b.id);
};

/** What the rule of its group says of a trunk, for the record; empty where there is none. */
export const whySorted = (way: TrunkSnapshot, question: PlanQuestion, number: string): string => {
  const group = question.configuration.groups.find(({ id }) => id === way.group);
  if (group === undefined || group.sort === 'priority') return '';
  if (group.sort === 'leastUsed') return `, ${way.callsUp === 1 ? 'one call' : `${way.callsUp} calls`} up`;
  if (group.sort === 'bestAsr') {
    return way.asr === undefined ? ', share of answered calls not known yet' : `, ${percent(way.asr)} answered`;
  }
  const trunk = question.configuration.trunks.find(({ id }) => id === way.id);
  const cost = trunk && costOf(question, way.id, transformed(trunk, number, 'callee'));
  return cost === undefined ? ', no rate for this number' : `, ${cost / 1_000_000} a minute`;
};

const percent = (share: number): string => `${Math.round(share * 100)} %`;

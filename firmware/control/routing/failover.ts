import type { Did } from '../../config/schema.ts';
import { isSome, type Some } from '../../core/machine.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import type { Attempt, Level } from './attempt.ts';
import type { PlanReason } from './explanation.ts';
import { FAILED, type LedOn } from './forwarding.ts';
import { inOrder, whySorted } from './order.ts';
import { failedNotRefused, MOST_WAYS, outsideLevels } from './outside.ts';
import type { PlanQuestion } from './question.ts';
import { objectionTo } from './usable.ts';
import { trunkAttempt } from './way-attempt.ts';

const nothing: LedOn = { levels: [], reasons: [] };

/**
 * Where a call to a number of ours goes when all that it rings has failed (U13): the failover PBX of the number, else
 * of its group, which may be another group as a whole; then the failover number likewise. All see the number that was
 * called.
 */
export const failoverPlan = (question: PlanQuestion, did: Did): LedOn => {
  const group = question.configuration.groups.find(({ id }) => id === did.group);
  const name = did.failoverTrunk || (group?.failoverTrunk ?? '');
  const number = did.failoverNumber || (group?.failoverNumber ?? '');
  const pbx = name === '' ? nothing : failoverPbx(question, did, name);
  const other = number === '' ? nothing : failoverNumber(question, did, number);
  return { levels: [...pbx.levels, ...other.levels], reasons: [...pbx.reasons, ...other.reasons] };
};

/** The trunk of this name, else those of the group of this name in the group's own order; protect ones behind (U7). */
const failoverPbx = (question: PlanQuestion, did: Did, name: string): LedOn => {
  const reasons: PlanReason[] = [];
  const what = ({ id }: { readonly id: string }): string => `failover PBX ${id}`;
  const named = trunksNamed(question, name);
  if (named.length === 0) reasons.push({ what: what({ id: name }), why: 'there is no such trunk' });
  const open = inOrder(named, question, did.number).filter((way) => {
    const objection = objectionTo(way, question, undefined);
    if (objection !== undefined) reasons.push({ what: what(way), why: objection.why });
    return objection === undefined;
  });
  const attempts = (role: TrunkSnapshot['role']): readonly Attempt[] => {
    const ways = open.filter((way) => way.role === role);
    for (const way of ways.slice(MOST_WAYS)) {
      reasons.push({ what: what(way), why: `only ${MOST_WAYS} ways are tried` });
    }
    return ways.slice(0, MOST_WAYS).map((way, at) => {
      const attempt = attemptBy(question, did, way, ways[at - 1], name);
      reasons.push({ what: what(way), why: attempt.why });
      return attempt;
    });
  };
  return { levels: levelsOf(question, did, attempts('normal'), attempts('protect')), reasons };
};

const trunksNamed = (question: PlanQuestion, name: string): readonly TrunkSnapshot[] => {
  const trunks = question.trunks.filter(({ kind }) => kind === 'trunk');
  const one = trunks.filter(({ id }) => id === name);
  return one.length > 0 ? one : trunks.filter(({ group }) => group === name);
};

const attemptBy = (
  question: PlanQuestion,
  did: Did,
  way: TrunkSnapshot,
  before: TrunkSnapshot | undefined,
  name: string,
): Attempt => {
  const attempt = trunkAttempt(way, before, did.number, question);
  const member = way.id === name ? '' : `, group ${name}${whySorted(way, question, did.number)}`;
  const protect = way.role === 'protect' ? { start: 'alone' as const } : {};
  return { ...attempt, ...protect, why: `failover PBX of the number ${did.id}${member}`, by: did.id };
};

const levelsOf = (
  { configuration }: PlanQuestion,
  did: Did,
  normal: readonly Attempt[],
  protect: readonly Attempt[],
): readonly Level[] => {
  const name = `${did.id}>failoverTrunk`;
  const levels: Level[] = isSome(normal) ? [{ on: FAILED, elsewhere: true, name, attempts: normal }] : [];
  if (!isSome(protect)) return levels;
  const behind = isSome(normal)
    ? { on: failedNotRefused(normal), after: [name] }
    : { on: FAILED, elsewhere: true as const };
  const delayMs = configuration.routing.protectDelayS * 1000;
  return [...levels, { ...behind, name, attempts: protect, protect: { delayMs, again: normal } }];
};

const failoverNumber = (question: PlanQuestion, did: Did, number: string): LedOn => {
  const why = `failover number of ${did.id}`;
  const { levels, reasons, refused } = outsideLevels(question, number, { forwarded: true, why });
  const [first, ...others] = levels;
  if (!first) return { levels, reasons: [...reasons, { what: number, why: `${why}: ${refused ?? 'noRoute'}` }] };
  const by = (level: Level): Level => ({ ...level, attempts: ruledBy(level.attempts, did.id) });
  const name = `${did.id}>failoverNumber`;
  const head: Level = { ...by(first), on: FAILED, elsewhere: true, name };
  return { levels: [head, ...others.map((level) => ({ ...by(level), name, after: [name] }))], reasons };
};

const ruledBy = ([first, ...others]: Some<Attempt>, by: string): Some<Attempt> => [
  { ...first, by },
  ...others.map((attempt) => ({ ...attempt, by })),
];

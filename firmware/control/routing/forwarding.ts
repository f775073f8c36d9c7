import type { Forwarding, Line } from '../../config/schema.ts';
import type { Some } from '../../core/machine.ts';
import { type CallFailure, failureTable } from '../failure.ts';
import type { Attempt, Level } from './attempt.ts';
import { notCounted } from './calendar.ts';
import type { PlanReason } from './explanation.ts';
import { targetFound } from './forwarding-target.ts';
import { accountOfLine } from './inside.ts';
import type { PlanQuestion } from './question.ts';

/** Levels that a forwarding or a failover adds, and why each rule acts or does not. */
export type LedOn = { readonly levels: readonly Level[]; readonly reasons: readonly PlanReason[] };

/** So many levels one call may go through (U15). */
const MOST_LEVELS = 8;
/** So many levels are planned for all that may happen: phones that forward to each other branch without end. */
const MOST_PLANNED = 64;

type Condition = Exclude<Forwarding['on'], 'always'>;
const NO_ERROR: readonly CallFailure[] = ['busy', 'declined', 'noAnswer', 'preempted', 'duplicate'];
const [firstError, ...otherErrors] = (Object.keys(failureTable) as CallFailure[]).filter(
  (failure) => !NO_ERROR.includes(failure),
);
const ERRORS: Some<CallFailure> = [firstError ?? 'unavailable', ...otherErrors];
/** What ends a call for good is no reason to call another. */
export const FAILED: Some<CallFailure> = ['busy', 'declined', 'noAnswer', ...ERRORS];
/** What a phone says, by the condition of a rule (U14). */
const failuresOf: Readonly<Record<Condition, Level['on']>> = {
  unregistered: 'any',
  error: ERRORS,
  busy: ['busy'],
  rejected: ['declined'],
  noAnswer: ['noAnswer'],
};

/** The rules of a phone that count for this call, in their order; those for some callers go first. */
const rulesOf = (question: PlanQuestion, line: Line, reasons: PlanReason[]): readonly Forwarding[] => {
  const { number } = question.offer.from;
  const own = question.configuration.forwardings.filter((rule) => rule.enabled && rule.line === line.id);
  const left = (rule: Forwarding): string | undefined => {
    const unbound = notCounted(rule, question);
    if (unbound !== undefined) return unbound;
    if (!number.startsWith(rule.callers)) return `it is for callers ${rule.callers}`;
    if (rule.on === 'unregistered' && isRegistered(question, line)) return 'a softswitch holds the binding';
    return undefined;
  };
  return own
    .filter((rule) => {
      const why = left(rule);
      if (why !== undefined) reasons.push({ what: `forwarding ${rule.id}`, why });
      return why === undefined;
    })
    .sort((a, b) => b.callers.length - a.callers.length);
};

/** Some softswitch holds a binding by which this phone is called. */
const isRegistered = ({ trunks, configuration }: PlanQuestion, line: Line): boolean => {
  const account = accountOfLine(configuration, line);
  return trunks.some(({ bound }) => (account === undefined ? bound.length > 0 : bound.includes(account.id)));
};

/** The rule by which the phone does not ring at all (U14, "always"). */
export const alwaysForwarded = (question: PlanQuestion, line: Line): Forwarding | undefined =>
  rulesOf(question, line, []).find(({ on }) => on === 'always');

/** How long the phone rings before a rule leads the call on (ms); undefined: as long as phones ring. */
export const ringsFirstMs = (question: PlanQuestion, line: Line): number | undefined => {
  const waits = rulesOf(question, line, []).filter(
    ({ on, afterS }) => (on === 'noAnswer' || on === 'unregistered') && afterS > 0,
  );
  return waits[0] && waits[0].afterS * 1000;
};

/**
 * Where a call goes that this phone does not take (U14, U15), for after the level of the phone itself, whose name is
 * the id of the line. With a rule "always" they are for instead of it: the first one then follows nothing. `depth`:
 * levels that the call went through before. No target comes twice on any way through them, so none is a loop.
 */
export const forwardingLevels = (question: PlanQuestion, line: Line, depth: number): readonly Level[] =>
  forwardingPlan(question, line, depth).levels;

/** The same with the reasons for each rule (U16). */
export const forwardingPlan = (question: PlanQuestion, line: Line, depth: number): LedOn => {
  const walk: Walk = { question, levels: [], reasons: [] };
  leadOn(walk, line, { name: line.id, passed: new Set([line.id]), at: depth });
  return walk;
};

/**
 * Where a call goes at once that came for a phone outside its hours (U11): by its rules for no answer, as the phone does
 * not ring. `why`: why it does not, for the record.
 */
export const closedPlan = (question: PlanQuestion, line: Line, why: string): LedOn => {
  const walk: Walk = { question, levels: [], reasons: [] };
  const rules = rulesOf(question, line, walk.reasons).filter(({ on }) => on === 'noAnswer' || on === 'unregistered');
  chain(walk, rules, { name: line.id, passed: new Set([line.id]), at: 0 }, { on: 'any', free: true });
  return { levels: walk.levels.map((level) => because(level, `${line.id}: ${why}`)), reasons: walk.reasons };
};

const because = (level: Level, why: string): Level => {
  const [first, ...others] = level.attempts.map((attempt) => ({ ...attempt, why: `${attempt.why}; ${why}` }));
  return { ...level, attempts: [first as Attempt, ...others] };
};

/** A level out of which the call may be led on: what it has passed by then, and how many levels. */
type Exit = { readonly name: string; readonly passed: ReadonlySet<string>; readonly at: number };
type Walk = { readonly question: PlanQuestion; readonly levels: Level[]; readonly reasons: PlanReason[] };
type Wish = { readonly rule: Forwarding; readonly target: Forwarding['targets'][number]; readonly name: string };
/** How the first level of a chain is entered; `free`: it follows nothing, the phone itself is not asked. */
type Entry = { readonly on: Level['on']; readonly free: boolean };
const FURTHER: Entry = { on: 'any', free: false };

/** Plans all rules of a phone that is left by `exit`; rules of one condition are one list of targets. */
const leadOn = (walk: Walk, line: Line, exit: Exit): readonly Exit[] => {
  const rules = rulesOf(walk.question, line, walk.reasons);
  const always = rules.filter(({ on }) => on === 'always');
  if (always.length > 0) return chain(walk, always, exit, { on: 'any', free: exit.name === line.id });
  const conditions = [...new Set(rules.map(({ on }) => on))] as Condition[];
  return conditions.flatMap((condition) => {
    const those = rules.filter(({ on }) => on === condition);
    return chain(walk, those, exit, { on: failuresOf[condition], free: false });
  });
};

/** Targets one after the other; each follows all that went before it and has not passed it already. */
const chain = (walk: Walk, rules: readonly Forwarding[], from: Exit, entry: Entry): readonly Exit[] => {
  const wishes = rules.flatMap((rule) =>
    rule.targets.map((target, at): Wish => ({ rule, target, name: `${from.name}>${rule.id}/${at + 1}` })),
  );
  let exits: readonly Exit[] = [];
  for (const wish of wishes) {
    const first = exits.length === 0;
    exits = [...exits, ...enter(walk, wish, first ? [from] : exits, first ? entry : FURTHER)];
  }
  return exits;
};

const enter = (walk: Walk, wish: Wish, before: readonly Exit[], { on, free }: Entry): readonly Exit[] => {
  const { rule, target, name } = wish;
  const what = `forwarding ${rule.id}`;
  const leave = (why: string): readonly Exit[] => {
    walk.reasons.push({ what, why: `${target.to} ${target.name}: ${why}` });
    return [];
  };
  const found = targetFound(walk.question, rule, target);
  if ('left' in found) return leave(found.left);
  const preceding = before.filter(({ passed, at }) => !passed.has(found.passes) && at < MOST_LEVELS);
  if (preceding.length === 0) return leave('the call has been there, or has been led on too often');
  if (walk.levels.length >= MOST_PLANNED) return leave('too many ways are planned already');
  const exit: Exit = {
    name,
    passed: new Set([found.passes, ...preceding.flatMap(({ passed }) => [...passed])]),
    at: Math.max(...preceding.map(({ at }) => at)) + 1,
  };
  walk.reasons.push({ what, why: `${rule.on}: ${target.to} ${target.name}` }, ...found.reasons);
  const after = free ? {} : { after: preceding.map((each) => each.name) };
  pushLevels(walk, found.levels, { on, elsewhere: true, name, ...after });
  return found.line === undefined ? [exit] : [exit, ...leadOn(walk, found.line, exit)];
};

/** The first level of a target takes the condition of the rule; others of it (protect trunks) follow it alone. */
const pushLevels = (walk: Walk, [first, ...others]: Some<Level>, head: Partial<Level> & { name: string }): void => {
  const { name } = head;
  walk.levels.push({ ...first, ...head }, ...others.map((level) => ({ ...level, name, after: [name] })));
};

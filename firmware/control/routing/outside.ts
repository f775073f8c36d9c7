import { isSome, type Some } from '../../core/machine.ts';
import { type CallFailure, failureTable } from '../failure.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import { asSent, type OnBehalf } from './as-sent.ts';
import type { Attempt, Level } from './attempt.ts';
import type { PlanReason } from './explanation.ts';
import { matchRoutes } from './match.ts';
import { inOrder, whySorted } from './order.ts';
import type { PlanQuestion } from './question.ts';
import type { KnownRoute } from './route-table.ts';
import { tollVerdict } from './toll-guard.ts';
import { isShut, type Objection, objectionTo } from './usable.ts';
import { lineAttempt, trunkAttempt } from './way-attempt.ts';

/**
 * On whose behalf an outside number is reached: the phone of ours that calls, or whose calls are forwarded. `forwarded`:
 * the call came for that phone and is led on. `why`: why this number, for the record; empty where it was dialled.
 */
export type OutsideAbout = OnBehalf & { readonly why: string };

/** Levels that reach an outside number, with every reason; empty levels come with the failure that says why. */
export type OutsideLevels = {
  readonly levels: readonly Level[];
  readonly reasons: readonly PlanReason[];
  readonly refused?: CallFailure;
};

/** So many ways are tried at most, and so many protect routes after them (U5). */
export const MOST_WAYS = 4;

type Asking = {
  readonly question: PlanQuestion;
  readonly number: string;
  readonly about: OutsideAbout;
  readonly reasons: PlanReason[];
};

/**
 * How an outside number is reached (pure), whether it was dialled, is forwarded to, or is a failover number: the toll
 * guard first (R8), then routes (U4, U12), then the ways they allow, without what the phone may not take (R8) and what
 * is shut or full (U8, U19); exchange lines after the softswitches; protect routes only when all that has failed (U7).
 */
export const outsideLevels = (question: PlanQuestion, number: string, about: OutsideAbout): OutsideLevels => {
  const reasons: PlanReason[] = about.why === '' ? [] : [{ what: number, why: about.why }];
  const asking = { question, number, about, reasons };
  const guarded = tollVerdict(question, about.line, number);
  if (guarded.is === 'barred') return refuse(asking, 'barred', { what: 'toll guard', why: guarded.why });
  const matched = matchRoutes(question, number, about.line?.extension ?? '', reasons);
  if (matched.is === 'barred') return { levels: [], reasons, refused: 'barred' };
  if (matched.is === 'none') return refuse(asking, 'noRoute', { what: number, why: 'no route fits this number' });
  if (question.trunks.length === 0) {
    return refuse(asking, 'noRoute', { what: number, why: 'there is no trunk and no exchange line' });
  }
  return byWays(asking, matched.is === 'all' ? [undefined] : matched.routes);
};

const refuse = ({ reasons }: Asking, refused: CallFailure, reason: PlanReason): OutsideLevels => ({
  levels: [],
  reasons: [...reasons, reason],
  refused,
});

/** A way with the route that allows it; without one every trunk is allowed. */
type Candidate = { readonly way: TrunkSnapshot; readonly route: KnownRoute | undefined };

const isNormal = ({ way }: Candidate): boolean => way.role === 'normal';

const byWays = (asking: Asking, routes: readonly (KnownRoute | undefined)[]): OutsideLevels => {
  const { reasons, question } = asking;
  const { open, down, allBarred } = sifted(asking, candidatesOf(asking, routes));
  if (allBarred) return { levels: [], reasons, refused: 'barred' };
  // what is known to be down costs no time while anything else is left (U6)
  const used = open.length > 0 ? open : down.filter(({ way }) => way.kind === 'trunk');
  for (const each of down) if (!used.includes(each)) reasons.push(leftDown(each.way));
  const normal = attemptsBy(asking, used.filter(isNormal));
  const last = attemptsBy(
    asking,
    used.filter((each) => !isNormal(each)),
  );
  const levels: Level[] = isSome(normal) ? [{ on: 'any', attempts: normal }] : [];
  if (isSome(last)) {
    const delayMs = question.configuration.routing.protectDelayS * 1000;
    const again =
      delayMs === 0 || isSome(normal) ? normal : attemptsBy({ ...asking, reasons: [] }, down.filter(isNormal));
    levels.push({ on: failedNotRefused(normal), attempts: last, protect: { delayMs, again } });
  }
  return levels.length > 0 ? { levels, reasons } : { levels, reasons, refused: 'congestion' };
};

const leftDown = (way: TrunkSnapshot): PlanReason => ({
  what: way.id,
  why: way.kind === 'line' ? 'the line is down' : 'it is down',
});

/** All ways that the routes allow, in order, each once: the routes one after the other, exchange lines behind trunks. */
const candidatesOf = (asking: Asking, routes: readonly (KnownRoute | undefined)[]): Candidate[] => {
  const { question, number, reasons } = asking;
  const left = new Set([
    ...inOrder(
      question.trunks.filter(({ kind }) => kind === 'trunk'),
      question,
      number,
    ),
    ...question.trunks.filter(({ kind }) => kind === 'line'),
  ]);
  const candidates: Candidate[] = [];
  for (const route of routes) {
    if (route !== undefined) reasons.push(route.takes);
    for (const way of left) {
      if (!allows(route, way)) continue;
      left.delete(way);
      candidates.push({ way, route });
    }
  }
  return [...candidates, ...fallbackLines(question, routes, left)];
};

/** By name or by group; exchange lines by name alone. */
const allows = (route: KnownRoute | undefined, { id, kind, group }: TrunkSnapshot): boolean => {
  const names = route?.names;
  if (names === undefined) return kind === 'trunk';
  return names.has(id) || (group !== '' && names.has(group));
};

/** Where some route is open to every trunk, exchange lines stand behind all of them, if settings allow. */
const fallbackLines = (
  { configuration, offer }: PlanQuestion,
  routes: readonly (KnownRoute | undefined)[],
  left: Iterable<TrunkSnapshot>,
): Candidate[] => {
  const wanted = configuration.routing.exchangeFallback && offer.from.kind !== 'line';
  if (!wanted || routes.every((route) => route?.names !== undefined)) return [];
  return [...left].flatMap((way) => (way.kind === 'line' ? [{ way, route: undefined }] : []));
};

type Sifted = {
  readonly open: readonly Candidate[];
  readonly down: readonly Candidate[];
  /** There are ways, and this phone may take none of them (R8). */
  readonly allBarred: boolean;
};

/** What may be used, and what is known to be dead; what is left out says why. */
const sifted = ({ question, about, reasons }: Asking, candidates: readonly Candidate[]): Sifted => {
  const objections = candidates.map(({ way }) => objectionTo(way, question, about.line));
  const which = (fits: (objection: Objection | undefined) => boolean): readonly Candidate[] =>
    candidates.filter((_, at) => fits(objections[at]));
  for (const [at, { way }] of candidates.entries()) {
    const objection = objections[at];
    if (objection === undefined || objection.is === 'down') continue;
    reasons.push({ what: way.id, why: objection.why, ...(isShut(way) ? { shut: true } : {}) });
  }
  return {
    open: which((one) => one === undefined),
    down: which((one) => one?.is === 'down'),
    allBarred: objections.length > 0 && objections.every((one) => one?.is === 'barred'),
  };
};

const attemptsBy = ({ question, number, about, reasons }: Asking, chosen: readonly Candidate[]): readonly Attempt[] => {
  const softswitches = question.trunks.some(({ kind }) => kind === 'trunk');
  const attempts = chosen.slice(0, MOST_WAYS).map(({ way, route }, at): Attempt => {
    const before = chosen[at - 1]?.way;
    const plain =
      way.kind === 'line'
        ? lineAttempt(way, number, softswitches ? 'no softswitch took the call' : 'no softswitch is set up')
        : trunkAttempt(way, before?.kind === 'line' ? undefined : before, number, question);
    const attempt = asSent(question, explained(plain, way, route, question, number), about, reasons);
    // nothing is tried beside a protect route, nor beside an exchange line
    const alone = way.role === 'protect' || before?.kind === 'line';
    reasons.push({ what: attempt.id, why: attempt.why });
    return alone ? { ...attempt, start: 'alone' } : attempt;
  });
  for (const { way } of chosen.slice(MOST_WAYS)) {
    reasons.push({ what: way.id, why: `only ${MOST_WAYS} ways are tried` });
  }
  return attempts;
};

const explained = (
  attempt: Attempt,
  way: TrunkSnapshot,
  route: KnownRoute | undefined,
  question: PlanQuestion,
  number: string,
): Attempt => {
  const by = route === undefined ? '' : `, route ${route.id}`;
  const protect = way.role === 'protect' ? ', protect' : '';
  const sorted = way.kind === 'line' ? '' : whySorted(way, question, number);
  return { ...attempt, why: `${attempt.why}${sorted}${protect}${by}` };
};

const FAILED = (Object.keys(failureTable) as CallFailure[]).filter((each) => failureTable[each].verdict === 'next');

/**
 * Failures after which protect routes are asked: not those that are the callee's own word. A 403 is about us where no
 * binding of ours is good.
 */
export const failedNotRefused = (normal: readonly Attempt[]): Some<CallFailure> | 'any' => {
  const [first, ...others] = FAILED;
  if (first === undefined || normal.length === 0) return 'any';
  return normal.every(({ bound }) => !bound) ? [first, ...others, 'forbidden'] : [first, ...others];
};

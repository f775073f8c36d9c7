import type { TrunkSnapshot } from '../trunk/trunk.ts';
import type { Attempt } from './attempt.ts';
import type { PlanQuestion } from './question.ts';

// One attempt by one way out: a softswitch or an exchange line.

/** Longer than any wait for dial tone and any dialling. */
const LINE_SILENCE_MS = 20_000;
const LINE_PROGRESS_MS = 30_000;

/** We hold a binding of this account there. */
export const isBound = (way: TrunkSnapshot, account: string | undefined): boolean =>
  account !== undefined && way.bound.includes(account);

/** By a softswitch; `before` is the way that is tried just before it. */
export const trunkAttempt = (
  way: TrunkSnapshot,
  before: TrunkSnapshot | undefined,
  number: string,
  question: PlanQuestion,
): Attempt => {
  const { offer, configuration } = question;
  const registering = (id: string) => {
    const kind = configuration.trunks.find((trunk) => trunk.id === id)?.kind;
    return kind === undefined || kind === 'registering';
  };
  // Beside an open attempt only among equals or the pair of one account (U6).
  const pair = !before || before.priority === way.priority || (registering(before.id) && registering(way.id));
  return {
    id: way.id,
    targets: [{ kind: 'trunk', id: way.id, number }],
    start: pair ? 'hedged' : 'alone',
    silenceMs: way.silenceBudgetMs,
    progressMs: way.progressBudgetMs,
    ringMs: way.ringMs,
    verdicts: way.verdicts,
    bound: registering(way.id) ? isBound(way, offer.caller.account) : true,
    why: `priority ${way.priority}, ${way.health}`,
    ...overlapOf(question, way, number),
  };
};

/** A phone may dial on where the softswitch takes numbers in pieces and this is the number that was dialled. */
const overlapOf = (
  { offer, configuration: { trunks, routing } }: PlanQuestion,
  { id }: TrunkSnapshot,
  number: string,
): Pick<Attempt, 'overlap'> => {
  const isDialled = offer.from.kind === 'phone' && offer.dialled === routing.outsidePrefix + number;
  const takesPieces = trunks.some((trunk) => trunk.id === id && trunk.overlap);
  return isDialled && takesPieces ? { overlap: { waitMs: routing.interDigitS * 1000 } } : {};
};

/** By an exchange line, which is seized and cannot be taken back. */
export const lineAttempt = (way: TrunkSnapshot, number: string, why: string): Attempt => ({
  id: way.id,
  targets: [{ kind: 'line', id: way.id, number }],
  start: 'alone',
  silenceMs: Math.max(LINE_SILENCE_MS, way.silenceBudgetMs),
  progressMs: Math.max(LINE_PROGRESS_MS, way.progressBudgetMs),
  ringMs: way.ringMs,
  verdicts: way.verdicts,
  bound: true,
  why,
});

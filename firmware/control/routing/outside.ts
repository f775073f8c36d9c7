import type { Line } from '../../config/schema.ts';
import { isSome } from '../../core/machine.ts';
import type { CallFailure } from '../failure.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import type { Level } from './attempt.ts';
import type { PlanReason } from './explanation.ts';
import type { PlanQuestion } from './question.ts';
import { isBound, lineAttempt, trunkAttempt } from './way-attempt.ts';

/** On whose behalf an outside number is reached. */
export type OutsideAbout = {
  /** The phone of ours that calls, or whose calls are forwarded. */
  readonly line?: Line;
  /** The call came for `line` and is led on to the number. */
  readonly forwarded: boolean;
  /** Why this number, for the record; empty where it was simply dialled. */
  readonly why: string;
};

/** Levels that reach an outside number, with every reason; empty levels come with the failure that says why. */
export type OutsideLevels = {
  readonly levels: readonly Level[];
  readonly reasons: readonly PlanReason[];
  readonly refused?: CallFailure;
};

/** How an outside number is reached: by dialling, by forwarding, or as a failover number. */
export const outsideLevels = (question: PlanQuestion, number: string, about: OutsideAbout): OutsideLevels => {
  const { offer, configuration } = question;
  const reasons: PlanReason[] = about.why === '' ? [] : [{ what: number, why: about.why }];
  const from = offer.from.kind;
  const ways = question.trunks.filter((way) => way.kind === 'trunk' && !(from === 'trunk' && way.id === offer.from.id));
  const lines = configuration.routing.exchangeFallback && from !== 'line' ? linesOf(question, reasons) : [];
  const free = ways.filter((way) => !isBlocked(way, reasons) && !isFull(way, reasons));
  const usable = free.filter((way) => isUsable(way));
  const chosen = usable.length > 0 || lines.length > 0 ? usable : free.filter((way) => way.health === 'down');
  for (const way of free) if (!chosen.includes(way)) reasons.push({ what: way.id, why: `it is ${way.health}` });
  const ordered = [...chosen].sort(byPriority(offer.caller.account));
  const attempts = [
    ...ordered.map((way, at) => trunkAttempt(way, ordered[at - 1], number, question)),
    ...lines.map((way) => lineAttempt(way, number, whyLine(ways))),
  ];
  for (const attempt of attempts) reasons.push({ what: attempt.id, why: attempt.why });
  if (isSome(attempts)) return { levels: [{ on: 'any', attempts }], reasons };
  if (question.trunks.length > 0) return { levels: [], reasons, refused: 'congestion' };
  reasons.push({ what: number, why: 'there is no trunk and no exchange line' });
  return { levels: [], reasons, refused: 'noRoute' };
};

const whyLine = (softswitches: readonly TrunkSnapshot[]): string =>
  softswitches.length === 0 ? 'no softswitch is set up' : 'no softswitch took the call';

/** By a person (U19); what is blocked is no last resort either. */
const isBlocked = (way: TrunkSnapshot, reasons: PlanReason[]): boolean => {
  if (way.blocked === undefined) return false;
  const { by, minutesLeft } = way.blocked;
  reasons.push({ what: way.id, why: `it is blocked by ${by}${minutesLeft === 0 ? '' : ` for ${minutesLeft} min`}` });
  return true;
};

const isFull = (way: TrunkSnapshot, reasons: PlanReason[]): boolean => {
  if (way.callLimit === 0 || way.callsUp < way.callLimit) return false;
  reasons.push({ what: way.id, why: `all its ${way.callLimit} calls are up` });
  return true;
};
const isUsable = (way: TrunkSnapshot): boolean => way.health !== 'down' && way.health !== 'held';

const linesOf = (question: PlanQuestion, reasons: PlanReason[]): TrunkSnapshot[] =>
  question.trunks.filter((way) => {
    if (way.kind !== 'line') return false;
    if (isUsable(way)) return !isFull(way, reasons);
    reasons.push({ what: way.id, why: `the line is ${way.health}` });
    return false;
  });

/** What has just come back takes calls after all others, until it has been stable (U3); then priority; among equals a softswitch that holds our binding, then the one that is surely alive, then the name. */
const byPriority =
  (account: string | undefined) =>
  (a: TrunkSnapshot, b: TrunkSnapshot): number =>
    Number(a.health === 'returning') - Number(b.health === 'returning') ||
    a.priority - b.priority ||
    Number(isBound(b, account)) - Number(isBound(a, account)) ||
    Number(b.health === 'up') - Number(a.health === 'up') ||
    a.id.localeCompare(b.id);

import type { Line } from '../../config/schema.ts';
import { isSome } from '../../core/machine.ts';
import type { Target, Toll } from '../facts.ts';
import type { Attempt } from './attempt.ts';
import type { PlanReason } from './explanation.ts';
import { classOf } from './number-class.ts';
import { callerFor } from './number-pool.ts';
import type { PlanQuestion } from './question.ts';
import { rateOf } from './rate.ts';
import { transformed } from './transform.ts';

/**
 * On whose behalf a call leaves: the phone of ours, if there is one, and whether it is a call that is led on; `asCaller`:
 * that call shows who called, and no number of ours.
 */
export type OnBehalf = { readonly line?: Line; readonly forwarded: boolean; readonly asCaller?: true };

/**
 * An attempt by a way out as it is sent and charged: the number after the transforms of its trunk with its tech prefix
 * (U9), what it shows of the caller (U10; kept where the plan has chosen that already), and who pays for it (R8). For
 * emergency calls it is never asked: they go out as they were dialled. Numbers that are not shown go into `reasons`.
 */
export const asSent = (
  question: PlanQuestion,
  attempt: Attempt,
  { line, forwarded, asCaller }: OnBehalf,
  reasons: PlanReason[],
): Attempt => {
  const [{ kind, id, number }] = attempt.targets;
  const trunk = kind === 'trunk' ? question.configuration.trunks.find((each) => each.id === id) : undefined;
  const charged = { line: line?.id ?? '', class: classOf(question.country, number).is };
  if (trunk === undefined) return { ...attempt, toll: charged };
  const { techPrefix } = trunk;
  const targets = attempt.targets.map(
    (target): Target => ({
      ...target,
      number: transformed(trunk, target.number, 'callee'),
      ...(techPrefix === '' ? {} : { techPrefix }),
    }),
  );
  if (!isSome(targets)) return attempt;
  const rate = rateOf(question, id, targets[0].number);
  const toll: Toll = rate === undefined ? charged : { ...charged, rate };
  const sent: Attempt = { ...attempt, targets, toll };
  if (attempt.shows !== undefined || asCaller) return sent;
  const { shows, why, leftOut } = callerFor(question, line, id, number, forwarded);
  for (const each of leftOut) if (!isAmong(reasons, each)) reasons.push(each);
  if (shows === undefined && leftOut.length === 0) return sent;
  return { ...sent, ...(shows === undefined ? {} : { shows }), why: `${attempt.why}; ${why}` };
};

/** A number that several trunks leave out is told once. */
const isAmong = (reasons: readonly PlanReason[], { what, why }: PlanReason): boolean =>
  reasons.some((each) => each.what === what && each.why === why);

import type { Line } from '../../config/schema.ts';
import { isSome } from '../../core/machine.ts';
import type { Target, Toll } from '../facts.ts';
import type { Attempt } from './attempt.ts';
import { classOf } from './number-class.ts';
import { callerFor } from './number-pool.ts';
import type { PlanQuestion } from './question.ts';
import { rateOf } from './rate.ts';
import { transformed } from './transform.ts';

/** On whose behalf a call leaves: the phone of ours, if there is one, and whether it is a call that is led on. */
export type OnBehalf = { readonly line?: Line; readonly forwarded: boolean };

/**
 * An attempt by a way out as it is sent and charged: the number after the transforms of its trunk with its tech prefix
 * (U9), what it shows of the caller (U10; kept where the plan has chosen that already), and who pays for it (R8). For
 * emergency calls it is never asked: they go out as they were dialled.
 */
export const asSent = (question: PlanQuestion, attempt: Attempt, { line, forwarded }: OnBehalf): Attempt => {
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
  const { shows, why } = callerFor(question, line, id, number, forwarded);
  const sent: Attempt = { ...attempt, targets, toll };
  return attempt.shows !== undefined || shows === undefined ? sent : { ...sent, shows, why: `${attempt.why}; ${why}` };
};

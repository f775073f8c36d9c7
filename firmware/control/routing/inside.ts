import type { Account, Configuration, Line, RingGroup } from '../../config/schema.ts';
import type { Some } from '../../core/machine.ts';
import type { Target } from '../facts.ts';
import type { Attempt } from './attempt.ts';
import { counts } from './calendar.ts';
import type { PlanQuestion } from './question.ts';

// Ways to the phones of this box, which need no softswitch (S1).

/** A phone of ours says at once whether it rings. */
const PHONE_SILENCE_MS = 3_000;
const PHONE_PROGRESS_MS = 6_000;

/** Phones that ring together as one attempt, `ringMs` long; `id` names it in the record. */
export const phonesAttempt = (id: string, lines: Some<Line>, ringMs: number, why: string): Attempt => {
  const [first, ...others] = lines.map((line): Target => ({ kind: 'phone', id: line.id, number: line.extension }));
  return {
    id,
    targets: [first as Target, ...others],
    start: 'hedged',
    silenceMs: PHONE_SILENCE_MS,
    progressMs: PHONE_PROGRESS_MS,
    ringMs,
    verdicts: {},
    bound: true,
    why,
  };
};

/** The phone on this line; undefined where there is none or it is not in use. */
export const phoneLine = (configuration: Configuration, id: string): Line | undefined =>
  configuration.lines.find((line) => line.id === id && line.kind === 'fxs' && line.enabled);

/** The phone with this extension, if one is in use. */
export const extensionLine = (configuration: Configuration, dialled: string): Line | undefined =>
  configuration.lines.find((line) => line.kind === 'fxs' && line.enabled && line.extension === dialled);

/** The account by which calls of a phone leave: the one that its settings name, else the one that rings it. */
export const accountOfLine = (
  { accounts }: Pick<Configuration, 'accounts'>,
  { id, account }: Pick<Line, 'id' | 'account'>,
): Account | undefined => accounts.find((each) => each.id === account) ?? accounts.find(({ line }) => line === id);

/** The phones of a ring group that ring at this moment: those in use, within their own hours (U11). */
export const ringingLines = (question: PlanQuestion, { lines }: RingGroup): readonly Line[] =>
  lines.flatMap((id) => {
    const line = phoneLine(question.configuration, id);
    return line !== undefined && counts(line, question) ? [line] : [];
  });

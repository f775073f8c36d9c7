import type { Line } from '../../config/schema.ts';
import type { Attempt } from './attempt.ts';
import type { PlanQuestion } from './question.ts';
import { transformed } from './transform.ts';

/** What a trunk shows of the caller (`shows`; left out: what the account says), and why, for the record. */
export type CallerChoice = { readonly shows?: Attempt['shows']; readonly why: string };

/**
 * The caller number that `callee` is to see over this trunk (U10): the line's own number, then one of its site. Never
 * asked for emergency calls. `callee` is the number as it was dialled.
 */
export const callerFor = (
  question: PlanQuestion,
  line: Line | undefined,
  trunkId: string,
  _callee: string,
  _forwarded: boolean,
): CallerChoice => {
  const trunk = question.configuration.trunks.find(({ id }) => id === trunkId);
  if (!trunk || !line || line.ownNumber === '') return { why: 'as the account says' };
  return {
    shows: { number: transformed(trunk, line.ownNumber, 'caller') },
    why: `${line.ownNumber} is the own number of ${line.id}`,
  };
};

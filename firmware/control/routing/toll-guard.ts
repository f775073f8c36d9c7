import type { Line } from '../../config/schema.ts';
import { classOf } from './number-class.ts';
import type { PlanQuestion } from './question.ts';

export type TollVerdict = { readonly is: 'allowed' } | { readonly is: 'barred'; readonly why: string };

/**
 * Whether this phone may have this number called now (R8). `number` is the one that was dialled, after the outside
 * prefix was taken off; never asked for emergency numbers, which no guard holds up.
 */
export const tollVerdict = (question: PlanQuestion, line: Line, number: string): TollVerdict => {
  const { is } = classOf(question.country, number);
  if (line.classes.includes(is)) return { is: 'allowed' };
  return { is: 'barred', why: `${line.id} may call no ${is} numbers` };
};

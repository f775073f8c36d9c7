import type { Party, Toll } from '../facts.ts';
import type { Caller } from '../leg/leg.ts';
import { isEmergency } from './emergency.ts';
import { classOf } from './number-class.ts';
import type { PlanQuestion } from './question.ts';
import { rateOf } from './rate.ts';
import { tollVerdict } from './toll-guard.ts';

/** A softswitch (`over`) names another number (300-302) to a call that leaves on behalf of `line` (empty: of none). */
export type RedirectAsk = {
  readonly from: Party;
  readonly caller: Caller;
  readonly line: string;
  readonly over: string;
  readonly number: string;
};
export type Redirected =
  | { readonly is: 'allowed'; readonly toll: Toll }
  | { readonly is: 'barred'; readonly why: string };

/**
 * Whether a call may be led to the number that a softswitch names (R8), and what it then costs: as if it had been
 * dialled. A call becomes no emergency call by that.
 */
export const redirected = (question: PlanQuestion, { line: id, over, number }: RedirectAsk): Redirected => {
  const { configuration, country } = question;
  if (isEmergency(number, country.emergency)) return { is: 'barred', why: 'no call is led on to an emergency number' };
  const line = configuration.lines.find((each) => each.id === id);
  const verdict = tollVerdict(question, line, number);
  if (verdict.is === 'barred') return verdict;
  const rate = rateOf(question, over, number);
  return {
    is: 'allowed',
    toll: { line: id, class: classOf(country, number).is, ...(rate === undefined ? {} : { rate }) },
  };
};

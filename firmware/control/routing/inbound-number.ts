import type { Did } from '../../config/schema.ts';
import { counts } from './calendar.ts';
import type { PlanQuestion } from './question.ts';

/**
 * The rule for the number of ours that was called (U13): of those that count now, one for this caller goes before one
 * for all, the longest beginning first. Undefined where no number was called or none has a rule.
 */
export const inboundRule = (question: PlanQuestion): Did | undefined => {
  const { offer, configuration } = question;
  if (offer.did === undefined || offer.did === '') return undefined;
  return configuration.dids
    .filter(({ number, callers }) => number === offer.did && offer.from.number.startsWith(callers))
    .filter((did) => counts(did, question))
    .sort((a, b) => b.callers.length - a.callers.length)[0];
};

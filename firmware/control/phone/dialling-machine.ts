import { after, type Instant } from '../../core/machine.ts';
import type { Unfit } from '../leg/leg.ts';
import { type DigitMap, matchDigits } from '../routing/digit-map.ts';

export type DiallingTimes = { readonly firstDigitMs: number; readonly interDigitMs: number };
export type Dialling = { readonly typed: string; readonly lapseAt: Instant };

/** What came of a digit or of waiting: more is collected, a number, or none. */
export type Dialled =
  | { readonly is: 'more'; readonly dialling: Dialling }
  /** `grows`: nobody has said that it ends here, and the map knows longer ones. */
  | { readonly is: 'number'; readonly number: string; readonly grows?: true }
  /** What was typed is no number here. */
  | { readonly is: 'failed'; readonly number: string; readonly cause: Unfit };

export const beginDialling = (times: DiallingTimes, now: Instant): Dialling => ({
  typed: '',
  lapseAt: after(now, times.firstDigitMs),
});

/** One more digit; `#` ends a number unless the map knows a number with it. */
export const digitDialled = (
  was: Dialling,
  digit: string,
  map: DigitMap,
  times: DiallingTimes,
  now: Instant,
): Dialled => {
  const typed = was.typed + digit;
  const match = matchDigits(map, typed);
  if (match === 'complete') return { is: 'number', number: typed };
  if (match !== 'impossible') return { is: 'more', dialling: { typed, lapseAt: after(now, times.interDigitMs) } };
  if (digit === '#' && was.typed !== '') return endOfNumber(was.typed, map);
  return { is: 'failed', number: typed, cause: 'unknownNumber' };
};

/** The timer has run out: what was typed is the number, if the map lets it be one. */
export const diallingLapsed = (was: Dialling, map: DigitMap): Dialled => {
  const end = endOfNumber(was.typed, map);
  return end.is === 'number' && matchDigits(map, was.typed) === 'enough' ? { ...end, grows: true } : end;
};

/**
 * One more digit of a number that was dialled already: the number with it, and whether that is the end of it. Undefined
 * where no number goes on like this.
 */
export const digitDialledOn = (
  number: string,
  digit: string,
  map: DigitMap,
): { readonly number: string; readonly last: boolean } | undefined => {
  const match = matchDigits(map, number + digit);
  if (match !== 'impossible') return { number: number + digit, last: match === 'complete' };
  return digit === '#' ? { number, last: true } : undefined;
};

const endOfNumber = (typed: string, map: DigitMap): Dialled => {
  const match = typed === '' ? 'partial' : matchDigits(map, typed);
  return match === 'complete' || match === 'enough'
    ? { is: 'number', number: typed }
    : { is: 'failed', number: typed, cause: 'numberIncomplete' };
};

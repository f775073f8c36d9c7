import { priceOf } from '../../core/charge.ts';
import type { Instant } from '../../core/machine.ts';
import type { CallId, Party, Shown, Toll } from '../facts.ts';
import { type Book, withSpent } from './book.ts';

/** A call that is under way, as far as it is counted. */
export type CallUp = {
  readonly from: Party;
  readonly emergency: boolean;
  readonly dialled: string;
  /** Attempts that are under way or were answered. */
  readonly attempts: Readonly<Record<string, { readonly shows?: Shown; readonly toll?: Toll }>>;
  /** Classes as a call to which it was counted: a number that is dialled on, or led to, may come to be of another one. */
  readonly watched: readonly string[];
  readonly answered?: { readonly at: Instant; readonly toll?: Toll };
};
export type CallsUp = Readonly<Record<CallId, CallUp>>;

/** Calls that show each number now, those of pools by the number that the pool holds. */
export const numbersInUse = (calls: CallsUp): Readonly<Record<string, number>> => {
  const counted: Record<string, number> = {};
  for (const { attempts } of Object.values(calls)) {
    const numbers = new Set(Object.values(attempts).flatMap(({ shows }) => shows?.of?.number ?? []));
    for (const number of numbers) counted[number] = (counted[number] ?? 0) + 1;
  }
  return counted;
};

/** What a call has cost until now, as it is put down when it ends. */
export const spentBy = ({ answered }: CallUp, now: Instant): { readonly minutes: number; readonly cost: number } => {
  const talkedMs = answered === undefined ? 0 : Math.max(0, now - answered.at);
  const rate = answered?.toll?.rate;
  return { minutes: talkedMs / 60_000, cost: rate === undefined ? 0 : priceOf(rate, talkedMs) };
};

/** What is put down, with the calls that are up as if they ended now. */
export const spentNow = (spent: Book['spent'], calls: CallsUp, now: Instant): Book['spent'] => {
  let sum = spent;
  for (const call of Object.values(calls)) {
    const { answered } = call;
    if (answered?.toll) sum = withSpent(sum, answered.toll.line, { calls: 0, ...spentBy(call, now) });
  }
  return sum;
};

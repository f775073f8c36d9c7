import type { Journal } from '../../store/journal.ts';
import type { CallRecord } from './call-record-machine.ts';

/** Most records of one answer. */
const MOST = 500;

/** The last `count` calls (at most 500), newest first. */
export const lastCalls = async (journal: Journal<CallRecord>, count: number): Promise<readonly CallRecord[]> => {
  const bounded = Math.min(MOST, Math.max(0, Math.floor(count)));
  return (await journal.last(bounded)).map(({ record }) => record).reverse();
};

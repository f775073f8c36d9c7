import { monotonicMs } from './clocks.ts';
import { median } from './statistics.ts';

const ROUNDS = 15;

/** Time of one `work()` in microseconds: the median of rounds of `count`, after one round to warm up. */
export const microsecondsOf = (count: number, work: () => void): number => {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = monotonicMs();
    for (let i = 0; i < count; i++) work();
    rounds.push(((monotonicMs() - began) * 1000) / count);
  }
  return median(rounds.slice(1));
};

import { after, type Instant, type Machine } from '../core/machine.ts';
import type { Runner } from '../core/runner.ts';

const SECOND_MS = 1_000;
const MACHINE = 'work';

type Work = { readonly count: number; readonly at: Instant };

/** Counts one each second in which machines are stepped. A second that was missed is not made up for. */
const workMachine: Machine<Work, never, { readonly count: number }> = {
  step: ({ count, at }, _, now) =>
    now < at
      ? { state: { count, at }, effects: [] }
      : { state: { count: count + 1, at: after(now, SECOND_MS) }, effects: [{ count: count + 1 }] },
  deadline: ({ at }) => at,
};

/**
 * The evidence of this plane's own work for its watchdog: a plane that is alone, with an engine that does not come, works
 * as well, and its page is where a person reads why. Returns how to end it.
 */
export const countWork = (runner: Runner, onWork: (count: number) => void): (() => void) => {
  const state = { count: 0, at: after(runner.now(), SECOND_MS) };
  const perform = ({ count }: { readonly count: number }): void => runner.outward(() => onWork(count));
  runner.host(MACHINE, workMachine, state, perform, { kept: false });
  return () => runner.cascade(() => runner.drop(MACHINE));
};

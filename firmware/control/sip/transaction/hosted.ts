import type { Log } from '../../../core/log.ts';
import type { Machine } from '../../../core/machine.ts';
import type { Runner } from '../../../core/runner.ts';
import type { TokenMaker } from '../message/token.ts';
import type { Transports } from '../transport/transports.ts';
import type { Timers } from './timers.ts';

/** What transactions work with. */
export type TransactionRoom = {
  readonly runner: Runner;
  readonly log: Log;
  readonly timers: Timers;
  readonly transports: Transports;
  readonly token: TokenMaker;
};

type Ended = { readonly do: 'forget' };
export type Caused<F> = (F | Ended) & { readonly by: unknown };

/** The machine with its cause written on each effect, and an effect of its own when it is over. */
export const hosted = <S, E, F extends object>(machine: Machine<S, E, F>): Machine<S, E, Caused<F>> => ({
  ...machine,
  step(state, event, now) {
    const step = machine.step(state, event, now);
    const effects: Caused<F>[] = step.effects.map((effect) => ({ ...effect, by: event }));
    if (machine.over?.(step.state)) effects.push({ do: 'forget', by: event });
    return { state: step.state, effects };
  },
});
